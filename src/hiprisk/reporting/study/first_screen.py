"""The first screen of a study's report: verdict, for whom, four answers, calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.inference.association import AssociationTable
from hiprisk.inference.increment import AddedValue, Addition
from hiprisk.inference.simulated_truth import SimulatedTruth
from hiprisk.metrics.registry import label_of
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.provenance import is_simulated
from hiprisk.reporting.page.blocks import FirstScreen, Line, Picture, Section, Tile
from hiprisk.reporting.study.methods import event_of
from hiprisk.reporting.study.verdict import block_gain, evaluated, verdict_of
from hiprisk.sheet.explanation.importance import importance
from hiprisk.sheet.format import Sheet
from hiprisk.wording.associations import MODEL_SHORT_LABELS
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.performance import (
    HEADLINES,
    SLOPE,
    gain_in_brief,
    sample_size_in_words,
    validation_in_words,
    what_changes_most,
)
from hiprisk.wording.quantities import (
    decimals,
    interval,
    interval_digits,
    months_in_words,
    number,
    number_and_interval,
    people_counted,
    percent,
    plural,
    signed,
)
from hiprisk.wording.verdicts import excludes

LEVEL = 80
# The pictures that may stand on the first screen, the best first.
PICTURES = ("calibration_loess.png", "calibration_spline.png", "calibration_corrected.png")


def first_screen(
    evidence: Evidence, sections: Sequence[Section], *, sheet: Sheet, config: StudyConfig
) -> FirstScreen:
    """What a reader sees before scrolling.

    Parameters
    ----------
    evidence : Evidence
    sections : sequence of Section
        Of the report: a tile leads to the one that has its figure in full, and the calibration
        plot is theirs.
    sheet : Sheet
    config : StudyConfig
    """
    anchors = {section.anchor for section in sections}
    tiles = (
        _performance(evidence),
        _calibration(evidence),
        _one_person(evidence),
        _predictors(evidence, config),
    )
    return FirstScreen(
        verdict=verdict_of(evidence, config.outcome.label),
        facts=tuple(_facts(evidence, sheet, config)),
        tiles=tuple(tile for tile in tiles if tile is not None and tile.anchor in anchors),
        picture=_picture(sections),
    )


def _facts(evidence: Evidence, sheet: Sheet, config: StudyConfig) -> Iterator[Line]:
    """For whom, what changes an answer, whether it can be trusted."""
    replacement = config.outcome.hip_replacement
    kept = replacement is not None and replacement.strategy == "exclude"
    yield Line(
        label="For whom",
        value=f"{capital(config.outcome.population)}; outcome after "
        f"{months_in_words(config.outcome.horizon_months)}"
        + (f" ({event})" if (event := event_of(config)) else "")
        + (", in those who keep their hip until then" if kept else "")
        + f". {people_counted(evidence.n_people, evidence.n_analysed)} analysed.",
    )
    if said := what_changes_most(sheet, importance(sheet)):
        yield Line(label="What changes an answer most", value=said)
    yield Line(label="Can it be trusted?", value=" ".join(_trust(evidence, config)))


def _trust(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    if is_simulated(evidence.provenance):
        yield "Not for patients: the people are simulated."
    how = (
        "by cross-validation"
        if "optimism" in evidence.not_available
        else f"by {plural(config.validation.resamples, 'bootstrap resample')}"
    )
    held = evidence.holdout
    yield validation_in_words(
        how,
        held_out=None if held is None else f"{held.model.n} people held out ({held.label})",
    )
    size = evidence.sample_size.size
    if size is not None:
        yield sample_size_in_words(is_enough=all(row.satisfied for row in size.criteria))


def _performance(evidence: Evidence) -> Tile | None:
    name = HEADLINES[evidence.kind]
    found = evaluated(evidence, name)
    if found is None:
        return None
    estimate, how = found
    digits = interval_digits(estimate)
    value, ends = number_and_interval(estimate)
    apparent = next((one.value for one in evidence.apparent if one.name == name), None)
    truth = evidence.simulated_truth
    best = (
        "" if truth is None or truth.best is None else f". **Truth: {number(truth.best, digits)}**"
    )
    return Tile(
        title="How well does it predict?",
        lines=(
            Line(
                label=capital(label_of(name)),
                value=f"{capital(label_of(name))} {value}",
                detail=f"95 % CI {ends}, {how}{best}",
            ),
        ),
        note=f"Apparent, in the people it was fitted to: {number(apparent, digits)}. "
        + ("0 is the mean-only model, 1 a perfect one." if name == "r2" else "0.5 is chance."),
        anchor="performance",
    )


def _calibration(evidence: Evidence) -> Tile | None:
    found = evaluated(evidence, SLOPE)
    if found is None:
        return None
    slope, how = found
    if excludes(slope, 1.0):
        side = "extreme" if slope.value < 1 else "moderate"
        said = f"Predictions are too {side}."
    else:
        said = "No evidence that predictions are too extreme or too moderate."
    value, ends = number_and_interval(slope)
    return Tile(
        title="Is it calibrated?",
        lines=(
            Line(
                label="Calibration slope",
                value=f"Calibration slope {value}",
                detail=f"95 % CI {ends}, {how}",
            ),
        ),
        note=f"{said} 1 is ideal.",
        anchor="performance",
    )


def _one_person(evidence: Evidence) -> Tile | None:
    if evidence.kind == "continuous":
        return _interval_width(evidence)
    curve = next(iter(evidence.out_of_fold.curves), None)
    return None if curve is None else _risk_spread(curve)


def _interval_width(evidence: Evidence) -> Tile | None:
    whole = {one.name: one for one in evidence.out_of_fold.forecast}
    width, covered = whole.get(f"width_{LEVEL}"), whole.get(f"coverage_{LEVEL}")
    if width is None:
        return None
    digits = decimals(width.value, 0)
    unit = unit_of_amount(evidence.outcome_unit)
    inside = (
        ""
        if covered is None
        else f" Out of fold, {percent(covered.value, 0)} of people lay inside theirs."
    )
    return Tile(
        title="How sure is it for one person?",
        lines=(
            Line(
                label="Width",
                value=f"± {number(width.value / 2, digits)} {unit}".rstrip(),
                detail=f"half the mean width of the {LEVEL} % prediction interval",
            ),
        ),
        note=inside.strip(),
        anchor="calibration",
    )


def _risk_spread(curve: CalibrationCurve) -> Tile:
    low, high = curve.predicted_quantile(0.1), curve.predicted_quantile(0.9)
    return Tile(
        title="How far do risks differ between people?",
        lines=(
            Line(
                label="Risks",
                value=f"{percent(low, 0)} to {percent(high, 0)}",
                detail="predicted risk of the central 80 % of people, out of fold",
            ),
        ),
        note="The narrower, the less the model tells people apart.",
        anchor="calibration",
    )


def _predictors(evidence: Evidence, config: StudyConfig) -> Tile | None:
    """What each block adds, with its verdict, and the declared exposure's association."""
    added, table, truth = evidence.added, evidence.association, evidence.simulated_truth
    lines: list[Line] = []
    higher = ""
    if added is not None:
        lines += [gain_line(one, added, truth) for one in added.additions if len(one.blocks) == 1]
    if table is not None and table.rows:
        lines.append(_effect(table, truth))
        if table.rows[-1].measure == "mean_difference":
            higher = f" {capital(config.outcome.label)}: higher is {config.outcome.higher_is}."
    if len(lines) == 1:
        # A single line has no label before its value.
        lines = [replace(lines[0], detail=f"{lines[0].label} {lines[0].detail}")]
    if not lines:
        return Tile(
            title="What do the predictors add?",
            lines=(Line(label="Blocks", value="Not compared"),),
            note="One block of predictors is declared, and no exposure.",
            anchor="methods",
        )
    minimum = (
        ""
        if added is None
        else f" Minimum important gain: {added.metric_label} {added.smallest_gain:g}."
    )
    return Tile(
        title="What do the predictors add?",
        lines=tuple(lines),
        note=f"In brackets: 95 % CI{_about_truth(truth)}.{minimum}{higher}",
        anchor="association" if added is None else "added",
    )


def _about_truth(truth: SimulatedTruth | None) -> str:
    if truth is None or not (truth.gains or truth.exposure_effect is not None):
        return ""
    return ", and the [truth](#truth) of the simulation"


def gain_line(one: Addition, added: AddedValue, truth: SimulatedTruth | None = None) -> Line:
    """The gain of a block in the declared measure, with its verdict.

    Parameters
    ----------
    one : Addition
    added : AddedValue
    truth : SimulatedTruth, optional
        Stands beside the estimate where it is known.
    """
    found = one.gain(added.metric)
    gain = found.estimate
    ends = f"{signed(gain.low or 0.0, 3)} to {signed(gain.high or 0.0, 3)}"
    known = None if truth is None or truth.metric != added.metric else truth.gains.get(one.name)
    true = "" if known is None else f"; **truth {signed(known, 3)}**"
    return Line(
        label=capital(one.label),
        # Of a loss, the sign alone would read as a loss that grew.
        value=f"{added.metric_label}{' reduction' if found.reduction else ''} "
        f"{signed(gain.value, 3)}",
        detail=f"({ends}{true}), {gain_in_brief(block_gain(one, added))}",
    )


def _effect(table: AssociationTable, truth: SimulatedTruth | None) -> Line:
    row = table.rows[-1] if table.strata is None else table.row(table.rows[-1].model)
    estimate, digits = row.estimate, table.digits
    is_mean = row.measure == "mean_difference"
    unit = f" {unit_of_amount(table.unit)}" if is_mean else ""
    known = None if truth is None or not is_mean else truth.exposure_effect
    true = "" if known is None else f"; **truth {known:+g}**"
    value = signed(estimate.value, digits) if is_mean else number(estimate.value, digits)
    return Line(
        label=capital(table.exposure),
        value=f"{value}{unit}".rstrip(),
        detail=f"({interval(estimate.low, estimate.high, digits)}{true}), "
        f"{MODEL_SHORT_LABELS[row.model]}",
    )


def _picture(sections: Sequence[Section]) -> Picture | None:
    drawn = {picture.name: picture for section in sections for picture in section.pictures}
    return next((drawn[name] for name in PICTURES if name in drawn), None)
