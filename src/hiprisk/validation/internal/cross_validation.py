"""Repeated cross-validation that never splits a person.

References
----------
.. [1] Kim (2009). Comput Stat Data Anal 53(11), 3735-3745: repeats.
.. [2] Varma, Simon (2006). BMC Bioinformatics 7, 91: tuning belongs inside each fold.
.. [3] Bates, Hastie, Tibshirani (2024). J Am Stat Assoc 119(546), 1434-1445.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.errors import InputError
from hiprisk.learning.folds import grouped_folds
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.parallel import Progress, one_thread
from hiprisk.seeding import rng_for
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.refits import Refits, refit_all
from hiprisk.validation.resampling.resamples import Procedure, Resample, leave_out


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldSettings:
    """How people are divided, and how often.

    Attributes
    ----------
    folds, repeats : int
    seed : int
        Each repeat has its own named stream.
    """

    folds: int = 10
    repeats: int = 10
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidatedMetric:
    """One metric.

    Attributes
    ----------
    estimate : Estimate
        Mean over the repeats; percentiles over resamples of persons.
    repeats : tuple of float
        Each repeat's value, of all people's out-of-fold predictions together.
    """

    estimate: Estimate
    repeats: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """Out-of-fold performance of a procedure.

    Attributes
    ----------
    n_folds, n_repeats, n_people, n_persons : int
        Rows with a known outcome, and the persons behind all rows.
    not_available : mapping of str to str
        Metrics that a repeat cannot give, with the reason.
    """

    metrics: tuple[CrossValidatedMetric, ...]
    n_folds: int
    n_repeats: int
    n_people: int
    n_persons: int
    level: float
    not_available: Mapping[str, str] = field(default_factory=dict)

    def estimates(self) -> tuple[Estimate, ...]:
        """The metrics as values with intervals."""
        return tuple(metric.estimate for metric in self.metrics)

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: value, interval, and how far the repeats lie apart."""
        rows = [
            {
                "metric": metric.estimate.name,
                "value": metric.estimate.value,
                "low": metric.estimate.low,
                "high": metric.estimate.high,
                "lowest_repeat": min(metric.repeats),
                "highest_repeat": max(metric.repeats),
            }
            for metric in self.metrics
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "n_folds": self.n_folds,
            "n_repeats": self.n_repeats,
            "n_people": self.n_people,
            "n_persons": self.n_persons,
            "level": self.level,
            "not_available": dict(self.not_available),
            "metrics": {
                metric.estimate.name: {
                    **metric.estimate.to_dict(),
                    "repeats": list(metric.repeats),
                }
                for metric in self.metrics
            },
        }


def cross_validate(
    procedure: Procedure,
    observed: Floats,
    *,
    groups: Integers,
    metrics: Sequence[Metric],
    folding: FoldSettings,
    interval_resamples: int = 200,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    level: float = 0.95,
) -> CrossValidation:
    """Repeated grouped cross-validation of a whole procedure.

    Parameters
    ----------
    procedure : callable
        As for the bootstrap. Imputation, and tuning where the procedure tunes (`InnerTuning`), are
        then repeated inside each fold; it must not be given knots found on all people.
    observed : ndarray, shape (n_rows,)
        NaN where unknown: such rows inform the procedure and are never evaluated.
    groups : ndarray of int, shape (n_rows,)
        Person, or site, of each row; never split.
    metrics : sequence of Metric
    folding : FoldSettings
    interval_resamples : int
        Resamples of persons behind the interval.
    workers, progress, checkpoint
        As for `hiprisk.validation.resampling.refits.refit_all`; the result depends on none of them.
    level : float

    Raises
    ------
    InputError
        If there are fewer groups than folds, or a fold cannot be fitted.

    Notes
    -----
    The interval tells how the estimate varies with the people evaluated, the fits held fixed;
    it is somewhat too narrow, since it leaves out the variability of the training data [3].
    """
    predicted = out_of_fold_predictions(
        procedure, groups=groups, folding=folding, workers=workers, progress=progress,
        checkpoint=checkpoint,
    )  # fmt: skip
    return evaluate_folds(
        predicted, observed, groups=groups, metrics=metrics, folding=folding,
        interval_resamples=interval_resamples, level=level,
    )  # fmt: skip


def out_of_fold_predictions(
    procedure: Procedure,
    *,
    groups: Integers,
    folding: FoldSettings,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Floats:
    """Each repeat's prediction of each row by the fit without it, shape (n_repeats, n_rows).

    Parameters
    ----------
    procedure, groups, folding, workers, progress, checkpoint
        As for `cross_validate`.
    """
    fits = refit_all(
        procedure, _folds(groups, folding), workers=workers, progress=progress,
        checkpoint=checkpoint, every=True, name="fold",
    )  # fmt: skip
    return _out_of_fold(fits, folding)


def evaluate_folds(
    out_of_fold: Floats,
    observed: Floats,
    *,
    groups: Integers,
    metrics: Sequence[Metric],
    folding: FoldSettings,
    interval_resamples: int = 200,
    level: float = 0.95,
) -> CrossValidation:
    """Metrics of out-of-fold predictions.

    Parameters
    ----------
    out_of_fold : ndarray, shape (n_repeats, n_rows)
    observed, groups, metrics, folding, interval_resamples, level
        As for `cross_validate`.
    """
    known = ~np.isnan(observed)
    y, predicted = observed[known], out_of_fold[:, known]
    with one_thread():
        (evaluated,) = evaluate_predictions(y, predicted, metrics=metrics, weightings=[None])
        values = evaluated.values
        lacking = _not_available(y, predicted, metrics, values)
        drawn = _over_resamples(
            y, predicted, groups[known], metrics=metrics, seed=folding.seed, n=interval_resamples
        )
    return CrossValidation(
        metrics=tuple(
            _summary(one.name, values[one.name], drawn[one.name], level=level)
            for one in metrics
            if one.name not in lacking
        ),
        n_folds=folding.folds,
        n_repeats=folding.repeats,
        n_people=int(known.sum()),
        n_persons=len(np.unique(groups)),
        level=level,
        not_available=lacking,
    )


def _out_of_fold(fits: Refits, folding: FoldSettings) -> Floats:
    """Each repeat's prediction of each row by the one fit that it was outside of."""
    # Every row is outside of one fold of a repeat: the sum over folds has one term.
    outside = np.where(fits.counts == 0.0, fits.predicted, 0.0)
    return np.asarray(outside.reshape(folding.repeats, folding.folds, -1).sum(axis=1))


def _not_available(
    y: Floats, predicted: Floats, metrics: Sequence[Metric], values: Mapping[str, Floats]
) -> dict[str, str]:
    """Metrics that a repeat cannot give, each with what its own function says."""
    lacking: dict[str, str] = {}
    for metric in metrics:
        missing = np.isnan(values[metric.name])
        if not missing.any():
            continue
        try:
            metric.function(y, predicted[int(np.argmax(missing))])
            lacking[metric.name] = "it is not a number"
        except InputError as refusal:
            lacking[metric.name] = refusal.reason
    return lacking


def _summary(name: str, values: Floats, resampled: Floats, *, level: float) -> CrossValidatedMetric:
    return CrossValidatedMetric(
        estimate=Estimate.from_resamples(name, float(values.mean()), resampled, level=level),
        repeats=tuple(float(value) for value in values),
    )


def _folds(groups: Integers, folding: FoldSettings) -> list[Resample]:
    """Training rows, fold after fold and repeat after repeat."""
    found: list[Resample] = []
    for repeat in range(folding.repeats):
        rng = rng_for(folding.seed, "cross-validation", repeat)
        for rows in grouped_folds(groups, n_folds=folding.folds, rng=rng):
            mask = np.zeros(len(groups), dtype=bool)
            mask[rows] = True
            found.append(leave_out(mask, number=len(found)))
    return found


def _over_resamples(
    y: Floats,
    predicted: Floats,
    groups: Integers,
    *,
    metrics: Sequence[Metric],
    seed: int,
    n: int,
) -> dict[str, Floats]:
    """Mean of a metric over the repeats, for each resample of persons; NaN where one has none."""
    rng = rng_for(seed, "cross-validation", "interval")
    means: dict[str, list[float]] = {metric.name: [] for metric in metrics}
    for weights in Persons.of(groups).draw_weights(rng, n, max_weights=1):
        (evaluated,) = evaluate_predictions(
            y, predicted, metrics=metrics, weightings=[np.broadcast_to(weights, predicted.shape)]
        )
        for name, values in evaluated.values.items():
            means[name].append(float(values.mean()))
    return {name: np.array(values) for name, values in means.items()}
