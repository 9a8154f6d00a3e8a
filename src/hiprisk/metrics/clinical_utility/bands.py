"""Decision curves with what they lack alone: bands, and the difference of two.

References
----------
.. [1] Vickers, Cronin, Elkin, Gonen (2008). BMC Med Inform Decis Mak 8, 53: bootstrap.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.bootstrap import Persons, percentiles, too_many_refused
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.curve import DecisionCurve, check_prevalence, decision_curve
from hiprisk.metrics.clinical_utility.net_benefit import THRESHOLDS, check_thresholds, net_benefits
from hiprisk.metrics.inputs import as_binary, as_groups
from hiprisk.seeding import rng_for

# So many weights (resamples x people) are held at a time.
LARGEST_BLOCK = 500_000


def decision_curve_band(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int,
    thresholds: Sequence[float] = THRESHOLDS,
    level: float = 0.95,
    prevalence: float | None = None,
    harm: float = 0.0,
    outcome: str = "",
    model_name: str = "model",
) -> DecisionCurve:
    """Decision curve with pointwise percentile bands from resampling people.

    Net benefit, standardised net benefit and interventions avoided have one each: prevalence and
    the net benefit of acting on all vary with the people drawn.

    Parameters
    ----------
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several.
    n_resamples, seed : int
    level : float
    y_true, risk, thresholds, prevalence, harm, outcome, model_name
        As for `decision_curve`.

    Notes
    -----
    With a stated prevalence, resamples without a case or without a control are left out, as those
    without an event are of the standardised net benefit; where too many are, there is no band.
    """
    curve = decision_curve(
        y_true,
        risk,
        thresholds=thresholds,
        prevalence=prevalence,
        harm=harm,
        outcome=outcome,
        model_name=model_name,
    )
    y, p, _ = as_binary(y_true, risk, None)
    has_events = curve.prevalence > 0.0

    def evaluate(weights: Floats) -> Floats:
        if prevalence is not None:
            weights = _nan_where_a_class_lacks(weights, y)
        model = net_benefits(
            y, p, weights, thresholds=curve.thresholds, prevalence=prevalence, harm=harm
        )
        everybody = net_benefits(
            y, np.ones_like(p), weights, thresholds=curve.thresholds, prevalence=prevalence
        )
        share = weights @ y / weights.sum(axis=-1)
        if prevalence is not None:
            share = np.full_like(share, prevalence)
        elif has_events:
            # A resample without an event has no share of the events.
            share = np.where(share > 0.0, share, np.nan)
        avoided = (model - everybody) * per_avoided(curve.thresholds)
        shares = model / share[:, np.newaxis] if has_events else model
        return np.stack([model, shares, avoided], axis=1)

    resampled = _resampled(evaluate, groups, len(y), n_resamples=n_resamples, seed=seed)
    model, shares, avoided = (pointwise_ends(resampled[:, part], level=level) for part in range(3))
    return dataclasses.replace(
        curve,
        low=model[0],
        high=model[1],
        standardised_low=shares[0] if has_events else (),
        standardised_high=shares[1] if has_events else (),
        avoided_low=avoided[0],
        avoided_high=avoided[1],
        level=level,
    )


def per_avoided(thresholds: Sequence[float]) -> Floats:
    """What turns a gain over acting on all into interventions avoided per 100 people."""
    grid = np.asarray(thresholds)
    return np.asarray(100.0 * (1.0 - grid) / grid)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCurveDifference:
    """Net benefit of one model minus that of another, on the same people.

    Attributes
    ----------
    difference : tuple of float, length n_thresholds
        Positive where `model_name` is worth more than `reference_name`.
    low, high : tuple of float
        Pointwise percentile interval at `level`, both models on the same resamples; empty where
        too many resamples lack a class.
    optimism : tuple of float
        What was taken off; empty where nothing was.
    """

    outcome: str
    model_name: str
    reference_name: str
    thresholds: tuple[float, ...]
    difference: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    prevalence: float
    n: float
    optimism: tuple[float, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a threshold; `standardised` is the difference as a share of the prevalence."""
        names = ("difference", "low", "high")
        unknown = (np.nan,) * len(self.thresholds)
        columns = {name: getattr(self, name) or unknown for name in names}
        frame = pd.DataFrame({"threshold": self.thresholds, **columns})
        share = self.prevalence if self.prevalence > 0.0 else np.nan
        frame["standardised"] = frame["difference"] / share
        return frame

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = dataclasses.asdict(self)
        return {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}


def decision_curve_difference(
    y_true: ArrayLike,
    risk: ArrayLike,
    reference: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int,
    thresholds: Sequence[float] = THRESHOLDS,
    level: float = 0.95,
    prevalence: float | None = None,
    outcome: str = "",
    names: tuple[str, str] = ("model", "reference"),
) -> DecisionCurveDifference:
    """Difference of two models' net benefit, with a band from resampling people.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk, reference : array-like of float, shape (n_people,)
        Risks from the model and from the one it is held against.
    names : tuple of str
        Of the two models.
    groups, n_resamples, seed, thresholds, level, prevalence, outcome
        As for `decision_curve_band`.
    """
    grid = check_thresholds(thresholds)
    y, p, w = as_binary(y_true, risk, None)
    _, q, _ = as_binary(y_true, reference, None)
    check_prevalence(prevalence, y, w)

    def evaluate(weights: Floats) -> Floats:
        if prevalence is not None:
            weights = _nan_where_a_class_lacks(weights, y)
        one, other = (
            net_benefits(y, values, weights, thresholds=grid, prevalence=prevalence)
            for values in (p, q)
        )
        return one - other

    resampled = _resampled(evaluate, groups, len(y), n_resamples=n_resamples, seed=seed)
    low, high = pointwise_ends(resampled, level=level)
    return DecisionCurveDifference(
        outcome=outcome,
        model_name=names[0],
        reference_name=names[1],
        thresholds=grid,
        difference=_plain(evaluate(w)),
        low=low,
        high=high,
        level=level,
        prevalence=float(y.mean()) if prevalence is None else prevalence,
        n=float(len(y)),
    )


def _resampled(
    evaluate: Callable[[Floats], Floats],
    groups: ArrayLike | None,
    n_rows: int,
    *,
    n_resamples: int,
    seed: int,
) -> Floats:
    """What is computed from weights on every resample, shape (n_resamples, ...)."""
    if n_resamples < 2:
        raise InputError(f"a band needs resamples, 'n_resamples' is {n_resamples}")
    # Persons are drawn, not rows: two hips of a person are no two draws.
    # A study has numbered them, people without an identifier last: its draws stay what they were.
    persons = Persons.of(as_groups(groups, n_rows, beside="y_true", by_label=True))
    rng = rng_for(seed, "decision_curve")
    blocks = persons.draw_weights(rng, n_resamples, max_weights=LARGEST_BLOCK)
    return np.concatenate([evaluate(weights) for weights in blocks])


def pointwise_ends(
    resampled: Floats, *, level: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Ends of a pointwise interval; empty where too many resamples say nothing of the curve."""
    n_refused = int(np.isnan(resampled).any(axis=1).sum())
    if too_many_refused(n_refused, len(resampled)):
        return (), ()
    low, high = percentiles(resampled, level=level)
    return _plain(low), _plain(high)


def _nan_where_a_class_lacks(weights: Floats, y: Floats) -> Floats:
    """Weights, NaN for resamples of one class, which say nothing at a stated prevalence."""
    share = weights @ y / weights.sum(axis=-1)
    both = (share > 0.0) & (share < 1.0)
    return np.where(both[..., np.newaxis], weights, np.nan)


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
