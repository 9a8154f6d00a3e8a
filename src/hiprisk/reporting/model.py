"""The sections of a report that describe the model: in full, and how it was chosen."""

from __future__ import annotations

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.study import draw_candidates
from hiprisk.reporting.plots.style import as_png
from hiprisk.sheet.format import LinearModel, Sheet, TreesModel, VariableSpec
from hiprisk.wording.quantities import NONE, number, percent


def model_section(evidence: Evidence, sheet: Sheet) -> Section:
    """The model in full, as far as a table can hold it; the sheet holds all of it."""
    outcome = sheet.outcome
    paragraphs = (
        f"Predicted: {outcome.estimand}.",
        f"Outcome: {outcome.variable}, {outcome.unit}; higher is {outcome.higher_is}. "
        f"Family: {sheet.family}. Intended use: {sheet.intended_use}",
    )
    form = (
        _coefficients(sheet.model) if isinstance(sheet.model, LinearModel) else _trees(sheet.model)
    )
    tables = [form, _variables(sheet)]
    if sheet.distribution is not None:
        tables.append(_scatter(sheet))
    return Section(
        anchor="model",
        title="The model in full",
        paragraphs=paragraphs,
        tables=tuple(tables),
        notes=(
            "sheet.json beside this report holds every number that a prediction needs: these, the "
            "derived columns, the means and covariance for missing values, and the quantiles of "
            "the scatter.",
        ),
    )


def _coefficients(model: LinearModel) -> Table:
    rows = [("intercept", "", NONE, f"{model.intercept:.6g}")]
    for term in model.terms:
        kind = "restricted cubic spline" if term.basis == "rcs" else "linear"
        knots = ", ".join(f"{knot:g}" for knot in term.knots) or NONE
        rows.append((term.column, kind, knots, ", ".join(f"{c:.6g}" for c in term.coefficients)))
    scale = "log odds" if model.link == "logit" else "units of the outcome"
    return Table(
        head=("term", "form", "knots", "coefficients"),
        rows=tuple(rows),
        caption=f"Coefficients on the scale of {scale}",
    )


def _trees(model: TreesModel) -> Table:
    leaves = sum(sum(feature < 0 for feature in tree.feature) for tree in model.trees)
    used = {model.inputs[f] for tree in model.trees for f in tree.feature if f >= 0}
    return Table(
        head=("part", "value"),
        rows=(
            ("baseline", f"{model.baseline:.6g}"),
            ("trees", str(len(model.trees))),
            ("leaves", str(leaves)),
            ("inputs used", ", ".join(sorted(used)) or "none"),
        ),
        caption="Boosted trees; every split and leaf stands in sheet.json",
    )


def _variables(sheet: Sheet) -> Table:
    return Table(
        head=("variable", "meaning", "values", "share of the information", "missing in training"),
        rows=tuple(
            (
                spec.name,
                spec.label,
                _values(spec),
                percent(spec.weight, 0),
                percent(spec.training.missing_share if spec.training else None),
            )
            for spec in sheet.variables
        ),
        caption="What the model asks for",
    )


def _values(spec: VariableSpec) -> str:
    if spec.kind == "category":
        return ", ".join(spec.levels)
    if spec.hard is None:
        return spec.unit
    return f"{spec.hard[0]:g} to {spec.hard[1]:g} {spec.unit}"


def _scatter(sheet: Sheet) -> Table:
    assert sheet.distribution is not None
    rows = tuple(
        (number(level, 1), number(scale, 2))
        for level, scale in zip(sheet.distribution.levels, sheet.distribution.scales, strict=True)
    )
    return Table(
        head=(f"predicted ({sheet.outcome.unit})", "scale of the scatter"),
        rows=rows,
        caption="How the outcome scatters about its prediction, by predicted level",
    )


def candidates_section(evidence: Evidence) -> Section:
    """The candidates, tuned on the same folds, and which won."""
    rows = tuple(
        (
            family.name,
            number(family.loss, 4),
            percent(family.gain_over_mean),
            str(len(family.trials)),
            ", ".join(f"{name} {value:.4g}" for name, value in family.params.items()) or NONE,
        )
        for family in evidence.families
    )
    chosen = next(i for i, family in enumerate(evidence.families) if family.chosen)
    loss = "mean squared error" if evidence.kind == "continuous" else "mean log loss"
    return Section(
        anchor="candidates",
        title="The candidates",
        paragraphs=(
            f"Each family was tuned by cross-validation on the same folds; the smallest {loss} "
            "won. The chosen one is set off.",
        ),
        tables=(
            Table(
                head=("family", loss, "below that of the mean", "settings tried", "settings"),
                rows=rows,
                strong=(chosen,),
            ),
        ),
        pictures=(
            Picture(
                name="candidates.png",
                png=as_png(draw_candidates(evidence)),
                alt="Bars: how far each candidate's loss lies below that of the mean.",
                caption="Cross-validated loss below that of giving everybody the mean.",
            ),
        ),
    )
