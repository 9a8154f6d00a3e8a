"""The small sheet with sites: three by name (North +0, South +6, 3 -3), or their variance alone."""

from dataclasses import replace

from hiprisk.sheet.format import Column, SiteEffects, Term, TrainingSummary, VariableSpec
from small_bundle import small_sheet

LEVELS = ("North", "South", "3")
# The mean site is 1 above North, and sites vary by 20 about it.
MEAN, COVARIANCE = (0.25, 1.0 / 6.0), ((0.5, -0.1), (-0.1, 0.5))


def site_sheet(*, kind="continuous", named=True):
    """A sheet of schema version 4."""
    sheet = small_sheet(kind=kind)
    effects = SiteEffects(variance=20.0 if kind == "continuous" else 0.25, n_sites=3)
    if not named:
        return replace(sheet, sites=effects)
    scale = 1.0 if kind == "continuous" else 0.1
    model, missing = sheet.model, sheet.missing
    wider = tuple((*row, 0.0, 0.0) for row in missing.covariance)
    wider += tuple((0.0,) * len(missing.mean) + row for row in COVARIANCE)
    return replace(
        sheet,
        sites=replace(effects, variable="site"),
        variables=(
            *sheet.variables,
            VariableSpec(
                name="site", label="site", unit="", kind="category", levels=LEVELS, weight=0.1,
                training=TrainingSummary(level_shares=(0.5, 0.3, 0.2)),
            ),
        ),
        columns=(
            *sheet.columns,
            *(Column(name=f"site={level}", variable="site", level=level) for level in LEVELS[1:]),
        ),
        missing=replace(
            missing, mean=(*missing.mean, *MEAN), covariance=wider,
            draws=tuple((*row, *own) for row, own in zip(
                missing.draws, ((1.0, 0.5), (-1.0, -0.5)), strict=True)),
        ),
        model=replace(
            model,
            terms=(
                *model.terms,
                Term(column="site=South", basis="linear", coefficients=(6.0 * scale,)),
                Term(column="site=3", basis="linear", coefficients=(-3.0 * scale,)),
            ),
            refits=tuple((*row, 6.0 * scale, -3.0 * scale) for row in model.refits),
        ),
    )  # fmt: skip
