"""The report of a judged estimator, in the style of a study's: it reads results alone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from hiprisk.bootstrap import FEW_RESAMPLES, few_resamples
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.metrics.clinical_utility.net_benefit import AVOIDED, NET_BENEFIT, STANDARDISED
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of, metrics_for
from hiprisk.reporting.appendix.stability import section_of_stability
from hiprisk.reporting.internal.performance import (
    ABOUT_INTERVALS,
    corrected_calibration_pictures,
    crossing_in_words,
    optimism_columns,
    refused_in_words,
    repeated_in_words,
)
from hiprisk.reporting.page.blocks import Picture, Section, Table
from hiprisk.reporting.page.render import render_page
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.utility import draw_decision_curve
from hiprisk.reporting.study.calibration import calibration_pictures, metric_rows
from hiprisk.validation.estimators.judged import JudgedEstimator
from hiprisk.validation.internal.optimism_table import OptimismRow
from hiprisk.validation.performance.results import utility_at
from hiprisk.wording.disclaimers import CARD_DISCLAIMER
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    number,
    people_counted,
    percent,
    plural,
    with_ci,
    with_interval,
)
from hiprisk.wording.verdicts import slope_in_words

PACKAGES = ("hiprisk", "scikit-learn", "numpy")
# Fewer events (or rows) a column and overfitting is to be expected.
FEW_PER_COLUMN = 10


def judgement_page(found: JudgedEstimator, *, title: str = "") -> str:
    """The report as HTML.

    Parameters
    ----------
    found : JudgedEstimator
    title : str
        By default the estimator and its outcome.
    """
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return render_page(
        title=title or f"{found.name}: {found.outcome}",
        banner="",
        lead=summary_of(found),
        sections=judgement_sections(found),
        footer=f"{CARD_DISCLAIMER} Made with {versions}.",
    )


def summary_of(found: JudgedEstimator) -> tuple[str, ...]:
    """The main figures in sentences."""
    return tuple(_sentences(found))


def _sentences(found: JudgedEstimator) -> Iterator[str]:
    table = found.optimism
    if few_resamples(table.n_resamples):
        yield (
            f"CAUTION: only {table.n_resamples} bootstrap resamples, so intervals are imprecise. "
            f"Set `n_resamples` to {FEW_RESAMPLES} or more."
        )
    corrected = {one.name: one for one in table.estimates()}
    main = metrics_for(found.kind)[0].name
    if main in corrected:
        [row] = [row for row in table.rows if row.metric == main]
        yield (
            f"Optimism-corrected {label_of(main)} {with_ci(corrected[main])}; apparent "
            f"{number(row.apparent)}, optimism {number(row.optimism)}."
        )
    crossing = found.cross_validation
    read = corrected
    if found.optimism_underestimated:
        read = {} if crossing is None else {one.name: one for one in crossing.estimates()}
        [row] = [row for row in table.rows if row.metric == main]
        yield _caution(row, read.get(main))
    slope = read.get("calibration_slope")
    if slope is not None:
        yield slope_in_words(slope, how="" if read is corrected else "cross-validated")
    yield from _size(found)
    unit = "risk" if found.kind == "binary" else "units of the outcome"
    yield (
        "Prediction instability: bootstrap models differ from this one by "
        f"{number(found.stability.predictions.mape)} on average (MAPE, {unit})."
    )
    yield (
        "This is internal validation: it holds for people like these. Whether it does elsewhere, "
        "new patients tell (`hiprisk.validation.evaluate_external`)."
    )


def _caution(row: OptimismRow, crossed: Estimate | None) -> str:
    """That Harrell's correction is too small, by which figures, and what to read."""
    elsewhere = (
        f"{number(row.value_632_plus)} by .632+"
        if crossed is None
        else f"cross-validated {with_ci(crossed)}"
    )
    return (
        "CAUTION: the optimism is underestimated. People outside of its fits are predicted clearly "
        f"worse: {label_of(row.metric)} {number(row.apparent)} apparent, {elsewhere}. Either this "
        "estimator fits its own rows better than others (two thirds of the people on whom its "
        "bootstrap models are tested were drawn for them), or it predicts worse when it is fitted "
        "to fewer people, as strongly shrunken models do. Read the cross-validated and .632+ "
        "columns, and the out-of-fold curves."
    )


def _size(found: JudgedEstimator) -> Iterator[str]:
    counted = people_counted(found.n_people, found.n_rows)
    fewer = found.n_rows
    if found.n_events is not None:
        fewer = min(found.n_events, found.n_rows - found.n_events)
        counted += f", {found.n_events} with the event"
    each = fewer / found.n_columns
    said = f"Fitted to {counted}, with {plural(found.n_columns, 'column')}"
    if each >= FEW_PER_COLUMN:
        yield f"{said}."
        return
    what = "rows" if found.n_events is None else "people in the smaller class"
    yield f"{said}: {each:.1f} {what} a column. Expect overfitting, and see the optimism."


def judgement_sections(found: JudgedEstimator) -> tuple[Section, ...]:
    """Every section that there is something for, pictures drawn."""
    possible = (
        _estimator_section(found),
        _performance_section(found),
        _out_of_fold_section(found),
        _utility_section(found),
        section_of_stability(found.stability, unit=_unit(found), provenance="real"),
    )
    return tuple(section for section in possible if section is not None)


def _unit(found: JudgedEstimator) -> str:
    return "risk" if found.kind == "binary" else found.outcome


def _estimator_section(found: JudgedEstimator) -> Section:
    events = () if found.n_events is None else (("with the event", str(found.n_events)),)
    return Section(
        anchor="estimator",
        title="Estimator and data",
        tables=(
            Table(
                head=("", ""),
                rows=(
                    ("estimator", found.name),
                    ("outcome", f"{found.outcome} ({found.kind})"),
                    ("rows", str(found.n_rows)),
                    ("people", str(found.n_people)),
                    *events,
                    ("columns", str(found.n_columns)),
                    ("seed", str(found.seed)),
                ),
            ),
            *_settings(found),
        ),
        notes=(
            "What these outcomes decided before (columns chosen, settings tuned outside of the "
            "estimator) is not repeated in the resamples, and its optimism is not seen here.",
        ),
    )


def _settings(found: JudgedEstimator) -> tuple[Table, ...]:
    if not found.parameters:
        return ()
    return (
        Table(
            head=("setting", "value"),
            rows=found.parameters,
            caption="Settings of the estimator",
            folded=True,
        ),
    )


def _performance_section(found: JudgedEstimator) -> Section:
    lacking = [f"{capital(part)}: {why}." for part, why in found.not_available.items()]
    return Section(
        anchor="performance",
        title="Internal validation",
        paragraphs=(
            repeated_in_words(found.optimism),
            *crossing_in_words(found.cross_validation, imputed=False),
            *(
                (
                    "The optimism is underestimated, and the corrected curves are too good: people "
                    "outside of its fits are predicted clearly worse. Either this estimator fits "
                    "its own rows better than others (two thirds of the people on whom its "
                    "bootstrap models are tested were drawn for them), or it predicts worse when "
                    "it is fitted to fewer people, as strongly shrunken models do.",
                )
                if found.optimism_underestimated
                else ()
            ),
        ),
        tables=(optimism_columns(found.optimism, found.cross_validation),),
        pictures=corrected_calibration_pictures(
            found.calibration,
            unit=_unit(found),
            provenance="real",
            bounds=(0.0, 1.0) if found.kind == "binary" else (None, None),
        ),
        notes=(
            ABOUT_INTERVALS,
            *refused_in_words(found.optimism, found.cross_validation),
            *lacking,
        ),
    )


def _out_of_fold_section(found: JudgedEstimator) -> Section | None:
    """Calibration of predictions by fits without the person."""
    performance = found.out_of_fold
    if performance is None:
        return None
    return Section(
        anchor="out-of-fold",
        title="Calibration (out-of-fold)",
        paragraphs=(
            f"Out-of-fold predictions of {performance.n} rows: each person is predicted by a copy "
            "that was fitted without that person.",
        ),
        tables=(
            Table(
                head=("metric", "value", "95 % CI"),
                rows=metric_rows(performance.predictions),
                caption="Predictions",
                folded=True,
            ),
        ),
        pictures=tuple(
            calibration_pictures(performance.curves, unit=_unit(found), provenance="real")
        ),
    )


def _utility_section(found: JudgedEstimator) -> Section | None:
    curve = found.decision
    if curve is None:
        return None
    return Section(
        anchor="utility",
        title="Clinical utility (net benefit)",
        paragraphs=(
            "Net benefit weighs a false positive by the odds of the threshold probability.",
        ),
        tables=_utility_tables(found),
        pictures=tuple(
            _decision_picture(one, how, name)
            for one, how, name in (
                (curve, "optimism-corrected", "net_benefit.png"),
                (_crossed_decision(found), "out-of-fold", "net_benefit_out_of_fold.png"),
            )
            if one is not None
        ),
    )


def _crossed_decision(found: JudgedEstimator) -> DecisionCurve | None:
    return None if found.out_of_fold is None else found.out_of_fold.decision


def _decision_picture(curve: DecisionCurve, how: str, name: str) -> Picture:
    return drawn(
        name=name,
        ax=draw_decision_curve(curve, title=f"Net benefit, {how}"),
        alt=f"Net benefit by threshold probability, {how}: {curve.outcome}.",
        caption=f"Decision curve, {how}, with pointwise {100 * curve.level:g} % CI: "
        f"{curve.outcome}.",
    )


# With digits after the point.
UTILITY = ((NET_BENEFIT, 3), (STANDARDISED, 2), (AVOIDED, 1))


def _utility_tables(found: JudgedEstimator) -> tuple[Table, ...]:
    if not found.thresholds:
        return ()
    corrected, crossed = (
        {one.name: one for one in utility_at(curve, found.thresholds)}
        for curve in (found.decision, _crossed_decision(found))
    )
    return (
        Table(
            head=("threshold probability", "measure",
                  "out-of-fold (95 % CI)", "optimism-corrected (95 % CI)"),
            rows=tuple(
                (
                    percent(threshold, 0),
                    metric.label,
                    with_interval(crossed[name], digits) if name in crossed else NONE,
                    with_interval(corrected[name], digits),
                )
                for threshold in found.thresholds
                for metric, digits in UTILITY
                if (name := metric.at(threshold).name) in corrected
            ),
            caption="Clinical utility at the declared thresholds; interventions avoided are "
            "relative to treat all",
        ),
    )  # fmt: skip
