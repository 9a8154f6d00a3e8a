"""Each metric as a function of its own: observed and predicted in, value and interval out."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import ArrayLike

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.evaluation.predictions import (
    Kind,
    checked_predictions,
    few_for_a_curve,
    with_intervals,
)
from hiprisk.metrics.inputs import check_level
from hiprisk.metrics.registry import entries
from hiprisk.metrics.smoothing.curve_errors import FEWEST_FOR_CURVES
from hiprisk.spelling import did_you_mean

if TYPE_CHECKING:
    from hiprisk.metrics.forecast.interface import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricByName:
    """A metric that is called with observed and predicted; `hiprisk.metrics` has one for each.

    Attributes
    ----------
    name : str
    entries : tuple of Metric
        What is known of it, one for each kind of outcome that has a metric of this name.
    """

    name: str
    entries: tuple[Metric, ...]

    def __repr__(self) -> str:
        """A line, for a notebook."""
        return f"<metric {self.name}: {self.label}, {' or '.join(self.kinds)}>"

    @property
    def label(self) -> str:
        """For people."""
        return self.entries[0].label

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of what it is a metric: ``binary``, ``continuous``, ``distribution``."""
        return tuple(entry.kind for entry in self.entries)

    def entry(self, kind: str) -> Metric:
        """What is known of it for a kind: direction, bounds, optimum, how its interval comes.

        Raises
        ------
        ConfigError
            If there is no such metric of this kind.
        """
        found = next((entry for entry in self.entries if entry.kind == kind), None)
        if found is None:
            raise ConfigError(
                f"'{self.name}' is a metric of kind {' and '.join(self.kinds)}, not of '{kind}'"
            )
        return found

    def __call__(
        self,
        observed: ArrayLike,
        predicted: ArrayLike | Forecast,
        *,
        kind: Kind | None = None,
        groups: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        level: float = 0.95,
        n_resamples: int = 1000,
        seed: int = 0,
        **parameter: float,
    ) -> Estimate:
        """Value and interval; arguments as for `evaluate_predictions`.

        Parameters
        ----------
        observed, predicted, kind, groups, weights, level, n_resamples, seed
            As for `evaluate_predictions`.
        **parameter : float
            ``threshold`` of net benefit and its other forms, ``bound`` of floor and ceiling
            proportions.

        Raises
        ------
        InputError
            If input is refused, or the metric cannot be computed of these people.
        ConfigError
            If the metric is of another kind, or its parameter is lacking.
        """
        check_level(level)
        if kind is None and len(self.entries) == 1:
            (kind,) = self.kinds  # type: ignore[assignment] # a name of one kind says which
        sample = checked_predictions(observed, predicted, kind=kind, groups=groups, weights=weights)
        metric = self._at(self.entry(sample.kind), parameter)
        if metric.curve is not None and len(sample.observed) < FEWEST_FOR_CURVES:
            raise InputError(few_for_a_curve(len(sample.observed)), code="DEGENERATE")
        # The value first: it says better than a resample why there is none.
        metric.function(sample.observed, sample.predicted, weights=sample.weights)
        (found,) = with_intervals(sample, [metric], level=level, n_resamples=n_resamples, seed=seed)
        return found

    def _at(self, metric: Metric, given: dict[str, Any]) -> Metric:
        wanted = {metric.parameter} - {""}
        if set(given) != wanted:
            needs = f"needs `{metric.parameter}`" if wanted else "takes no further argument"
            got = ", ".join(given) or "none"
            raise ConfigError(f"'{self.name}' {needs}, got {got}")
        return metric.at(given[metric.parameter]) if wanted else metric


def metric_by_name(name: str) -> MetricByName:
    """The metric of a name, for every kind of outcome that has one.

    Parameters
    ----------
    name : str
        For instance ``c_statistic``.

    Raises
    ------
    ConfigError
        If there is no such metric.

    Examples
    --------
    >>> metric_by_name("brier")([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.7]).value
    0.125
    """
    found = tuple(entry for entry in entries() if entry.name == name)
    if not found:
        names = sorted({entry.name for entry in entries()})
        raise ConfigError(
            f"there is no metric '{name}'",
            advice=did_you_mean(name, names, otherwise=f"there are {', '.join(names)}"),
        )
    # help(metrics.brier) is of this metric, and not of metrics in general.
    texts = {"__slots__": (), "__doc__": _described(found), "__module__": __name__}
    own = type("MetricByName", (MetricByName,), texts)
    return cast("MetricByName", own(name=name, entries=found))


def _described(found: Sequence[Metric]) -> str:
    """What a metric is, from the functions that compute it, and how it is called."""
    kinds = " or ".join(entry.kind for entry in found)
    # Their examples are of functions that give the value alone.
    said = [(inspect.getdoc(one.function) or "").partition("\n\nExamples")[0] for one in found]
    return (
        f"{found[0].label}, with its interval (of kind {kinds}).\n\n"
        f"Call it as ``metrics.{found[0].name}(observed, predicted)``; see `MetricByName` for "
        "weights, groups, level and resamples. It gives an `Estimate`: value, low and high.\n\n"
        + "\n\n".join(dict.fromkeys(said))
    )
