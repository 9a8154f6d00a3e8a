"""The section of a report on what the predictors do in the model."""

from __future__ import annotations

from dataclasses import replace

from hiprisk.evidence.document import Evidence
from hiprisk.evidence.participants.baseline_characteristics import TableOne
from hiprisk.evidence.predictors.example_patient import ExamplePatient
from hiprisk.evidence.predictors.importance import Importance
from hiprisk.evidence.predictors.partial_effects import PartialEffect, PartialEffects
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.predictors.by_outcome import draw_predictors_by_outcome
from hiprisk.reporting.plots.predictors.effects import draw_partial_effects
from hiprisk.reporting.plots.predictors.example import draw_example_patient
from hiprisk.reporting.plots.predictors.importance import METRICS, draw_importance
from hiprisk.reporting.plots.predictors.panels import MOST_PANELS
from hiprisk.sheet.format import Sheet, TreesModel
from hiprisk.wording.labels import predictors_labelled, unit_of_amount, with_unit
from hiprisk.wording.quantities import decimals, interval, number, signed

NO_CAUSE = (
    "Effects and importance describe the model. They do not say what would happen to a patient "
    "whose value was changed."
)


def predictors_section(evidence: Evidence, sheet: Sheet) -> Section | None:
    """What the predictors do; None in evidence that has nothing on it."""
    pictures, tables = [], []
    outcome = sheet.outcome.label
    if (effects := evidence.partial_effects) is not None and effects.effects:
        effects = replace(effects, effects=predictors_labelled(effects.effects, outcome))
        pictures.append(_effects(evidence, effects, steps=isinstance(sheet.model, TreesModel)))
        tables.append(_effects_table(evidence, effects))
    if (importance := evidence.importance) is not None and importance.predictors:
        labelled = predictors_labelled(importance.predictors, outcome)
        importance = replace(importance, predictors=labelled)
        pictures.append(_importance(evidence, importance))
        tables.append(_importance_table(importance))
    if (example := evidence.example_patient) is not None and example.contributions:
        labelled_parts = predictors_labelled(example.contributions, outcome)
        example = replace(example, contributions=labelled_parts)
        pictures.append(_example(evidence, example))
        tables.append(_example_table(example))
    if (by_outcome := evidence.by_outcome) is not None and effects is not None:
        by_outcome = replace(by_outcome, rows=predictors_labelled(by_outcome.rows, outcome))
        pictures.append(_by_outcome(evidence, by_outcome, effects))
    if not pictures:
        return None
    return Section(
        anchor="predictors",
        part=APPENDIX,
        title="Predictors",
        paragraphs=(NO_CAUSE,),
        pictures=tuple(pictures),
        tables=tuple(tables),
    )


def unit_of_predictions(evidence: Evidence) -> str:
    """What a prediction of the model is, for an axis."""
    return unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "risk"


def _effects(evidence: Evidence, found: PartialEffects, *, steps: bool) -> Picture:
    band = (
        f"Bands: pointwise 95 % CI from {found.n_refits} bootstrap models."
        if found.n_refits > 1
        else "Without intervals: the sheet of this model type carries no bootstrap models."
    )
    n_smaller = len(found.effects) - len(found.largest(MOST_PANELS))
    smaller = (
        f" The other {n_smaller}, with smaller effects, are in the table." if n_smaller else ""
    )
    return drawn(
        name="partial_effects.png",
        ax=draw_partial_effects(
            found,
            unit=unit_of_predictions(evidence),
            provenance=evidence.provenance,
            steps=steps,
        ),
        alt="Prediction over the values of each predictor, the others as in the typical patient. "
        "The table of partial effects has both ends in numbers.",
        caption="Partial effects: predictions as one predictor varies from its 1st to its 99th "
        "percentile, the others as in the typical patient (medians, most common levels). "
        f"{band} Marks on the axis: tenths of the development cohort.{smaller}",
        wide=True,
    )


def _effects_table(evidence: Evidence, found: PartialEffects) -> Table:
    digits = 3 if evidence.kind == "binary" else decimals(found.effects[0].reach, 1)
    unit = unit_of_predictions(evidence)
    return Table(
        head=("predictor", "value", f"lowest prediction ({unit})", "95 % CI", "value ",
              f"highest prediction ({unit})", "95 % CI "),
        rows=tuple(_row(one, digits) for one in found.largest()),
        caption="Partial effects over the range of the development cohort, the largest first",
        folded=True,
    )  # fmt: skip


def _row(effect: PartialEffect, digits: int) -> tuple[str, ...]:
    lowest = effect.predicted.index(min(effect.predicted))
    highest = effect.predicted.index(max(effect.predicted))
    return (
        with_unit(effect.label, effect.unit),
        *_place(effect, lowest, digits),
        *_place(effect, highest, digits),
    )


def _place(effect: PartialEffect, place: int, digits: int) -> tuple[str, str, str]:
    value = effect.values[place]
    low, high = (effect.low[place], effect.high[place]) if effect.low else (None, None)
    return (
        value if isinstance(value, str) else f"{value:.3g}",
        number(effect.predicted[place], digits),
        interval(low, high, digits),
    )


def _importance(evidence: Evidence, found: Importance) -> Picture:
    metric = METRICS[found.metric]
    return drawn(
        name="importance.png",
        ax=draw_importance(found, provenance=evidence.provenance),
        alt=f"Fall of {metric} when the values of each predictor are permuted; the table of "
        "permutation importance has the numbers.",
        caption=f"Permutation importance: fall of {metric} when the values of a predictor are "
        f"permuted among the {found.n} rows used of the development cohort. Dots: mean of "
        f"{found.n_permutations} permutations; lines: smallest to largest. Apparent {metric}: "
        f"{number(found.value, 2)}. Predictors that carry the same information share importance.",
    )


def _importance_table(found: Importance) -> Table:
    return Table(
        head=("predictor", f"mean fall of {METRICS[found.metric]}", "smallest to largest"),
        rows=tuple(
            (one.label, number(one.drop), interval(one.low, one.high)) for one in found.predictors
        ),
        caption=f"Permutation importance, {found.n_permutations} permutations",
        folded=True,
    )


def _example(evidence: Evidence, found: ExamplePatient) -> Picture:
    return drawn(
        name="example_patient.png",
        ax=draw_example_patient(found, provenance=evidence.provenance),
        alt="Contribution of each predictor to the prediction for an invented patient, relative to "
        "the typical patient; the table of contributions has the numbers.",
        caption="An invented patient, nobody of the cohort: each number lies half an interquartile "
        "range above its median; each category is its most common level, or present where that is "
        "absent. Contributions to the linear predictor, relative to the typical patient (medians, "
        "most common levels); hatched: negative.",
    )


def _example_table(found: ExamplePatient) -> Table:
    rows = [(one.label, signed(one.value)) for one in found.contributions]
    return Table(
        head=("predictor", f"contribution ({found.scale})"),
        rows=(
            ("typical patient", number(found.reference)),
            *rows,
            ("invented patient", number(found.total)),
        ),
        caption="Contributions for the invented patient",
        folded=True,
    )


def _by_outcome(evidence: Evidence, table: TableOne, effects: PartialEffects) -> Picture:
    variables = [name for effect in effects.largest() for name in effect.variables]
    return drawn(
        name="predictors_by_outcome.png",
        ax=draw_predictors_by_outcome(table, variables=variables, provenance=evidence.provenance),
        alt="Median and quartiles, or percentage, of each predictor by outcome; the table of "
        "baseline characteristics by outcome has the numbers.",
        caption="Predictors by outcome in the development cohort, those with the largest effects "
        "first. Dots: median or percentage; lines: quartiles; bars: percentage of each level, "
        "from the first (light) to the last (dark); percentages of counts that are too small to "
        f"show are left out. Groups: {'; '.join(name for name, _ in table.groups)}.",
        wide=True,
    )
