"""How long one fit, one imputation, one figure takes here, in CPU seconds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.config import SettingRange, StudyConfig
from hiprisk.errors import HipRiskError
from hiprisk.evidence.early_findings import declared_events
from hiprisk.inference.association import associate
from hiprisk.inference.increment import prepare_comparison, resolved_comparison
from hiprisk.learning.candidates import DevelopmentData
from hiprisk.learning.folds import ImputedFold, fold_predictors, impute_fold
from hiprisk.learning.model_types import Dimension, model_type_of_settings
from hiprisk.learning.own.fitting import OwnCandidateError
from hiprisk.learning.own.portability import is_benchmark
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.metrics.registry import metrics_for
from hiprisk.parallel import one_thread
from hiprisk.planning.work import Unit, Work
from hiprisk.reporting.plots.style import as_png, new_axes
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.resamples import draw_resamples
from hiprisk.validation.subgroups.cells import EVERYBODY, Cell
from hiprisk.validation.subgroups.figures import CellTask, cell_figures
from hiprisk.validation.subgroups.resamples import draw_persons

# Measured on so many rows at most, and taken to grow in proportion beyond them.
MOST_ROWS = 3_000
# A further measurement of the same thing is left out once so much time has gone into it.
ENOUGH_SECONDS = 0.4
# Work that is spread is not spread evenly, and workers are started.
LEAST_EFFICIENCY = 0.7
# Of a shared machine: a measurement of a moment, and a run of minutes.
NARROWEST, WIDEST = 0.7, 1.3


@dataclass(frozen=True, slots=True)
class Cost:
    """Smallest and largest CPU seconds of one unit of work."""

    low: float
    high: float


Costs = Mapping[tuple[Unit, str | None], Cost]


def measured_costs(study: PreparedStudy, work: tuple[Work, ...], *, reading: float) -> Costs:
    """CPU seconds of each unit of some work, by unit and model type.

    A unit that cannot be measured of these people is absent, as one that will refuse in the study.

    Parameters
    ----------
    study : PreparedStudy
    work : tuple of Work
    reading : float
        CPU seconds that reading and checking took.
    """
    asked = {part.unit for part in work}
    data = study.data
    rows = _some_rows(data)
    grown = len(data.outcome) / len(rows)
    part = replace(study, data=data.rows(rows)) if grown > 1.0 else study
    probe = _Probe(study, part)
    with one_thread():
        found = probe.of_fits()
        if "blocks" in asked:
            found |= _unless_refused(probe.of_blocks)
        found = {key: Cost(cost.low * grown, cost.high * grown) for key, cost in found.items()}
        if "association" in asked:
            found |= _unless_refused(probe.of_association)
        found |= probe.of_group()
        found |= probe.of_figure()
        found["reading", None] = Cost(reading, reading)
    return found


def seconds_of(work: Work, costs: Costs, *, workers: int) -> Cost | None:
    """Time of one part with some workers; None where its unit was not measured."""
    cost = costs.get((work.unit, work.family))
    if cost is None:
        return None
    low, high = cost.low * work.n_units, cost.high * work.n_units
    if work.spread and workers > 1:
        low, high = low / workers, high / (workers * LEAST_EFFICIENCY)
    return Cost(NARROWEST * low, WIDEST * high)


def _some_rows(data: DevelopmentData) -> Any:
    """Rows spread over the cohort, whole persons where they stand together."""
    n = len(data.outcome)
    return np.arange(n) if n <= MOST_ROWS else np.arange(0, n, -(-n // MOST_ROWS))


def _unless_refused(measure: Callable[[], dict[Any, Cost]]) -> dict[Any, Cost]:
    try:
        return measure()
    except HipRiskError:
        return {}


def cpu_seconds(function: Callable[[], object], *, times: int = 3) -> float:
    """Least CPU seconds of a function over a few calls, fewer where one takes long."""
    least, spent = np.inf, 0.0
    for _ in range(times):
        began = time.process_time()
        function()
        took = time.process_time() - began
        least, spent = min(least, took), spent + took
        if spent > ENOUGH_SECONDS:
            break
    return float(least)


def settings_between(settings: object, family: str, share: float) -> dict[str, Any]:
    """Settings of a model type with each searched one at a share of its range, 0 the smallest."""
    model_type = model_type_of_settings(family, settings)
    space = model_type.space(settings)
    searched = {name: _at(dimension, share) for name, dimension in space.items()}
    rounded = {
        name: float(round(v)) if name in model_type.whole else v for name, v in searched.items()
    }
    return {**model_type.fixed(settings), **rounded}


def _at(dimension: Dimension, share: float) -> Any:
    if isinstance(dimension, tuple):
        # Values of an own candidate may have no order: true, none, a word.
        numbers = all(isinstance(value, int | float) for value in dimension)
        ordered: Sequence[Any] = sorted(dimension) if numbers else dimension
        return ordered[round(share * (len(ordered) - 1))]
    value = dimension.low + share * (dimension.high - dimension.low)
    if dimension.log:
        value = float(dimension.low * (dimension.high / dimension.low) ** share)
    return round(value) if isinstance(dimension, SettingRange) and dimension.is_whole else value


@dataclass(frozen=True)
class _Probe:
    """Measures on a study, those that take long on a part of its rows."""

    whole: PreparedStudy
    study: PreparedStudy

    def of_fits(self) -> dict[Any, Cost]:
        """Imputation of a fold, a fit of each model type to it, and a whole refit."""
        study, data = self.study, self.study.data
        families = study.config.families.named()
        blank = study.unfitted(next(iter(families)))
        left_out = np.arange(0, len(data.outcome), study.config.tuning.folds)
        fold_of = partial(
            impute_fold, blank, data.columns, data.outcome, data.auxiliary, left_out, data.start,
            data.sites, data.groups,
        )  # fmt: skip
        fold = fold_of()
        imputed = cpu_seconds(fold_of)
        found: dict[Any, Cost] = {("imputed fold", None): Cost(imputed, imputed)}
        for family, settings in families.items():
            # It may fail on a part of the rows, where all are enough.
            with contextlib.suppress(OwnCandidateError):
                found["fit", family] = self._of_fit(family, settings, fold)
        fits = _of_eligible(study.config, found)
        if not fits:
            return found
        # Any of them may be chosen.
        fit = Cost(min(one.low for one in fits), max(one.high for one in fits))
        refit = self._refit(blank)
        inside = 0
        if study.config.validation.tune_inside:
            inside = study.config.validation.trials_inside * study.config.tuning.folds
        found["refit", None] = Cost(refit + fit.low * (1 + inside), refit + fit.high * (1 + inside))
        n = study.config.imputation.imputations
        within = study.config.imputation.imputations_in_resamples
        found["whole fit", None] = Cost(n / within * fit.low, n / within * (imputed + fit.high))
        return found

    def _of_fit(self, family: str, settings: object, fold: ImputedFold) -> Cost:
        """Which settings tuning will prefer is not known: from the cheaper half to the dearest."""
        estimator = self.study.unfitted(family)
        took = sorted(
            cpu_seconds(
                partial(fold_predictors, estimator, settings_between(settings, family, at), fold)
            )
            for at in (0.0, 0.5, 1.0)
        )
        return Cost((took[0] + took[1]) / 2.0, took[2])

    def _refit(self, blank: StudyEstimator) -> float:
        """What a refit takes beside the fit: to impute, and to predict everybody."""
        data = self.study.data
        (resample,) = draw_resamples(data.groups, n_resamples=1, seed=0)
        task = replace(blank.task, own=None)
        mean = StudyEstimator(
            **{**blank.get_params(deep=False), "family": "mean", "params": {}, "task": task}
        )
        return cpu_seconds(partial(StudyProcedure(mean, data), resample), times=2)

    def of_blocks(self) -> dict[Any, Cost]:
        """One resample of what blocks add."""
        study = self.study
        # How many imputations the whole sample has is no matter of its resamples.
        procedure, imputed, _ = prepare_comparison(
            _with_two_imputations(study.config), study.dictionary, study.data, study.design,
            resolved_comparison(study.config, None),
        )  # fmt: skip
        fit, _ = procedure.apparent(imputed)
        (resample,) = draw_resamples(study.data.groups, n_resamples=1, seed=0)
        one = partial(replace(procedure, start=fit.coefficients), resample)
        took = cpu_seconds(one, times=2)
        return {("blocks", None): Cost(took, took)}

    def of_association(self) -> dict[Any, Cost]:
        """The association table, for each imputation."""
        few = _with_two_imputations(self.whole.config)
        took = cpu_seconds(
            partial(associate, few, self.whole.selection, provenance="simulated"), times=1
        )
        return {("association", None): Cost(took / 4.0, took / 2.0)}

    def of_group(self) -> dict[Any, Cost]:
        """What is computed of one group: everybody's is the largest, and a risk takes longest."""
        study = self.whole
        known = np.flatnonzero(~np.isnan(study.data.outcome))
        (_, happened), *_ = declared_events(study)
        rows = np.flatnonzero(~np.isnan(happened))
        grown = max(1.0, len(rows) / MOST_ROWS)
        rows = rows[:MOST_ROWS]
        persons = study.data.groups[known]
        task = CellTask(
            event="event",
            cell=Cell(EVERYBODY, 0, rows),
            sample=EvaluationSample(
                kind="binary",
                observed=happened[rows],
                predicted=_risks(happened[rows]),
                groups=persons[rows],
                thresholds=study.config.outcome.thresholds,
            ),
            metrics=metrics_for("binary"),
            is_risk=True,
            level=study.config.subgroups.level,
        )
        draws = draw_persons(persons, n=study.config.subgroups.resamples, seed=0)
        took = cpu_seconds(partial(cell_figures, draws, task), times=2)
        return {("group", None): Cost(grown * took / 4.0, grown * took / 2.0)}

    @staticmethod
    def of_figure() -> dict[Any, Cost]:
        """A picture with a curve, a band, a histogram and a legend."""
        _draw()
        took = cpu_seconds(_draw, times=2)
        return {("figure", None): Cost(took, 2.0 * took)}


def _of_eligible(config: StudyConfig, found: Costs) -> list[Cost]:
    """Costs of a fit of those that may be chosen; of all where none of them was measured."""
    families, own = config.families.named(), config.families.own
    measured = {name: found["fit", name] for name in families if ("fit", name) in found}
    may_win = [
        cost
        for name, cost in measured.items()
        if name != "mean" and not (name in own and is_benchmark(own[name]))
    ]
    return may_win or list(measured.values())


def _with_two_imputations(config: StudyConfig) -> StudyConfig:
    return replace(config, imputation=replace(config.imputation, imputations=2))


def _risks(happened: Floats) -> Floats:
    """Risks that tell a little of what happened, everybody's another."""
    share = 0.1 + 0.5 * happened.mean()
    return np.asarray(share + 0.1 * happened + np.linspace(0.0, 0.2, len(happened)))


def _draw() -> bytes:
    ax = new_axes()
    x = np.linspace(0.0, 1.0, 200)
    ax.fill_between(x, x - 0.1, x + 0.1, alpha=0.2, label="interval")
    ax.plot(x, x, label="curve")
    ax.hist(x, bins=40, bottom=-0.2)
    ax.legend()
    return as_png(ax)
