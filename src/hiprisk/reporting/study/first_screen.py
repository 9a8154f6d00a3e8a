"""The first screen of a study's report: verdict, four answers, calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.inference.association.sentences import MODEL_SHORT_LABELS
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.reporting.page.blocks import FirstScreen, Line, Picture, Section, Tile
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import (
    decimals,
    interval,
    number,
    percent,
    signed,
)
from hiprisk.wording.verdicts import excludes

# Which figure says best how well a model predicts, by the kind of its outcome.
HEADLINES = {"continuous": "r2", "binary": "c_statistic"}
LEVEL = 80
# The pictures that may stand on the first screen, the best first.
PICTURES = ("calibration_corrected.png", "calibration_loess.png", "calibration_spline.png")


def first_screen(evidence: Evidence, sections: Sequence[Section]) -> FirstScreen:
    """What a reader sees before scrolling.

    Parameters
    ----------
    evidence : Evidence
    sections : sequence of Section
        Of the report: a tile leads to the one that has its figure in full, and the calibration
        plot is theirs.
    """
    anchors = {section.anchor for section in sections}
    tiles = (
        _performance(evidence),
        _calibration(evidence),
        _one_person(evidence),
        _predictors(evidence),
    )
    return FirstScreen(
        verdict=tuple(_verdict(evidence)),
        tiles=tuple(tile for tile in tiles if tile is not None and tile.anchor in anchors),
        picture=_picture(sections),
    )


def _verdict(evidence: Evidence) -> Iterator[str]:
    """How well the model predicts; what the declared predictors add."""
    found = evidence.optimism.estimates()
    headline = next((one for one in found if one.name == HEADLINES[evidence.kind]), None)
    if evidence.family == "mean":
        yield "No candidate predicts better than the mean-only model."
    elif headline is not None:
        yield f"{_how_well(evidence, headline)}, corrected for optimism."
    if evidence.added is None:
        return
    verdicts: dict[str, list[str]] = {}
    for one in evidence.added.additions:
        if len(one.blocks) == 1:
            verdicts.setdefault(str(one.verdict), []).append(one.label)
    parts = [f"{' and '.join(names)}: {verdict}" for verdict, names in verdicts.items()]
    if parts:
        yield f"What blocks of predictors add: {'; '.join(parts)}."


def _how_well(evidence: Evidence, headline: Estimate) -> str:
    ends = f" (95 % CI {_percent_ends(headline)})" if headline.low is not None else ""
    if evidence.kind == "continuous":
        return (
            f"The model explains {percent(headline.value, 0)}{ends} of the variance of the outcome "
            "between people"
        )
    return (
        f"Of two people of whom one has the event, the model gives that one the higher risk "
        f"in {percent(headline.value, 0)}{ends} of pairs"
    )


def _percent_ends(estimate: Estimate) -> str:
    low, high = 100.0 * (estimate.low or 0.0), 100.0 * (estimate.high or 0.0)
    return f"{low:.0f} to {high:.0f} %"


def _performance(evidence: Evidence) -> Tile | None:
    name = HEADLINES[evidence.kind]
    row = next((row for row in evidence.optimism.rows if row.metric == name), None)
    if row is None:
        return None
    return Tile(
        title="How well it predicts",
        lines=(
            Line(
                label=capital(label_of(name)),
                value=f"{capital(label_of(name))} {number(row.corrected, 2)}",
                detail=f"95 % CI {interval(row.low, row.high, 2)}, optimism-corrected",
            ),
        ),
        note=f"Apparent, in the people it was fitted to: {number(row.apparent, 2)}. "
        + ("0 is the mean-only model, 1 a perfect one." if name == "r2" else "0.5 is chance."),
        anchor="performance",
    )


def _calibration(evidence: Evidence) -> Tile | None:
    slope = next(
        (one for one in evidence.optimism.estimates() if one.name == "calibration_slope"), None
    )
    if slope is None:
        return None
    if excludes(slope, 1.0):
        said = (
            "Predictions are too extreme." if slope.value < 1 else "Predictions are too moderate."
        )
    else:
        said = "No evidence that predictions are too extreme or too moderate."
    return Tile(
        title="Are predictions too extreme?",
        lines=(
            Line(
                label="Calibration slope",
                value=f"Calibration slope {number(slope.value, 2)}",
                detail=f"95 % CI {interval(slope.low, slope.high, 2)}, optimism-corrected",
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
    inside = "" if covered is None else f" {percent(covered.value, 0)} of people lay inside theirs."
    return Tile(
        title="How sure for one person",
        lines=(
            Line(
                label="Width",
                value=f"± {number(width.value / 2, digits)} {unit}".rstrip(),
                detail=f"half the mean width of the {LEVEL} % prediction interval",
            ),
        ),
        note=f"Out of fold.{inside}",
        anchor="calibration",
    )


def _risk_spread(curve: CalibrationCurve) -> Tile:
    low, high = curve.predicted_quantile(0.1), curve.predicted_quantile(0.9)
    return Tile(
        title="How far risks differ between people",
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


def _predictors(evidence: Evidence) -> Tile | None:
    """What each block adds, with its verdict, and the declared exposure's association."""
    lines: list[Line] = []
    added, table = evidence.added, evidence.association
    if added is not None:
        for one in added.additions:
            if len(one.blocks) > 1:
                continue
            gain = one.gain(added.metric)
            lines.append(
                Line(
                    label=capital(one.label),
                    value=f"{added.metric_label} {signed(gain.estimate.value, 3)}",
                    detail=f"({_ends(gain.estimate)}), {one.verdict}",
                )
            )
    if table is not None and table.rows:
        row = table.rows[-1] if table.strata is None else table.row(table.rows[-1].model)
        unit = f" {unit_of_amount(table.unit)}" if row.measure == "mean_difference" else ""
        lines.append(
            Line(
                label=capital(table.exposure),
                value=f"{signed(row.estimate.value, table.digits)}{unit}"
                if row.measure == "mean_difference"
                else number(row.estimate.value, 2),
                detail=f"({interval(row.estimate.low, row.estimate.high, table.digits)}), "
                f"{MODEL_SHORT_LABELS[row.model]}",
            )
        )
    if not lines:
        return None
    minimum = "" if added is None else f" Minimum important gain {added.smallest_gain:g}."
    return Tile(
        title="What the predictors add",
        lines=tuple(lines),
        note=f"95 % CI in brackets.{minimum}",
        anchor="association" if added is None else "added",
    )


def _ends(estimate: Estimate) -> str:
    return f"{signed(estimate.low or 0.0, 3)} to {signed(estimate.high or 0.0, 3)}"


def _picture(sections: Sequence[Section]) -> Picture | None:
    drawn = {picture.name: picture for section in sections for picture in section.pictures}
    return next((drawn[name] for name in PICTURES if name in drawn), None)
