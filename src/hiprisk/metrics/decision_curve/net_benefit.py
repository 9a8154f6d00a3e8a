"""What acting on a risk is worth: net benefit across the thresholds at which one would act.

References
----------
.. [1] Vickers, Elkin (2006). Med Decis Making 26(6), 565-574. doi:10.1177/0272989X06295361
.. [2] Kerr et al. (2016). J Clin Oncol 34, 2534-2540: standardised net benefit.
.. [3] Vickers et al. (2008). BMC Med Inform Decis Mak 8, 53: interventions avoided, harm.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary
from hiprisk.metrics.intervals.frequency_weights import variance_of_mean
from hiprisk.metrics.intervals.wald import wald

# Value and ends of each quantity in a curve's frame.
_COLUMNS = {
    "net_benefit": ("net_benefit", "low", "high"),
    "standardised_net_benefit": ("standardised", "standardised_low", "standardised_high"),
    "interventions_avoided": (
        "interventions_avoided_per_100", "avoided_low", "avoided_high",
    ),
}  # fmt: skip

THRESHOLDS = tuple(step / 100 for step in range(1, 100))


def net_benefit(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    r"""Net benefit of acting on everybody whose risk reaches a threshold.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        In [0, 1]; a linear predictor is refused.
    threshold : float
        Risk, inside (0, 1), from which one would act.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        Net true positives per person: at most the prevalence, without lower bound.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or `risk` or `threshold` leaves its range.

    Notes
    -----
    .. math:: \mathrm{NB}(t) = \frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1 - t}

    Examples
    --------
    >>> net_benefit([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2], threshold=0.2)
    0.4375
    """
    y, p, w = as_binary(y_true, risk, weights)
    return float(np.average(_gains(y, p, check_thresholds([threshold])[0]), weights=w))


def standardised_net_benefit(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    """Net benefit as a share of the prevalence, the most that it can be.

    Arguments as for `net_benefit`.

    Raises
    ------
    InputError
        If nobody has the event.
    """
    y, _, w = as_binary(y_true, risk, weights)
    prevalence = float(np.average(y, weights=w))
    if prevalence == 0.0:
        raise InputError("standardised net benefit needs events", code="DEGENERATE")
    return net_benefit(y_true, risk, threshold=threshold, weights=weights) / prevalence


def interventions_avoided(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    """Interventions avoided per 100 people, net: as many fewer as acting on all, no event missed.

    (Net benefit of the risk - that of acting on all) / (t / (1 - t)) x 100. Arguments as for
    `net_benefit`.

    Examples
    --------
    Nobody with the event is missed and one of four people is spared.

    >>> interventions_avoided([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2], threshold=0.2)
    25.0
    """
    y, p, w = as_binary(y_true, risk, weights)
    (t,) = check_thresholds([threshold])
    spared = _gains(y, p, t) - _gains(y, np.ones_like(p), t)
    return float(np.average(spared, weights=w)) / (t / (1.0 - t)) * 100.0


def net_benefit_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    threshold: float,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Net benefit with Wald's interval; arguments as for `net_benefit`.

    Net benefit is the mean of what each person adds (1, minus the odds, or 0), so its variance is
    that of a mean; of rows that go together in `groups`, where these are given.
    """
    y, p, w = as_binary(y_true, risk, weights)
    gains = _gains(y, p, check_thresholds([threshold])[0])
    error = float(np.sqrt(variance_of_mean(gains, w, groups)))
    return wald("net_benefit", float(np.average(gains, weights=w)), error, level=level)


def _gains(y: Floats, p: Floats, threshold: float) -> Floats:
    """What each person adds to the net benefit."""
    # A false positive costs the odds at which the clinician is indifferent.
    return np.where(p >= threshold, y - (1.0 - y) * threshold / (1.0 - threshold), 0.0)


def check_thresholds(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Thresholds as floats; raise unless each lies inside (0, 1)."""
    grid = tuple(float(t) for t in thresholds)
    off = [t for t in grid if not 0.0 < t < 1.0]
    if off or not grid:
        came = f"got {off[0]:g}" if off else "there is none"
        raise InputError(f"'threshold' must lie inside (0, 1); {came}")
    return grid


def net_benefits(
    y: Floats,
    p: Floats,
    weights: Floats,
    *,
    thresholds: Sequence[float],
    prevalence: float | None = None,
    harm: float = 0.0,
) -> Floats:
    """Net benefit at many thresholds, under many sets of weights at once.

    Parameters
    ----------
    y, p : ndarray, shape (n_people,)
        Already checked.
    weights : ndarray, shape (..., n_people)
        Of a resample, how often each person was drawn.
    thresholds, prevalence, harm
        As for `decision_curve`.

    Returns
    -------
    ndarray, shape (..., n_thresholds)
    """
    order = np.argsort(p, kind="stable")
    first = np.searchsorted(p[order], np.asarray(thresholds), side="left")
    true_pos = _at_or_above(weights[..., order] * y[order], first)
    false_pos = _at_or_above(weights[..., order] * (1.0 - y[order]), first)
    n = weights.sum(axis=-1, keepdims=True)
    with_event = (weights @ y)[..., np.newaxis]
    if prevalence is None:
        true_pos, false_pos = true_pos / n, false_pos / n
    else:
        # Cases and controls drawn apart: sensitivity and specificity at the stated prevalence.
        true_pos = true_pos / with_event * prevalence
        false_pos = false_pos / (n - with_event) * (1.0 - prevalence)
    odds = np.asarray(thresholds) / (1.0 - np.asarray(thresholds))
    return np.asarray(true_pos - false_pos * odds - harm)


def _at_or_above(values: Floats, first: Integers) -> Floats:
    """Sums from each position on, along the last axis."""
    none = np.zeros((*values.shape[:-1], 1))
    upto = np.concatenate([none, np.cumsum(values, axis=-1)], axis=-1)
    return np.asarray(upto[..., -1:] - upto[..., first])


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCurve:
    """Net benefit of one model across thresholds, beside acting on all and on none.

    Attributes
    ----------
    outcome, model_name : str
        What was predicted, and by what.
    thresholds, model, act_on_all : tuple of float, length n_thresholds
        Acting on none is zero by definition and is not stored.
    prevalence : float
        Observed, or stated where cases and controls were drawn apart.
    n : float
        People.
    harm : float
        What finding out the risk costs, in true positives per person; taken off `model`.
    low, high : tuple of float
        Pointwise percentile band of `model` at `level`; empty where people were not resampled.
    standardised_low, standardised_high : tuple of float
        The same of the standardised net benefit: the prevalence varies with the people drawn.
        Empty also where nobody has the event.
    avoided_low, avoided_high : tuple of float
        The same of the interventions avoided per 100 people.
    optimism : tuple of float
        What was taken off `model` (and its bands); empty where nothing was.
    """

    outcome: str
    model_name: str
    thresholds: tuple[float, ...]
    model: tuple[float, ...]
    act_on_all: tuple[float, ...]
    prevalence: float
    n: float
    harm: float = 0.0
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    standardised_low: tuple[float, ...] = ()
    standardised_high: tuple[float, ...] = ()
    avoided_low: tuple[float, ...] = ()
    avoided_high: tuple[float, ...] = ()
    level: float = 0.95
    optimism: tuple[float, ...] = ()

    def standardised(self, values: Sequence[float]) -> tuple[float, ...]:
        """Values of this curve as shares of the prevalence; refused where nobody has the event."""
        if self.prevalence == 0.0:
            raise InputError("standardised net benefit needs events", code="DEGENERATE")
        return tuple(value / self.prevalence for value in values)

    def interventions_avoided(self) -> tuple[float, ...]:
        """Interventions avoided per 100 people, net, at each threshold."""
        triples = zip(self.thresholds, self.model, self.act_on_all, strict=True)
        return tuple(100.0 * (model - act) * (1.0 - t) / t for t, model, act in triples)

    def estimates_at(self, threshold: float) -> tuple[Estimate, ...]:
        """Net benefit, standardised net benefit and interventions avoided at one threshold.

        Named ``net_benefit_<threshold>`` and so on; without the standardised one where nobody has
        the event.

        Raises
        ------
        InputError
            If the threshold is none of the curve's.
        """
        if threshold not in self.thresholds:
            raise InputError(f"the curve has no threshold {threshold:g}", code="GRID")
        place = self.thresholds.index(threshold)
        return tuple(
            Estimate(
                name=f"{name}_{threshold:g}",
                value=values[place],
                low=low[place] if low else None,
                high=high[place] if high else None,
            )
            for name, (values, low, high) in self._bands().items()
            if values
        )

    def _bands(self) -> dict[str, tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]]:
        """Values and ends of each quantity of the model; values are empty where it has none."""
        shares = self.standardised(self.model) if self.prevalence > 0.0 else ()
        return {
            "net_benefit": (self.model, self.low, self.high),
            "standardised_net_benefit": (shares, self.standardised_low, self.standardised_high),
            "interventions_avoided": (
                self.interventions_avoided(), self.avoided_low, self.avoided_high,
            ),
        }  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """One row per strategy and threshold, always the same columns."""
        none = (0.0,) * len(self.thresholds)
        everybody = self.standardised(self.act_on_all) if self.prevalence > 0.0 else ()
        parts = [
            self._part("model", self._bands()),
            self._part(
                "act_on_all",
                {
                    "net_benefit": (self.act_on_all, (), ()),
                    "standardised_net_benefit": (everybody, (), ()),
                    "interventions_avoided": (none, (), ()),
                },
            ),
            self._part(
                "act_on_none",
                {
                    "net_benefit": (none, (), ()),
                    "standardised_net_benefit": (none if everybody else (), (), ()),
                    "interventions_avoided": ((), (), ()),
                },
            ),
        ]
        return pd.concat(parts, ignore_index=True)

    def _part(self, strategy: str, bands: Mapping[str, tuple[Any, Any, Any]]) -> pd.DataFrame:
        frame = pd.DataFrame({"strategy": strategy, "threshold": self.thresholds})
        unknown = (None,) * len(self.thresholds)
        for name, columns in _COLUMNS.items():
            for column, values in zip(columns, bands[name], strict=True):
                frame[column] = pd.Series(values or unknown, dtype="float64")
        return frame

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = dataclasses.asdict(self)
        bands = self._bands()
        plain["standardised"] = bands["standardised_net_benefit"][0]
        plain["interventions_avoided_per_100"] = bands["interventions_avoided"][0]
        return {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}


def decision_curve(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    weights: ArrayLike | None = None,
    prevalence: float | None = None,
    harm: float = 0.0,
    outcome: str = "",
    model_name: str = "model",
) -> DecisionCurve:
    """Net benefit across thresholds.

    Parameters
    ----------
    y_true, risk, weights
        As for `net_benefit`.
    thresholds : sequence of float
        Inside (0, 1).
    prevalence : float, optional
        Of the population, where cases and controls were drawn apart.
    harm : float
        What finding out the risk costs, in true positives per person.
    outcome, model_name : str
        For tables and figures.

    Raises
    ------
    InputError
        If input is refused, or a prevalence is stated and a class has no member.
    """
    y, p, w = as_binary(y_true, risk, weights)
    grid = check_thresholds(thresholds)
    check_prevalence(prevalence, y, w)
    model = net_benefits(y, p, w, thresholds=grid, prevalence=prevalence, harm=harm)
    everybody = net_benefits(y, np.ones_like(p), w, thresholds=grid, prevalence=prevalence)
    return DecisionCurve(
        outcome=outcome,
        model_name=model_name,
        thresholds=grid,
        model=tuple(map(float, model)),
        act_on_all=tuple(map(float, everybody)),
        prevalence=float(np.average(y, weights=w)) if prevalence is None else prevalence,
        n=float(w.sum()),
        harm=harm,
    )


def check_prevalence(prevalence: float | None, y: Floats, w: Floats) -> None:
    """Raise unless a stated prevalence lies inside (0, 1) and both classes have members."""
    if prevalence is None:
        return
    if not 0.0 < prevalence < 1.0:
        raise InputError(f"'prevalence' must lie inside (0, 1), got {prevalence:g}")
    if float(np.average(y, weights=w)) in (0.0, 1.0):
        raise InputError(
            "a stated prevalence needs people with the event and without", code="DEGENERATE"
        )
