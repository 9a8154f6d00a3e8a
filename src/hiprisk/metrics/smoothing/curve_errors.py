"""How far a smoothed calibration curve runs from the predictions: ICI, E50, E90, Emax, ECI."""

from __future__ import annotations

from functools import partial

from numpy.typing import ArrayLike

from hiprisk.metrics.entry import CurveError, Metric, Smoother, Summary
from hiprisk.metrics.smoothing.calibration_curve import SUMMARIES, curve_distances
from hiprisk.outcome_kind import OutcomeKind

# A smoother of fewer people follows their noise.
FEWEST_FOR_CURVES = 50


def calibration_error(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    summary: Summary,
    kind: OutcomeKind,
    smoother: Smoother = "loess",
    weights: ArrayLike | None = None,
    prevalence: float | None = None,
) -> float:
    """One of the errors, by name; arguments as for `calibration_errors`."""
    off, counted = curve_distances(
        observed,
        predicted,
        kind=kind,
        smoother=smoother,
        weights=weights,
        prevalence=prevalence,
    )
    return SUMMARIES[summary](off, counted)


_LABELS: dict[Summary, str] = {
    "ici": "ICI", "e50": "E50", "e90": "E90", "emax": "Emax", "eci": "ECI",
}  # fmt: skip


def _entry(kind: OutcomeKind, summary: Summary, smoother: Smoother) -> Metric:
    largest = None
    if kind == "binary":
        largest = 100.0 if summary == "eci" else 1.0
    return Metric(
        name=summary if smoother == "loess" else f"{summary}_{smoother}",
        label=f"{_LABELS[summary]} ({smoother})",
        kind=kind,
        function=partial(calibration_error, summary=summary, kind=kind, smoother=smoother),
        direction=-1,
        # A spline of a risk stays inside [0, 1]; loess does not, and the ECI is a hundredfold.
        bounds=(0.0, 1.0 if kind == "binary" and smoother == "spline" else None),
        optimum=0.0,
        in_outcome_units=kind == "continuous",
        headline=(kind, summary, smoother) == ("binary", "ici", "loess"),
        moves_with_prevalence=kind == "binary",
        curve=CurveError(summary=summary, smoother=smoother, largest=largest),
        costly=True,
    )


_KINDS: tuple[OutcomeKind, ...] = ("continuous", "binary")
_SMOOTHERS: tuple[Smoother, ...] = ("loess", "spline")
_SUMMARIES: tuple[Summary, ...] = ("ici", "e50", "e90", "emax")
METRICS = (
    *(
        _entry(kind, summary, smoother)
        for kind in _KINDS
        for smoother in _SMOOTHERS
        for summary in _SUMMARIES
    ),
    _entry("binary", "eci", "loess"),
)
