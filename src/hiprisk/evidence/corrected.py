"""What else the bootstrap's refits correct: further indexes, the calibration curve, the CRPS."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.evidence.finished import FinishedStudy, model_forecast, refit_forecasts
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.forecast.scores import crps_values
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.internal.all_metrics import beside_a_bootstrap, with_further_metrics
from hiprisk.validation.internal.corrected_curves import CorrectedCurve, corrected_calibration_curve
from hiprisk.validation.internal.optimism import optimism_row, optimism_table
from hiprisk.validation.internal.optimism_table import OptimismRow, OptimismTable
from hiprisk.validation.resampling.refits import Refits


def full_optimism(study: FinishedStudy) -> OptimismTable:
    """The bootstrap's table with what else its refits tell: rms' indexes, ICI, CRPS."""
    table, refused = study.bootstrap.table, study.bootstrap.refused
    if study.predicts_nothing:
        return table
    kind = _kind(study)
    if refused is not None:
        names = [metric.name for metric in beside_a_bootstrap(kind)]
        names += ["crps"] if kind == "continuous" else []
        lacking = dict(table.not_available) | dict.fromkeys(names, refused.reason)
        return dataclasses.replace(table, not_available=lacking)
    table = with_further_metrics(
        table, study.refits, study.data.outcome, apparent=study.apparent, kind=kind
    )
    if kind == "continuous":
        table = dataclasses.replace(table, rows=(*table.rows, _crps_row(study)))
    return table


def event_optimism(
    study: FinishedStudy,
    *,
    rows: Integers,
    happened: Floats,
    chance: Floats,
    refitted: Floats,
    metrics: Sequence[Metric],
) -> OptimismTable:
    """Metrics of an event's chance corrected by the refits.

    Parameters
    ----------
    rows : ndarray of int, shape (n_known,)
        Whose event is known.
    happened, chance : ndarray, shape (n_known,)
    refitted : ndarray, shape (n_refits, n_known)
        Chances by each refit, the scatter being the sheet's.
    metrics : sequence of Metric
    """
    refits = study.refits
    seen = Refits(refitted, refits.counts[:, rows], refits.numbers, refits.n_refused)
    return optimism_table(seen, happened, apparent=chance, metrics=metrics)


def corrected_calibration(study: FinishedStudy) -> CorrectedCurve | None:
    """The calibration curve corrected for optimism, by lowess as rms' `calibrate` draws it.

    Raises
    ------
    InputError
        If the refits' predictions are too few or too narrow for a curve.
    """
    if study.predicts_nothing:
        return None
    return corrected_calibration_curve(
        study.refits, study.data.outcome, apparent=study.apparent, kind=_kind(study)
    )


def _kind(study: FinishedStudy) -> OutcomeKind:
    return "binary" if study.config.outcome.kind == "binary" else "continuous"


def _crps_row(study: FinishedStudy) -> OptimismRow:
    """CRPS of the refits, each by its own distribution where the model type has one."""
    known = np.flatnonzero(study.known)
    y, seen = study.data.outcome[known], study.refits.of_rows(study.known)
    lost = np.array([crps_values(y, each) for each in refit_forecasts(study, known)])
    return optimism_row(
        "crps",
        apparent=float(crps_values(y, model_forecast(study, known)).mean()),
        training=np.sum(lost * seen.counts, axis=1) / seen.counts.sum(axis=1),
        test=lost.mean(axis=1),
        level=study.bootstrap.table.level,
        scale="log",
    )
