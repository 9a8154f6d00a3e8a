"""Decision curves corrected for optimism, with bands that hold the curve in new people.

References
----------
.. [1] Vickers, Cronin, Elkin, Gonen (2008). BMC Med Inform Decis Mak 8, 53: bootstrap, optimism.
.. [2] Noma et al. (2021). Stat Med 40, 5691-5701: intervals moved by the optimism.
.. [3] Davison, Hinkley (1997). Bootstrap Methods and their Application, section 5.2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Counts, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.bands import per_avoided, pointwise_ends
from hiprisk.metrics.clinical_utility.curve import DecisionCurve, check_prevalence
from hiprisk.metrics.clinical_utility.net_benefit import THRESHOLDS, check_thresholds, net_benefits
from hiprisk.metrics.inputs import as_binary


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResampledOptimism:
    """What each refit is worth on its own resample beyond what it is on the original people.

    Attributes
    ----------
    net_benefit, standardised, avoided : ndarray, shape (n_resamples, n_thresholds)
        Standardised net benefit is NaN for a resample without an event.
    """

    net_benefit: Floats
    standardised: Floats
    avoided: Floats

    def mean(self) -> tuple[float, ...]:
        """Optimism of the net benefit at each threshold."""
        return _plain(self.net_benefit.mean(axis=0))


def resampled_optimism(
    y_true: ArrayLike,
    refit_risks: Floats,
    counts: Floats | Integers | Counts,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    prevalence: float | None = None,
) -> ResampledOptimism:
    """Optimism of net benefit and of what follows from it, one row a refit of a procedure.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    refit_risks : ndarray, shape (n_resamples, n_people)
        Risks of all original people by the model refitted on each resample.
    counts : ndarray, shape (n_resamples, n_people)
        How often each person was drawn for that resample.
    thresholds, prevalence
        As for `decision_curve`.

    Raises
    ------
    InputError
        If the two arrays do not match each other or the people.
    """
    grid = check_thresholds(thresholds)
    risks, drawn = np.asarray(refit_risks, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    y, _, w = as_binary(y_true, np.zeros(len(np.asarray(y_true))), None)
    check_prevalence(prevalence, y, w)
    if risks.ndim != 2 or risks.shape != drawn.shape or risks.shape[1] != len(y) or not len(risks):
        raise InputError(
            f"'refit_risks' {risks.shape} and 'counts' {drawn.shape} must both be of shape "
            f"(n_resamples, {len(y)})"
        )
    how: dict[str, Any] = {"thresholds": grid, "prevalence": prevalence}
    both = []
    for risk, count in zip(risks, drawn, strict=True):
        _, p, training = as_binary(y, risk, count)
        both.append(net_benefits(y, p, np.stack([training, w]), **how))
    model = np.array(both)
    everybody = net_benefits(y, np.ones_like(y), np.vstack([drawn, w[np.newaxis]]), **how)
    share = _shares(y, np.vstack([drawn, w[np.newaxis]]), prevalence)[:, np.newaxis]
    own = model[:, 0] - model[:, 1]
    return ResampledOptimism(
        net_benefit=own,
        standardised=model[:, 0] / share[:-1] - model[:, 1] / share[-1],
        avoided=(own - (everybody[:-1] - everybody[-1])) * per_avoided(grid),
    )


def _shares(y: Floats, weights: Floats, prevalence: float | None) -> Floats:
    """Share with the event under each set of weights; NaN where nobody has it."""
    if prevalence is not None:
        return np.full(len(weights), prevalence)
    found = weights @ y / weights.sum(axis=-1)
    return np.where(found > 0.0, found, np.nan)


def net_benefit_optimism(
    y_true: ArrayLike,
    refit_risks: Floats,
    counts: Floats | Integers,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    prevalence: float | None = None,
) -> tuple[float, ...]:
    """Mean optimism of the net benefit at each threshold; arguments as for `resampled_optimism`."""
    return resampled_optimism(
        y_true, refit_risks, counts, thresholds=thresholds, prevalence=prevalence
    ).mean()


def corrected_curve(
    curve: DecisionCurve, optimism: Sequence[float] | ResampledOptimism
) -> DecisionCurve:
    """The curve less its optimism, with bands for what this very model is worth in new people.

    Parameters
    ----------
    curve : DecisionCurve
    optimism : sequence of float, length n_thresholds, or ResampledOptimism
        The mean alone moves curve and bands.

    Notes
    -----
    With the optimism of each refit the band is the outer one of two, point by point: the curve's
    own (the model on resampled people) less the mean optimism, and the apparent curve less the
    percentiles of the optimism. The first is too narrow at high thresholds, where what a model is
    worth depends on few people whom it predicts high; the second at low ones, where refits differ
    little. ``experiments/decision_curve_band`` has what they cover.
    """
    if curve.optimism:
        raise InputError("this decision curve has been corrected before")
    mean = optimism.mean() if isinstance(optimism, ResampledOptimism) else tuple(optimism)
    _check_length(mean, curve.thresholds)
    # Acting on all and the prevalence are fitted to nobody and have no optimism.
    off = np.asarray(mean)
    moved = {"model": off, "low": off, "high": off}
    for end in ("low", "high"):
        moved[f"avoided_{end}"] = off * per_avoided(curve.thresholds)
        if curve.prevalence > 0.0:
            moved[f"standardised_{end}"] = off / curve.prevalence
    changed: dict[str, Any] = {
        name: _less(getattr(curve, name), tuple(less))
        for name, less in moved.items()
        if getattr(curve, name)
    }
    if isinstance(optimism, ResampledOptimism):
        changed |= _outer(curve, changed, optimism)
    return dataclasses.replace(curve, **changed, optimism=mean)


def _outer(
    curve: DecisionCurve, moved: dict[str, Any], optimism: ResampledOptimism
) -> dict[str, Any]:
    """Bands as far out as the moved ones or those of the refits' own optimism."""
    found: dict[str, Any] = {}
    standardised = curve.standardised(curve.model) if curve.prevalence > 0.0 else ()
    for stem, apparent, own in (
        ("", curve.model, optimism.net_benefit),
        ("standardised_", standardised, optimism.standardised),
        ("avoided_", curve.interventions_avoided(), optimism.avoided),
    ):
        low, high = f"{stem}low", f"{stem}high"
        if low not in moved:
            continue
        least, most = pointwise_ends(own, level=curve.level)
        if not least:
            continue
        found[low] = _plain(np.minimum(moved[low], np.subtract(apparent, most)))
        found[high] = _plain(np.maximum(moved[high], np.subtract(apparent, least)))
    return found


def _less(values: Sequence[float], off: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value - less) for value, less in zip(values, off, strict=True))


def _check_length(optimism: Sequence[float], thresholds: Sequence[float]) -> None:
    if len(optimism) != len(thresholds):
        raise InputError(
            f"there are {len(thresholds)} thresholds, the optimism has {len(optimism)} entries"
        )


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
