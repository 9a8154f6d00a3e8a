"""Given predictions: recalibrated, compared with another model's, watched over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.evaluation.predictions import CheckedPredictions, checked_predictions
from hiprisk.metrics.inputs import as_continuous, check_both_classes, check_level
from hiprisk.metrics.smoothing.logistic import has_log_odds, logit
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.sheet.links import expit
from hiprisk.validation.drift.cusum import CalibrationCusum, calibration_cusum
from hiprisk.validation.performance.paired import PairedComparison, paired_differences
from hiprisk.validation.performance.reference import compare_with_reference
from hiprisk.validation.updating.methods import (
    LikelihoodTest,
    Method,
    UpdateData,
    closed_test,
    fit_update,
)

Choice = Literal["closed-test", "none", "intercept", "recalibrate"]
CHOICES: tuple[Choice, ...] = ("closed-test", "none", "intercept", "recalibrate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """A line on a model's predictions (of a risk, on its log odds), fitted to new people.

    Attributes
    ----------
    kind : str
    method : str
        ``none``, ``intercept`` (slope 1) or ``recalibrate``.
    intercept, slope : float
    n : int
        Rows to which it was fitted.
    tests : tuple of LikelihoodTest
        Of the closed test that chose the method; empty where the method was asked for.
    """

    kind: OutcomeKind
    method: Method
    intercept: float
    slope: float
    n: int
    tests: tuple[LikelihoodTest, ...] = ()

    def apply(self, predicted: ArrayLike) -> Floats:
        """Recalibrated predictions.

        Parameters
        ----------
        predicted : array-like of float, shape (n_rows,)
            Of the same model.
        """
        _, p, _ = as_continuous(predicted, predicted, None)
        line = self.intercept + self.slope * (_log_odds(p) if self.kind == "binary" else p)
        return np.asarray(expit(line) if self.kind == "binary" else line)

    def to_frame(self) -> pd.DataFrame:
        """One row: kind, method, intercept, slope, n."""
        names = ("kind", "method", "intercept", "slope", "n")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def recalibrate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    kind: OutcomeKind | None = None,
    method: Choice = "closed-test",
    alpha: float = 0.05,
) -> Recalibration:
    """Recalibrate a model in new people as far as they call for it.

    Parameters
    ----------
    observed, predicted : array-like, shape (n_rows,)
        Of people whom the model was not fitted to.
    kind : str, optional
        By default binary where `observed` holds 0 and 1 alone.
    method : str
        ``intercept``, ``recalibrate`` (intercept and slope), ``none``; by default the simplest that
        a closed test at `alpha` does not reject.
    alpha : float

    Returns
    -------
    Recalibration

    Raises
    ------
    InputError
        If input is refused, a risk of 0 or 1 has no log odds, or nothing varies.
    ConfigError
        If there is no such method.

    Notes
    -----
    Performance of the recalibrated predictions in the same people is optimistic.

    References
    ----------
    .. [1] Vergouwe et al. (2017). Stat Med 36(28), 4529-4539. doi:10.1002/sim.7179

    Examples
    --------
    >>> found = recalibrate([12.0, 21.0, 33.0, 39.0], [10.0, 20.0, 30.0, 40.0], method="intercept")
    >>> found.intercept, found.apply([25.0]).tolist()
    (1.25, [26.25])
    """
    if method not in CHOICES:
        raise ConfigError(f"'method' is one of {', '.join(CHOICES)}, got '{method}'")
    if not 0.0 < alpha < 1.0:
        raise ConfigError(f"'alpha' must lie inside (0, 1), got {alpha:g}")
    sample = _predictions(observed, predicted, kind=kind)
    found: OutcomeKind = "binary" if sample.kind == "binary" else "continuous"
    lp = _log_odds(sample.predicted) if found == "binary" else sample.predicted
    data = UpdateData(found, sample.observed, lp, None)
    tests: tuple[LikelihoodTest, ...] = ()
    chosen: Any = method
    if method == "closed-test":
        test = closed_test(data, alpha=alpha)
        chosen, tests = test.chosen, test.tests
    fit = fit_update(data, chosen)
    return Recalibration(
        kind=found, method=chosen, intercept=fit.intercept, slope=fit.slope, n=len(lp), tests=tests
    )


def _log_odds(risk: Floats) -> Floats:
    off = np.flatnonzero(~has_log_odds(risk))
    if off.size:
        raise InputError(
            f"{off.size} risks are 0 or 1 and have no log odds, first at position {off[0]}",
            code="DEGENERATE",
        )
    return logit(risk)


def _predictions(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    kind: OutcomeKind | None,
    groups: ArrayLike | None = None,
) -> CheckedPredictions:
    sample = checked_predictions(observed, predicted, kind=kind, groups=groups)
    if sample.kind == "distribution":
        raise ConfigError("give predicted values or risks, not distributions")
    if sample.kind == "binary":
        check_both_classes(sample.observed, np.ones_like(sample.observed))
    return sample


def compare_predictions(
    observed: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    kind: OutcomeKind | None = None,
    names: tuple[str, str] = ("first", "second"),
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> PairedComparison:
    """Two models on the same people: every main metric, and its difference with a paired interval.

    Parameters
    ----------
    observed : array-like, shape (n_rows,)
    first, second : array-like of float, shape (n_rows,)
        Predictions of both models for people whom neither was fitted to.
    kind : str, optional
        By default binary where `observed` holds 0 and 1 alone.
    names : tuple of str
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several.
    n_resamples, seed : int
    level : float

    Returns
    -------
    PairedComparison
        With the Murphy diagram of both: whether one is better by every score.

    Examples
    --------
    >>> observed = [10.0, 22.0, 31.0, 39.0, 52.0, 58.0]
    >>> near, far = [11.0, 21, 30, 41, 50, 60], [20.0, 20, 40, 30, 60, 50]
    >>> found = compare_predictions(observed, far, near, names=("far", "near"))
    >>> found.differences[1].metric, found.differences[1].better
    ('rmse', 'second')
    """
    check_level(level)
    if n_resamples < 1:
        raise ConfigError(f"a comparison needs resamples, got {n_resamples}")
    one = _predictions(observed, first, kind=kind, groups=groups)
    found: OutcomeKind = "binary" if one.kind == "binary" else "continuous"
    other = _predictions(observed, second, kind=found, groups=groups)
    how: dict[str, Any] = {
        "kind": found, "groups": one.groups, "n_resamples": n_resamples, "seed": seed
    }  # fmt: skip
    differences, lacking = paired_differences(
        one.observed, one.predicted, other.predicted, level=level, **how
    )
    return PairedComparison(
        names=names,
        kind=found,
        cohort="",
        cohort_fingerprint="",
        n=len(one.observed),
        n_people=len(np.unique(one.groups)),
        n_only_first=0,
        n_only_second=0,
        differences=differences,
        not_available=lacking,
        elementary_scores=compare_with_reference(
            one.observed, other.predicted, one.predicted, names=(names[1], names[0]), **how
        ),
        n_resamples=n_resamples,
    )


def watch_calibration(
    observed: ArrayLike,
    predicted: ArrayLike,
    times: Sequence[Any],
    *,
    kind: OutcomeKind | None = None,
    groups: ArrayLike | None = None,
    n_fitted: int | None = None,
    false_alarm: float = 0.05,
    seed: int = 0,
) -> CalibrationCusum:
    """Watch the calibration of a model in use by a CUSUM.

    Parameters
    ----------
    observed, predicted : array-like, shape (n_rows,)
    times : sequence, length n_rows
        They sort as time does: years, ISO dates, timestamps.
    kind : str, optional
        By default binary where `observed` holds 0 and 1 alone.
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several.
    n_fitted : int, optional
        People whom the model was fitted to: the error of its average is allowed for.
    false_alarm : float
        Chance of any alarm if nothing changed.
    seed : int
        Of the simulations that the limit is from.

    Returns
    -------
    CalibrationCusum

    Raises
    ------
    InputError
        If input is refused, all rows have the same time, or nothing varies.
    """
    if not 0.0 < false_alarm < 1.0:
        raise ConfigError(f"'false_alarm' must lie inside (0, 1), got {false_alarm:g}")
    sample = _predictions(observed, predicted, kind=kind, groups=groups)
    each = pd.Series(list(times))
    if len(each) != len(sample.observed) or each.isna().any():
        raise InputError(
            f"'times' has {len(each)} entries of which {int(each.isna().sum())} are missing, "
            f"'observed' has {len(sample.observed)}"
        )
    texts = each.astype(str)
    if not each.sort_values(kind="stable").index.equals(texts.sort_values(kind="stable").index):
        raise InputError(
            "'times' sort otherwise as texts than as what they are",
            advice="write them as years or ISO dates",
        )
    return calibration_cusum(
        sample.observed, sample.predicted, texts.tolist(), kind=sample.kind,
        groups=None if groups is None else sample.groups, n_fitted=n_fitted, seed=seed,
        false_alarm=false_alarm,
    )  # fmt: skip
