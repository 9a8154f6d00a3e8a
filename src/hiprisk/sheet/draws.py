"""Linear predictors of rows over the draws of what is missing: each draw's own, mean and variance.

Sums run draw by draw in one fixed order, so that no bit depends on how many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.sheet.basis_functions import add_derived
from hiprisk.sheet.format import Sheet
from hiprisk.sheet.links import expit
from hiprisk.sheet.models import Evaluator, LinearEvaluator
from hiprisk.sheet.ordinal import OrdinalEvaluator
from hiprisk.sheet.patterns import distinct_patterns

# Rows that lack the same columns from which on they are computed by themselves.
FEWEST_ALIKE = 64
# Rows times draws that are computed together: one row's draws at once, a large file's in turn.
# A linear model needs a few arrays of them; others one for each value, refit or input.
AT_ONCE = 4096
AT_ONCE_IF_LINEAR = 32_768
# Other incomplete rows that are computed together: what a cache holds.
ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Location:
    """Linear predictors of one set of rows; of an ordinal model its means.

    Attributes
    ----------
    mean, variance : ndarray, shape (n_rows,)
        Over the draws.
    draws : ndarray or None, shape (n_draws, n_tracked)
        Each draw's own of the rows whose baseline is missing; None where there are none.
    risk : ndarray or None
        Mean risk of a binary outcome.
    refitted_risk : ndarray or None, shape (n_refits, n_rows)
    baselines : ndarray or None, shape (n_draws, n_tracked)
        The outcome's baseline in each of these draws.
    predictors : ndarray or None, shape (n_draws, n_tracked)
        Of an ordinal model, X b of each of these draws.
    exceedance : ndarray or None, shape (n_values - 1, n_rows)
        Of an ordinal model, the mean chance of reaching each value but the lowest.
    """

    mean: Floats
    variance: Floats
    draws: Floats | None
    risk: Floats | None = None
    refitted_risk: Floats | None = None
    baselines: Floats | None = None
    predictors: Floats | None = None
    exceedance: Floats | None = None


class Cumulated:
    """Chances of an ordinal model summed over the draws, one draw after the other."""

    def __init__(self, model: OrdinalEvaluator, n_rows: int) -> None:
        self._model = model
        self.total: Floats = np.zeros((len(model.values) - 1, n_rows))
        self.predictors: list[Floats] = []

    def add(self, named: dict[str, Floats], shape: tuple[int, int]) -> Floats:
        """Add draws, rows of `shape`; their means, one after another."""
        predictor = self._model.predictor(named, shape[0] * shape[1])
        reached = self._model.exceedance(predictor)
        self.predictors += list(predictor.reshape(shape))
        for draw in range(shape[0]):
            self.total += reached.reshape(len(reached), *shape)[:, draw]
        return self._model.mean_of(predictor, reached)


def mean_over_draws(arrays: list[Floats]) -> Floats:
    """Mean of arrays of one shape, added one after another."""
    # Not np.mean: it sums in pairs where there is one row and in turn where there are many.
    total = np.zeros_like(arrays[0])
    for array in arrays:
        total += array
    return total / len(arrays)


def variance_over_draws(arrays: list[Floats], mean: Floats) -> Floats:
    """Sample variance of arrays of one shape about their mean; 0 of a single one."""
    if len(arrays) == 1:
        return np.zeros_like(mean)
    total = np.zeros_like(mean)
    for array in arrays:
        difference = array - mean
        total += difference * difference
    return total / (len(arrays) - 1)


def rows_alike(missing: Sequence[Bools], n_rows: int) -> Iterator[tuple[Integers, Integers | None]]:
    """Rows in groups that are computed together.

    Parameters
    ----------
    missing : sequence of ndarray of bool, each of shape (n_rows,)
        Where each column is missing.
    n_rows : int

    Yields
    ------
    tuple of ndarray of int and (ndarray of int or None)
        Places of the rows; and the columns that all of them lack, none of complete rows. Rows that
        few others are like come together, with None.
    """
    if n_rows < 2:
        yield np.arange(n_rows), np.flatnonzero([mask.any() for mask in missing])
        return
    first, pattern = distinct_patterns(missing, n_rows=n_rows)
    counts = np.bincount(pattern, minlength=len(first))
    lacking = [np.flatnonzero([mask[row] for mask in missing]) for row in first]
    alone = (counts < FEWEST_ALIKE) & np.array([own.size > 0 for own in lacking])
    order = np.argsort(pattern, kind="stable")
    ends = np.cumsum(counts)
    for place in np.flatnonzero(~alone):
        yield order[ends[place] - counts[place] : ends[place]], lacking[place]
    rest = np.flatnonzero(alone[pattern])
    for start in range(0, len(rest), ROWS_AT_ONCE):
        yield rest[start : start + ROWS_AT_ONCE], None


def in_places(parts: Sequence[tuple[Integers, Location]], tracked: Bools) -> Location:
    """Locations of rows put in their places.

    Parameters
    ----------
    parts : sequence of tuple of ndarray of int and Location
        Places of some rows, and their location; together all rows.
    tracked : ndarray of bool, shape (n_rows,)
        Rows of which each draw is kept.
    """
    if len(parts) == 1:
        return parts[0][1]

    def joined(name: str) -> Floats | None:
        arrays = [getattr(one, name) for _, one in parts]
        if arrays[0] is None:
            return None
        both: Floats = np.empty((*arrays[0].shape[:-1], len(tracked)))
        for (places, _), array in zip(parts, arrays, strict=True):
            both[..., places] = array
        return both

    drawn = [one for places, one in parts if tracked[places].any()]
    order = np.argsort(np.concatenate([places[tracked[places]] for places, _ in parts]))

    def of_tracked(name: str) -> Floats | None:
        arrays = [getattr(one, name) for one in drawn]
        if not arrays or arrays[0] is None:
            return None
        return np.asarray(np.concatenate(arrays, axis=1)[:, order])

    mean, variance = joined("mean"), joined("variance")
    assert mean is not None
    assert variance is not None
    return Location(
        mean=mean,
        variance=variance,
        draws=of_tracked("draws"),
        risk=joined("risk"),
        refitted_risk=joined("refitted_risk"),
        baselines=of_tracked("baselines"),
        predictors=of_tracked("predictors"),
        exceedance=joined("exceedance"),
    )


class Locator:
    """Linear predictors of rows, from columns with the imputed values of every draw.

    Parameters
    ----------
    sheet : Sheet
    model : Evaluator
        Of that sheet.
    """

    def __init__(self, sheet: Sheet, model: Evaluator) -> None:
        self._sheet = sheet
        self._model = model
        self._ordinal = model if isinstance(model, OrdinalEvaluator) else None
        # Refits are computed of all draws and rows, column by column.
        has_refits = sheet.outcome.kind == "binary" and model.n_refits > 0
        is_linear = isinstance(model, LinearEvaluator) and not has_refits
        self._linear = model if is_linear and isinstance(model, LinearEvaluator) else None

    def named(self, filled: list[Floats]) -> dict[str, Floats]:
        """The sheet's columns by name, and those derived from them."""
        names = (column.name for column in self._sheet.columns)
        named = dict(zip(names, filled, strict=True))
        add_derived(self._sheet.derived, named)
        return named

    def to_risk(self, lp: Floats) -> Floats:
        """Risks of a binary outcome at linear predictors."""
        return lp if self._sheet.predicts_risk_itself else expit(lp)

    def location(self, drawn: list[Floats], tracked: Bools) -> Location:
        """What the draws of some rows say together.

        Parameters
        ----------
        drawn : list of ndarray
            Columns of shape (n_draws, n_rows), or (1, n_rows) where all draws are the same.
        tracked : ndarray of bool, shape (n_rows,)
            Rows of which each draw is kept.
        """
        n_rows, n_draws = len(tracked), max(map(len, drawn))
        totals = _Totals(self._model, n_rows, n_draws)
        cumulated = None if self._ordinal is None else Cumulated(self._ordinal, n_rows)
        draws: list[Floats] = []
        baselines: list[Floats] = []
        baseline = self._sheet.outcome.baseline
        at_once = AT_ONCE if self._linear is None else AT_ONCE_IF_LINEAR
        for start in range(0, n_draws, step := max(1, at_once // max(n_rows, 1))):
            part = [c if len(c) == 1 else c[start : start + step] for c in drawn]
            shape = (max(map(len, part)), n_rows)
            named = self.named(part)
            if baseline is not None:
                baselines += list(np.broadcast_to(named[baseline], shape)[:, tracked])
            if self._linear is None:
                named = {name: np.broadcast_to(c, shape).ravel() for name, c in named.items()}
            lp = self._linear_predictor(named, shape, cumulated)
            draws += list(lp.reshape(shape))
            if self._sheet.outcome.kind == "binary":
                totals.add(self.to_risk(lp), named, shape)
        mean, keeps = mean_over_draws(draws), bool(tracked.any())
        predictors = cumulated.predictors if cumulated is not None and keeps else None
        return Location(
            mean=mean,
            variance=variance_over_draws(draws, mean),
            draws=np.array([draw[tracked] for draw in draws]) if keeps else None,
            baselines=np.array(baselines) if keeps else None,
            predictors=None
            if predictors is None
            else np.array([own[tracked] for own in predictors]),
            exceedance=None if cumulated is None else cumulated.total / n_draws,
            **(totals.means() if self._sheet.outcome.kind == "binary" else {}),
        )

    def _linear_predictor(
        self, named: dict[str, Floats], shape: tuple[int, int], cumulated: Cumulated | None
    ) -> Floats:
        if self._linear is not None:
            return self._linear.over_draws(named, shape)
        if cumulated is not None:
            return cumulated.add(named, shape)
        return self._model.linear_predictor(named, shape[0] * shape[1])


class _Totals:
    """Risks of a binary outcome, and those under each refit, summed draw by draw."""

    def __init__(self, model: Evaluator, n_rows: int, n_draws: int) -> None:
        self._model = model
        self._n_draws = n_draws
        self._risk = np.zeros(n_rows)
        self._refitted = np.zeros((model.n_refits, n_rows))

    def add(self, risk: Floats, named: dict[str, Floats], shape: tuple[int, int]) -> None:
        for draw in risk.reshape(shape):
            self._risk += draw
        if len(self._refitted):
            refitted = expit(self._model.refitted(named, shape[0] * shape[1]))
            for draw in np.moveaxis(refitted.reshape(len(refitted), *shape), 1, 0):
                self._refitted += draw

    def means(self) -> dict[str, Floats]:
        n_draws = self._n_draws
        return {"risk": self._risk / n_draws, "refitted_risk": self._refitted / n_draws}
