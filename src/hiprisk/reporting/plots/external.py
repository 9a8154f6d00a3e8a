"""External validation and updating as pictures."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from hiprisk.reporting.plots.calibration import draw_calibration_curve
from hiprisk.reporting.plots.distribution import draw_coverage, draw_pit, draw_predicted_observed
from hiprisk.reporting.plots.murphy import draw_murphy_diagram
from hiprisk.reporting.plots.sites import draw_clustered_calibration
from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, SKY, as_png, new_axes, titled
from hiprisk.reporting.plots.subgroups import draw_subgroups
from hiprisk.reporting.plots.utility import draw_decision_curve
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.validation.performance.results import EventPerformance
from hiprisk.validation.updating.results import UpdateResult
from hiprisk.wording.labels import unit_of_amount

Points = Sequence[tuple[float, float]]


def draw_external_calibration(result: ExternalValidation, *, ax: Axes | None = None) -> Axes:
    """Observed against predicted in the validation cohort: smooth curve, and means by tenth.

    Parameters
    ----------
    result : ExternalValidation
        Of `hiprisk.validate`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    curve = result.performance.calibration
    ends = () if curve is None else ((curve.predicted[0], curve.predicted[-1]),)
    _ideal(ax, [result.calibration, ends])
    if curve is not None:
        if curve.low:
            ax.fill_between(curve.predicted, curve.low, curve.high, color=SKY, alpha=0.3,
                            linewidth=0, label="pointwise 95 % CI")  # fmt: skip
        ax.plot(curve.predicted, curve.observed, color=SKY, label="loess")
    _points(ax, result.calibration, colour=BLUE, label="tenths of the predictions")
    _label(ax, result.kind, result.outcome_unit)
    ax.set_title(titled(f"{result.model.name}: external calibration, n = {result.n}",
                        result.cohort_provenance))  # fmt: skip
    ax.legend(frameon=False, loc="upper left")
    return ax


def draw_before_after(
    before: Points, after: Points, *, kind: str, unit: str, title: str, ax: Axes | None = None
) -> Axes:
    """Calibration of a model before and after its update (cross-validated).

    Parameters
    ----------
    before : sequence of (float, float)
        Predicted and observed means by tenth of the prediction.
    after : sequence of (float, float)
        Predicted and observed means by tenth of the prediction.
    kind : str
        ``continuous`` or ``binary``.
    unit : str
        Unit of the outcome, for the axes.
    title : str
        Of the picture.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    _ideal(ax, [before, after])
    _tenths(ax, before, colour=ORANGE, label="before")
    _tenths(ax, after, colour=BLUE, label="after (cross-validated)")
    _label(ax, kind, unit)
    ax.set_title(title)
    ax.legend(frameon=False, loc="upper left")
    return ax


def _ideal(ax: Axes, curves: Sequence[Points]) -> None:
    values = [value for points in curves for point in points for value in point]
    low, high = min(values), max(values)
    margin = 0.05 * (high - low)
    ax.plot([low - margin, high + margin], [low - margin, high + margin],
            color=GREY, linewidth=1, label="ideal")  # fmt: skip


def _tenths(ax: Axes, points: Points, *, colour: str, label: str) -> None:
    ax.plot([p for p, _ in points], [o for _, o in points], "o-", color=colour, label=label)


def _points(ax: Axes, points: Points, *, colour: str, label: str) -> None:
    ax.plot([p for p, _ in points], [o for _, o in points], "o", color=colour, label=label)


def _label(ax: Axes, kind: str, unit: str) -> None:
    shown = unit_of_amount(unit) if kind == "continuous" else "risk"
    ax.set_xlabel(f"predicted ({shown})")
    ax.set_ylabel(f"observed ({shown})")


def draw_decision(result: ExternalValidation, *, ax: Axes | None = None) -> Axes:
    """Net benefit of the model, of treat all and of treat none.

    Parameters
    ----------
    result : ExternalValidation
        Of `hiprisk.validate`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    curve = result.performance.decision
    if curve is None:
        ax.set_axis_off()
        return ax
    if curve.low:
        ax.fill_between(curve.thresholds, curve.low, curve.high, color=SKY, alpha=0.3,
                        linewidth=0, label="pointwise 95 % CI")  # fmt: skip
    ax.plot(curve.thresholds, curve.model, color=BLUE, label="model")
    ax.plot(curve.thresholds, curve.act_on_all, color=ORANGE, label="treat all")
    ax.axhline(0.0, color=GREY, linewidth=1, label="treat none")
    highest = max(*curve.model, curve.prevalence)
    ax.set_ylim(-0.25 * highest, 1.1 * highest)
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("net benefit")
    ax.set_title(titled(f"{result.model.name}: decision curve", result.cohort_provenance))
    ax.legend(frameon=False, loc="upper right")
    return ax


def validation_figures(result: ExternalValidation) -> dict[str, bytes]:
    """Every figure of an external validation as PNG, by file name."""
    drawn = {"calibration": draw_external_calibration(result)} if result.calibration else {}
    if result.performance.decision is not None:
        drawn["decision"] = draw_decision(result)
    if result.clustered_calibration is not None:
        drawn["clustered_calibration"] = draw_clustered_calibration(
            result.clustered_calibration,
            unit=unit_of_amount(result.outcome_unit) if result.kind == "continuous" else "risk",
            provenance=result.cohort_provenance,
        )
    if result.reference_comparison is not None:
        drawn["murphy_diagram"] = draw_murphy_diagram(
            result.reference_comparison.murphy_diagram,
            unit=unit_of_amount(result.outcome_unit) if result.kind == "continuous" else "risk",
            provenance=result.cohort_provenance,
        )
    drawn |= _distribution_figures(result)
    for event in result.performance.events:
        drawn |= _event_figures(event, result)
    if result.groups is not None and result.groups.estimates:
        drawn |= {
            f"groups_{metric}": draw_subgroups(result.groups, metric=metric)
            for metric in result.groups.metrics
        }
    return {f"{name}.png": as_png(axes) for name, axes in drawn.items()}


def _distribution_figures(result: ExternalValidation) -> dict[str, Axes]:
    """Predictive distributions of a continuous score against the observed outcomes."""
    performance = result.performance
    found: dict[str, Axes] = {}
    provenance, unit = result.cohort_provenance, unit_of_amount(result.outcome_unit)
    if performance.scatter is not None:
        found["predicted_observed"] = draw_predicted_observed(
            performance.scatter, unit=unit, provenance=provenance
        )
    if performance.coverage is not None:
        found["coverage"] = draw_coverage(performance.coverage, unit=unit, provenance=provenance)
    if performance.pit is not None:
        found["pit"] = draw_pit(performance.pit, provenance=provenance)
    return found


def _event_figures(event: EventPerformance, result: ExternalValidation) -> dict[str, Axes]:
    """Calibration and net benefit of the predicted probability of an event."""
    found: dict[str, Axes] = {}
    if event.calibration is not None:
        found[f"calibration_{event.name}"] = draw_calibration_curve(
            event.calibration,
            provenance=result.cohort_provenance,
            title=f"Calibration: {event.label}",
        )
    if event.decision is not None:
        found[f"net_benefit_{event.name}"] = draw_decision_curve(
            event.decision, provenance=result.cohort_provenance
        )
    return found


def update_figures(result: UpdateResult) -> dict[str, bytes]:
    """Every figure of an update as PNG, by file name."""
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
    return {"before_after.png": as_png(axes)}
