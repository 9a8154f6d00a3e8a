"""What else the bootstrap's refits correct: further indexes, the calibration curve, the CRPS."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.evidence.finished import FinishedStudy, model_forecast, refit_forecasts
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.forecast.scores import crps_values
from hiprisk.metrics.registry import find_metric, further_metrics
from hiprisk.metrics.smoothing.calibration_curve import calibration_at
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.internal.corrected_curves import CorrectedCurve, corrected_curve
from hiprisk.validation.internal.optimism import optimism_row, optimism_table
from hiprisk.validation.internal.optimism_table import OptimismRow, OptimismTable
from hiprisk.validation.resampling.refits import Refits

ICI = "ici"
N_POINTS = 50
# Share of the predictions at each end that the corrected curve leaves out: few refits reach there.
END = 0.025


def full_optimism(study: FinishedStudy) -> OptimismTable:
    """The bootstrap's table with what else its refits tell: rms' indexes, ICI, CRPS."""
    table, refused = study.bootstrap.table, study.bootstrap.refused
    if study.predicts_nothing:
        return table
    kind = _kind(study)
    rows, lacking = [*table.rows], dict(table.not_available)
    further = (further_metrics(kind), (find_metric(kind, ICI),))
    if refused is not None:
        names = [metric.name for metrics in further for metric in metrics]
        names += ["crps"] if kind == "continuous" else []
        lacking |= dict.fromkeys(names, refused.reason)
        return dataclasses.replace(table, not_available=lacking)
    for metrics in further:
        found = optimism_table(
            study.refits, study.data.outcome, apparent=study.apparent, metrics=metrics
        )
        rows += [_not_below_zero(row) for row in found.rows]
        lacking |= found.not_available
    if kind == "continuous":
        rows.append(_crps_row(study))
    return dataclasses.replace(table, rows=tuple(rows), not_available=lacking)


def _not_below_zero(row: OptimismRow) -> OptimismRow:
    """The ends of an error of the curve cut at 0, which it cannot leave."""
    if row.metric != ICI:
        return row
    ends = {
        name: max(end, min(row.corrected, 0.0))
        for name in ("low", "shifted_low")
        if (end := getattr(row, name)) is not None
    }
    return dataclasses.replace(row, **ends)


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
    known = study.apparent[study.known]
    low, high = np.quantile(known, (END, 1.0 - END))
    at = np.linspace(low, high, N_POINTS)
    curve: Callable[..., Floats] = partial(
        calibration_at, at=at, kind=_kind(study), smoother="lowess"
    )
    try:
        return corrected_curve(
            study.refits, study.data.outcome, apparent=study.apparent, curve=curve, at=at
        )
    except InputError as refusal:
        if refusal.code != "GRID":
            raise
        raise InputError(
            "too few bootstrap models predict as low and as high as the model does",
            code="DEGENERATE",
        ) from refusal


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
