"""A metric as one entry: its function, and all that is known of it.

An entry stands beside its function, in the module of its family; `hiprisk.metrics.registry`
collects the entries of all families. To add a metric is to write its function and its entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from hiprisk.arrays import Floats
from hiprisk.metrics.estimate import Estimate

Kind = Literal["continuous", "binary", "distribution"]
Scale = Literal["identity", "log", "logit", "log_complement", "fisher_z"]
Need = Literal["both classes", "varying outcome", "varying predictions"]
Smoother = Literal["loess", "spline", "lowess"]
CaseControl = Literal["same", "weighted", "offset", "none"]
Summary = Literal["ici", "e50", "e90", "emax", "eci"]
# Observed and predicted of some people to a number: f(observed, predicted, *, weights), and what
# else a parametrised metric asks for. An interval function takes groups and level as well.
MetricFunction = Callable[..., float]
IntervalFunction = Callable[..., Estimate]
Rate = Callable[[Floats, Floats], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveError:
    """The calibration curve whose distance from the predictions a metric is, and its summary.

    The prevalence is that of the population, where cases and controls were sampled apart. The
    largest is where the interval of an error of a risk ends.
    """

    summary: Summary
    smoother: Smoother
    prevalence: float | None = None
    largest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Attributes
    ----------
    name, label : str
        For machines and for people.
    kind : str
        What it is a metric of: predictions of a ``continuous`` outcome, risks of a ``binary`` one,
        or forecasts (``distribution``: the second argument is a `Forecast`).
    function : callable
    direction : int
        1 where more is better, -1 where less is, 0 where the optimum lies between.
    bounds : tuple of float or None
        What the metric cannot leave; None on an open side.
    optimum : float or None
        None where it describes and there is no best value.
    in_outcome_units : bool
        Its unit is that of the outcome.
    default : bool
        Every evaluation reports it; others are asked for by name, or beside a bootstrap.
    by_name_only : bool
        Not beside a bootstrap either.
    headline : bool
        It stands in tables that have room for few metrics.
    descriptive : bool
        It tells what people or predictions are like, not how good a model is.
    moves_with_prevalence : bool
        It differs where the event is more frequent, without any fault of the model.
    needs : tuple of str
        Without which it refuses to be computed.
    parameter : str
        A further argument of the function that `at` has to fill in; empty where there is none.
    analytic : callable or None
        The metric with its interval from a formula; the bootstrap can give every metric one.
    curve : CurveError or None
        Of a metric that is the error of a smoothed curve: its bootstrap interval is a
        `curve_error_interval`.
    follows_noise : bool
        It fits the people on whom it is computed, so that resamples lie above the estimate: its
        bootstrap interval is an `error_interval`.
    under_calibration : callable or None
        Observed, predicted and counts of draws to what the metric is by chance alone where the
        model is calibrated: its interval begins at 0 unless it is more than that.
    under_weights : callable or None
        Observed, predicted and weights, a row a set, to the metric under each set, NaN where it
        cannot be computed: the same values as one after another, what all share computed once.
    costly : bool
        It smooths, so that loops over resamples may want fewer of them.
    vectorised : callable or None
        The same for many predictions at once: a view of `hiprisk.metrics.vectorised` to an array.
        Without it the function is called for one prediction after another.
    no_information : callable or None
        Observed and predicted of the apparent fit to the no-information rate of the .632+
        bootstrap; None where there is none.
    pinned_by_fit : bool
        A fit has the optimum on its own people whatever the sample: the spread of the apparent
        value does not show how far off it is, and a location-shifted interval has no width.
    pooling_scale : str
        On which it is about normal between sites.
    interval_scale : str or None
        On which the error of a corrected value is about normal, with one spread at every level;
        where unset, that of pooling.
    follows_spread : bool
        Its optimism and its error go with the spread of the linear predictor: an interval around
        its corrected value is widened by the optimism of the slope.
    of_sampled_by_outcome : str or None
        What a stated prevalence does to it where cases and controls were sampled apart; where
        unset, weights if it moves with the prevalence, else nothing.
    """

    name: str
    label: str
    kind: Kind
    function: MetricFunction
    direction: Literal[-1, 0, 1] = 0
    bounds: tuple[float | None, float | None] = (None, None)
    optimum: float | None = None
    in_outcome_units: bool = False
    default: bool = True
    by_name_only: bool = False
    headline: bool = False
    descriptive: bool = False
    moves_with_prevalence: bool = False
    needs: tuple[Need, ...] = ()
    parameter: Literal["", "threshold", "bound"] = ""
    analytic: IntervalFunction | None = None
    curve: CurveError | None = None
    follows_noise: bool = False
    under_calibration: Callable[[Floats, Floats, Floats], Floats] | None = None
    under_weights: Callable[[Floats, Any, Floats], Floats] | None = None
    costly: bool = False
    vectorised: Callable[[Any], Floats] | None = None
    no_information: Rate | None = None
    pinned_by_fit: bool = False
    pooling_scale: Scale = "identity"
    interval_scale: Scale | None = None
    follows_spread: bool = False
    of_sampled_by_outcome: CaseControl | None = None

    def within_bounds(self, value: float | None) -> float | None:
        """The value, or the bound that it lies beyond: the end of an interval by a shift."""
        low, high = self.bounds
        if value is None:
            return None
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)

    @property
    def case_control(self) -> CaseControl:
        """How it is had from cases and controls: as it is, weighted, less an offset, or not."""
        if self.of_sampled_by_outcome is not None:
            return self.of_sampled_by_outcome
        return "weighted" if self.moves_with_prevalence else "same"

    @property
    def interval(self) -> Literal["analytic", "bootstrap"]:
        """Where its interval comes from by itself."""
        return "bootstrap" if self.analytic is None else "analytic"

    def at(self, value: float) -> Metric:
        """The metric at a value of its parameter; a threshold becomes part of its names."""
        # A partial, not a lambda: entries travel to worker processes by pickle.
        filled = {self.parameter: value}
        named = self.parameter == "threshold"
        return replace(
            self,
            name=f"{self.name}_{value:g}" if named else self.name,
            label=f"{self.label} at {100.0 * value:g} %" if named else self.label,
            function=partial(self.function, **filled),
            analytic=None if self.analytic is None else partial(self.analytic, **filled),
            parameter="",
        )
