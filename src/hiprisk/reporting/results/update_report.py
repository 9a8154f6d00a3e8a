"""The report of ``hiprisk update``: what was re-estimated, why, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Line, Picture, Section, Table, Tile
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.external import draw_before_after
from hiprisk.reporting.plots.style import titled
from hiprisk.reporting.results.common_sections import participants_section
from hiprisk.reporting.results.report import ResultReport, banner_of, model_sources
from hiprisk.validation.updating.methods import LikelihoodTest, describe_method
from hiprisk.validation.updating.results import UpdateResult
from hiprisk.wording.labels import capital, column_label, sheet_labels
from hiprisk.wording.quantities import (
    NONE,
    interval,
    interval_digits,
    number,
    p_equals,
    p_value,
    people_counted,
    side_by_side,
    signed,
    with_interval,
)
from hiprisk.wording.sites import model_over_sites, site_rows

MAIN_FIGURE = "before_after.png"
# Metrics of which the first screen shows before and after, as far as there are some.
SHOWN = ("r2", "rmse", "c_statistic", "brier")
CALIBRATION = ("calibration_in_the_large", "calibration_slope")


def update_report(result: UpdateResult) -> ResultReport:
    """What the report of an update shows.

    Parameters
    ----------
    result : UpdateResult
    """
    warnings = banner_of(result.summary, model=result.parent, data=result.cohort_provenance)
    said = [one for one in result.summary if one not in warnings]
    # What was done, and what it is worth; between them stands how.
    error = [one for one in said[1:] if one.startswith("Cross-validated")]
    return ResultReport(
        title=f"Update of {result.parent.title}",
        summary=result.summary,
        warnings=warnings,
        verdict=(*said[:1], *error[:1]),
        tiles=tuple(_tiles(result)),
        main_figure=MAIN_FIGURE,
        sections=tuple(_sections(result)),
        sources=model_sources(result.parent, cohort="", fingerprint=result.cohort_fingerprint),
        data=result.cohort_provenance,
    )


def update_pictures(result: UpdateResult) -> tuple[Picture, ...]:
    """Calibration before and after."""
    axes = draw_before_after(
        result.calibration_before,
        result.calibration_after,
        kind=result.kind,
        unit=result.outcome_unit,
        title=titled(
            f"{result.parent.name}: before and after the update, n = {result.n}",
            result.cohort_provenance,
        ),
    )
    return (
        drawn(
            name=MAIN_FIGURE,
            ax=axes,
            alt="Mean observed against mean predicted outcome by tenth of the prediction, before "
            "and after the update, with the ideal line.",
            caption="Calibration before the update, and after it (cross-validated).",
        ),
    )


def _sections(result: UpdateResult) -> Iterator[Section]:
    yield _choice(result)
    yield Section(
        anchor="performance",
        title="Performance before and after",
        paragraphs=(
            "Apparent: in the participants that the update was fitted to. Cross-validated: each "
            "person is predicted by an update that was fitted to others; judge the update by it.",
        ),
        pictures=update_pictures(result),
        tables=(_before_after(result),),
    )
    yield participants_section(
        result.flow,
        reasons=result.reasons,
        labels=sheet_labels(result.sheet),
        notes=(f"The model predicts {result.parent.estimand}.",),
    )
    yield _coefficients(result)
    if result.by_site is not None:
        yield Section(
            anchor="sites",
            title="Recalibration by site",
            paragraphs=tuple(filter(None, (model_over_sites(result.sheet),))),
            tables=(
                Table(
                    head=("site", "people", "own intercept", "shrunken to the whole"),
                    rows=tuple(tuple(row) for row in site_rows(result.by_site)),
                ),
            ),
            part=APPENDIX,
        )


def _choice(result: UpdateResult) -> Section:
    """What was re-estimated; of a closed test, why."""
    test = result.closed_test
    lines = [f"Asked for: {result.method.replace('-', ' ')}. "
             f"Chosen: {describe_method(result.chosen)}."]  # fmt: skip
    if result.intercept is not None and result.slope is not None:
        lines.append(
            f"New linear predictor: {number(result.intercept)} + {number(result.slope)} times that "
            "of the original model."
        )
    lines.append(f"Residual SD: {result.scatter.replace('own', 'of the ordinal model')}.")
    if result.parent.version is not None:
        original = f"{result.parent.name}@{result.parent.version}"
        lines.append(
            f"How the original model was developed is in its own report, where a study fitted it: "
            f"`hiprisk report {original} --out original.html`."
        )
    if test is None:
        return Section(anchor="choice", title="What was updated", paragraphs=tuple(lines))
    lines.append(
        f"The closed test takes the simplest method that a likelihood-ratio test against "
        f"re-estimating every coefficient does not reject at {test.alpha:g}."
    )
    pooled = any(one.method is not None for one in test.tests)
    return Section(
        anchor="choice",
        title="What was updated",
        paragraphs=tuple(lines),
        tables=(
            Table(
                head=("simpler", "fuller", "D2 (F)" if pooled else "chi-squared",
                      "degrees of freedom", "p-value"),
                rows=tuple(
                    (capital(describe_method(one.simpler)), describe_method(one.fuller),
                     number(one.statistic, 2), _degrees(one), p_value(one.p_value))
                    for one in test.tests
                ),
                caption="Closed test",
            ),
        ),
    )  # fmt: skip


def _degrees(test: LikelihoodTest) -> str:
    """Degrees of freedom; over imputations also those below."""
    below = test.df_denominator
    return str(test.df) if below is None else f"{test.df}, {min(below, 1e6):.0f}"


def _stages(result: UpdateResult) -> tuple[dict[str, Estimate], ...]:
    stages = (result.before, result.apparent, result.after)
    return tuple({one.name: one for one in stage} for stage in stages)


def _before_after(result: UpdateResult) -> Table:
    stages = _stages(result)
    return Table(
        head=("metric (95 % CI)", "before", "after, apparent", "after, cross-validated"),
        rows=tuple(
            (
                capital(label_of(name)),
                *(with_interval(stage[name]) if name in stage else NONE for stage in stages),
            )
            for name in stages[-1]
        ),
    )


def _coefficients(result: UpdateResult) -> Section:
    labels = sheet_labels(result.sheet)
    return Section(
        anchor="coefficients",
        title="Coefficients before and after",
        tables=(
            Table(
                head=("coefficient", "before", "after"),
                rows=tuple(
                    (capital(column_label(one.term, labels)),
                     *side_by_side(one.before, one.after))
                    for one in result.coefficients
                ),
            ),
        ),
        notes=("`sheet.json` of the new version holds every number that a prediction needs.",),
        part=APPENDIX,
    )  # fmt: skip


def _tiles(result: UpdateResult) -> Iterator[Tile]:
    counted = people_counted(result.n_people or result.n, result.n)
    test = result.closed_test
    why = "The method was asked for."
    if test is not None:
        rejected = [one for one in test.tests if one.simpler != result.chosen]
        strongest = max((one.p_value for one in rejected), default=None)
        why = f"Closed test at {test.alpha:g}." + (
            "" if strongest is None else
            f" Simpler methods: {p_equals(strongest)}{' at most' if len(rejected) > 1 else ''}."
        )  # fmt: skip
    yield Tile(
        title="What was updated",
        lines=(Line(label="Chosen", value=capital(describe_method(result.chosen))),),
        note=f"{why} Fitted to {counted}.",
        anchor="choice",
    )
    before, _, after = _stages(result)
    for title, names in (("How well it predicts", SHOWN), ("Calibration", CALIBRATION)):
        shown = [name for name in names if name in before and name in after]
        if shown:
            yield Tile(
                title=title,
                lines=tuple(_change(before[name], after[name]) for name in shown),
                note="Before, and cross-validated after (95 % CI).",
                anchor="performance",
            )


def _change(before: Estimate, after: Estimate) -> Line:
    write = signed if before.name == "calibration_in_the_large" else number
    digits = interval_digits(after)
    ends = "" if after.low is None else f"({interval(after.low, after.high, digits)})"
    return Line(
        label=capital(label_of(before.name)),
        value=f"{write(before.value, digits)} → {write(after.value, digits)}",
        detail=ends,
    )
