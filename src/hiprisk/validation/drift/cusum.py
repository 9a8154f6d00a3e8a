"""A calibration watch: whether observed outcomes keep up with predictions over time.

References
----------
.. [1] Page (1954). Biometrika 41(1-2), 100-115.
.. [2] Brown, Durbin, Evans (1975). J R Stat Soc B 37(2), 149-192.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import STEADY, monte_carlo_error
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.means import mean_estimate
from hiprisk.metrics.smoothing.logistic import has_log_odds, logit
from hiprisk.seeding import rng_for
from hiprisk.sheet.links import expit

FALSE_ALARM = 0.05
SIMULATIONS = 1000
MAX_POINTS = 200
MIN_TIMES = 2
# More numbers than this are drawn as sums of their block, which are normal by then.
MAX_DRAWS = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCusum:
    """Cumulative sum of observed minus predicted, over time.

    Attributes
    ----------
    times : tuple of str, length n_points
        Last time of each point.
    n_so_far : tuple of int
    cusum : tuple of float
        Sum of observed minus predicted so far, over the standard deviation that the whole sum has
        if the model is right.
    limit : float
        The sum leaves plus or minus this at any point with the chance `false_alarm` if the model
        is right throughout.
    alarm_at : str or None
        Time of the first point outside.
    alarm_side : str or None
        ``low``: predictions too low; ``high``: too high.
    change_statistic, change_p_value : float
        Largest distance of the sum from a straight line, and the chance of one at least as large
        if the difference is the same at all times (people permuted over time).
    mean_error : Estimate
        Observed minus predicted on average, with its interval.
    n_fitted : int or None
        People whom the model's average was fitted to; its error is part of `limit`.
    limit_error, change_p_error : float
        Monte-Carlo standard errors of `limit` and `change_p_value`, which are simulated.
    """

    times: tuple[str, ...]
    n_so_far: tuple[int, ...]
    cusum: tuple[float, ...]
    limit: float
    false_alarm: float
    n_simulations: int
    alarm_at: str | None
    alarm_side: str | None
    change_statistic: float
    change_p_value: float
    mean_error: Estimate
    n_fitted: int | None
    limit_error: float = 0.0
    change_p_error: float = 0.0

    @property
    def is_at_limit(self) -> bool:
        """Whether another seed may well decide otherwise about an alarm."""
        farthest = max(map(abs, self.cusum))
        return abs(farthest - self.limit) < STEADY * self.limit_error

    @property
    def is_change_at_limit(self) -> bool:
        """The same of whether miscalibration changed."""
        return abs(self.change_p_value - self.false_alarm) < STEADY * self.change_p_error

    @property
    def mean_difference(self) -> float:
        """Observed minus predicted on average."""
        return self.mean_error.value

    def to_frame(self) -> pd.DataFrame:
        """One row a point."""
        return pd.DataFrame(
            {
                "time": self.times,
                "n_so_far": self.n_so_far,
                "cusum": self.cusum,
                "limit": self.limit,
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = asdict(self)
        plain["mean_difference"] = self.mean_difference
        plain["mean_error"] = self.mean_error.to_dict()
        return {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}


def calibration_cusum(
    observed: Floats,
    predicted: Floats,
    times: Sequence[str],
    *,
    kind: str,
    groups: Integers | None = None,
    n_fitted: int | None = None,
    seed: int = 0,
    false_alarm: float = FALSE_ALARM,
    n_simulations: int = SIMULATIONS,
) -> CalibrationCusum:
    r"""Watch calibration over time.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_people,)
    times : sequence of str
        They sort as time does (ISO dates, years); people of the same time count together.
    kind : str
        ``binary``: with the model right, outcomes are drawn from the risks. ``continuous``:
        differences are drawn with replacement, person by person, from those of this cohort about
        their mean.
    groups : ndarray of int, optional
        Person of each row: rows of a person at the same time are drawn together.
    n_fitted : int, optional
        People whom the model's average was fitted to: its own error is allowed for. None for
        predictions whose average counts as known exactly.
    seed, n_simulations : int
    false_alarm : float
        Chance of any alarm if nothing has changed since.

    Raises
    ------
    InputError
        If all people have the same time, or nothing varies.

    Notes
    -----
    With differences :math:`e_i` of rows up to point t and all rows n,
    :math:`C_t = \sum_{i \le t} e_i / \sqrt{\sum_{i \le n} \mathrm{Var}(e_i)}`. The limit is
    the `1 - false_alarm` quantile of :math:`\max_t |C_t|` over simulations of a model that is
    right but for the error of its average: each simulation moves all predictions alike by a normal
    number with the variance of a mean of `n_fitted` people (of the linear predictor, for a risk).
    """
    order, block, labels = _blocks(times)
    unit = _Units.of(
        observed[order] - predicted[order],
        predicted[order],
        block,
        groups=np.arange(len(order)) if groups is None else groups[order],
    )
    scale = unit.scale(kind)
    if scale == 0.0:
        raise InputError("observed minus predicted does not vary", code="DEGENERATE")
    rng = rng_for(seed, "calibration watch")
    cusum = np.cumsum(unit.block_sums(unit.difference)) / scale
    # Over the same scale as the sum itself: the limit allows for looking at every point.
    null = _null_maxima(unit, kind, rng, n_simulations, n_fitted) / scale
    # `higher`: between two simulated maxima the promised chance of a false alarm would be exceeded.
    limit = float(np.quantile(null, 1.0 - false_alarm, method="higher"))
    statistic, p_value, p_error = _change(unit, rng, n_simulations)
    outside = np.flatnonzero(np.abs(cusum) > limit)
    first = int(outside[0]) if outside.size else None
    return CalibrationCusum(
        times=labels,
        n_so_far=tuple(int(n) for n in np.cumsum(np.bincount(block))),
        cusum=tuple(map(float, cusum)),
        limit=limit,
        false_alarm=false_alarm,
        n_simulations=n_simulations,
        alarm_at=None if first is None else labels[first],
        alarm_side=None if first is None else ("low" if cusum[first] > 0 else "high"),
        change_statistic=statistic,
        change_p_value=p_value,
        mean_error=_mean_error(observed - predicted, groups),
        n_fitted=n_fitted,
        limit_error=monte_carlo_error(null, 1.0 - false_alarm),
        change_p_error=p_error,
    )


def _blocks(times: Sequence[str]) -> tuple[Integers, Integers, tuple[str, ...]]:
    """Order of the rows, the point that each belongs to, and the points' last times."""
    values = np.array(list(times), dtype=object).astype(str)
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) < MIN_TIMES:
        raise InputError(
            "all people have the same time, so nothing can be watched over it",
            code="NO_TIME",
            advice="name another column with --time",
        )
    order = np.argsort(place, kind="stable").astype(np.intp)
    block = place[order]
    if len(distinct) > MAX_POINTS:
        # Points with about as many people each; a time is never cut in two.
        so_far = np.cumsum(np.bincount(block))
        merged = np.minimum(so_far * MAX_POINTS // (so_far[-1] + 1), MAX_POINTS - 1)
        _, merged = np.unique(merged, return_inverse=True)
        last = np.r_[np.flatnonzero(np.diff(merged)), len(distinct) - 1]
        return order, merged[block].astype(np.intp), tuple(map(str, distinct[last]))
    return order, block.astype(np.intp), tuple(map(str, distinct))


@dataclass(frozen=True)
class _Units:
    """What is drawn together: the rows of one person at one point."""

    difference: Floats  # sum of observed minus predicted, by unit
    block: Integers  # point of each unit
    risk: Floats  # predicted, by row
    row_block: Integers
    n_blocks: int

    @classmethod
    def of(
        cls, difference: Floats, predicted: Floats, block: Integers, *, groups: Integers
    ) -> _Units:
        # One number for each pair of point and person, so that one `unique` finds the units.
        keys = block.astype(np.int64) * (int(groups.max()) + 1) + groups
        _, first, unit = np.unique(keys, return_index=True, return_inverse=True)
        sums = np.bincount(unit, weights=difference).astype(np.float64)
        return cls(sums, block[first], predicted, block, int(block.max()) + 1)

    def block_sums(self, values: Floats) -> Floats:
        """Sum of a value of the units by point."""
        sums = np.bincount(self.block, weights=values, minlength=self.n_blocks)
        return sums.astype(np.float64)

    def rows_by_block(self) -> Floats:
        """Number of rows at each point."""
        return np.bincount(self.row_block, minlength=self.n_blocks).astype(np.float64)

    def scale(self, kind: str) -> float:
        """Standard deviation of the whole sum if the model is right."""
        if kind == "binary":
            return float(np.sqrt(np.sum(self.risk * (1.0 - self.risk))))
        return float(np.sqrt(len(self.difference) * np.var(self.difference)))


def _null_maxima(
    unit: _Units, kind: str, rng: np.random.Generator, n_simulations: int, n_fitted: int | None
) -> Floats:
    maxima = np.empty(n_simulations)
    centred = unit.difference - unit.difference.mean()
    n_drawn = len(unit.risk) if kind == "binary" else len(centred)
    if n_drawn * n_simulations > MAX_DRAWS:
        return _normal_maxima(unit, kind, rng, n_simulations, n_fitted)
    # Drawn first: with no error of the average, the rest of the stream is as it always was.
    offsets = _offsets(unit, kind, rng, n_simulations, n_fitted)
    lp = logit(unit.risk) if kind == "binary" else None
    # A risk of 0 or 1 has no log odds: an error of the average does not move it.
    moves = has_log_odds(unit.risk) if kind == "binary" else np.zeros(0, dtype=bool)
    for number in range(n_simulations):
        if lp is not None:
            risk = unit.risk
            if n_fitted is not None:
                risk = np.where(moves, expit(lp + offsets[number]), unit.risk)
            drawn = (rng.random(len(unit.risk)) < risk) - unit.risk
            sums: Floats = np.bincount(
                unit.row_block, weights=drawn, minlength=unit.n_blocks
            ).astype(np.float64)
        else:
            own = centred[rng.integers(0, len(centred), len(centred))]
            sums = unit.block_sums(own) + offsets[number] * unit.rows_by_block()
        maxima[number] = np.abs(np.cumsum(sums)).max()
    return maxima


def _offsets(
    unit: _Units, kind: str, rng: np.random.Generator, n_simulations: int, n_fitted: int | None
) -> Floats:
    """Errors of the fitted average, one a simulation: of each row, or of the linear predictor."""
    if n_fitted is None:
        return np.zeros(n_simulations)
    n_rows = len(unit.risk)
    if kind == "binary":
        # Variance of an intercept fitted to n people: one over their information, of people like
        # these.
        variance = n_rows / (n_fitted * float(np.sum(unit.risk * (1.0 - unit.risk))))
    else:
        # Rows of a person move together: a person's sum has the variance, over the rows.
        variance = len(unit.difference) * float(np.var(unit.difference)) / n_rows / n_fitted
    return np.asarray(rng.standard_normal(n_simulations) * np.sqrt(variance))


def _normal_maxima(
    unit: _Units, kind: str, rng: np.random.Generator, n_simulations: int, n_fitted: int | None
) -> Floats:
    """The same for so many people that each point's sum is as good as normal."""
    offsets = _offsets(unit, kind, rng, n_simulations, n_fitted)
    if kind == "binary":
        own = unit.risk * (1.0 - unit.risk)
        variance = np.bincount(unit.row_block, own, unit.n_blocks).astype(np.float64)
        # A shift of the linear predictor moves a risk by its variance p (1 - p), to first order.
        moved = variance
    else:
        spread = float(np.var(unit.difference))
        variance = (np.bincount(unit.block, minlength=unit.n_blocks) * spread).astype(np.float64)
        moved = unit.rows_by_block()
    sums = rng.standard_normal((n_simulations, unit.n_blocks)) * np.sqrt(variance)
    sums = sums + offsets[:, np.newaxis] * moved
    return np.asarray(np.abs(np.cumsum(sums, axis=1)).max(axis=1))


def _mean_error(difference: Floats, groups: Integers | None) -> Estimate:
    """Observed minus predicted on average, with its interval over persons."""
    several = groups if groups is not None and len(np.unique(groups)) < len(groups) else None
    return mean_estimate(
        "mean_difference", difference, w=np.ones(len(difference)), groups=several, level=0.95
    )


def _change(
    unit: _Units, rng: np.random.Generator, n_simulations: int
) -> tuple[float, float, float]:
    """Largest distance of the sum from a straight line, its permutation p-value and its error."""
    centred = unit.difference - unit.difference.mean()
    scale = float(np.sqrt(len(centred) * np.var(centred)))
    if scale == 0.0:
        return 0.0, 1.0, 0.0
    # Fewer permutations of many people: each costs a pass over all of them.
    n_done = int(np.clip(MAX_DRAWS // (4 * len(centred)), 99, n_simulations))
    observed = float(np.abs(np.cumsum(unit.block_sums(centred))).max())
    beyond = sum(
        float(np.abs(np.cumsum(unit.block_sums(rng.permutation(centred)))).max())
        >= observed * (1.0 - 1e-12)
        for _ in range(n_done)
    )
    p_value = (1.0 + beyond) / (1.0 + n_done)
    return observed / scale, p_value, float(np.sqrt(p_value * (1.0 - p_value) / n_done))
