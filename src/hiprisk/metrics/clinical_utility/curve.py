"""Decision curves: net benefit across thresholds, beside acting on all and on none.

References
----------
.. [1] Vickers, Elkin (2006). Med Decis Making 26(6), 565-574. doi:10.1177/0272989X06295361
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import (
    AVOIDED,
    NET_BENEFIT,
    STANDARDISED,
    THRESHOLDS,
    check_thresholds,
    net_benefits,
)
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary

# Value and ends of each quantity in a curve's frame.
_COLUMNS = {
    NET_BENEFIT: ("net_benefit", "low", "high"),
    STANDARDISED: ("standardised", "standardised_low", "standardised_high"),
    AVOIDED: ("interventions_avoided_per_100", "avoided_low", "avoided_high"),
}


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
                name=metric.at(threshold).name,
                value=values[place],
                low=low[place] if low else None,
                high=high[place] if high else None,
            )
            for metric, (values, low, high) in self._bands().items()
            if values
        )

    def _bands(
        self,
    ) -> dict[Metric, tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]]:
        """Values and ends of each quantity of the model; values are empty where it has none."""
        shares = self.standardised(self.model) if self.prevalence > 0.0 else ()
        return {
            NET_BENEFIT: (self.model, self.low, self.high),
            STANDARDISED: (shares, self.standardised_low, self.standardised_high),
            AVOIDED: (
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
                    NET_BENEFIT: (self.act_on_all, (), ()),
                    STANDARDISED: (everybody, (), ()),
                    AVOIDED: (none, (), ()),
                },
            ),
            self._part(
                "act_on_none",
                {
                    NET_BENEFIT: (none, (), ()),
                    STANDARDISED: (none if everybody else (), (), ()),
                    AVOIDED: ((), (), ()),
                },
            ),
        ]
        return pd.concat(parts, ignore_index=True)

    def _part(self, strategy: str, bands: Mapping[Metric, tuple[Any, Any, Any]]) -> pd.DataFrame:
        frame = pd.DataFrame({"strategy": strategy, "threshold": self.thresholds})
        unknown = (None,) * len(self.thresholds)
        for metric, columns in _COLUMNS.items():
            for column, values in zip(columns, bands[metric], strict=True):
                frame[column] = pd.Series(values or unknown, dtype="float64")
        return frame

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = dataclasses.asdict(self)
        bands = self._bands()
        plain["standardised"] = bands[STANDARDISED][0]
        plain["interventions_avoided_per_100"] = bands[AVOIDED][0]
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
    # Treating all needs no prediction, so that no harm of finding one out is taken off.
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
