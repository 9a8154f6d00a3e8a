"""An estimator judged: what one bootstrap of it tells, and cross-validation beside it.

References
----------
.. [1] Harrell, Lee, Mark (1996). Stat Med 15(4), 361-387.
.. [2] Efron, Tibshirani (1997). J Am Stat Assoc 92(438), 548-560: .632+, for fits that reproduce
   their own rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.metrics.clinical_utility.optimism import corrected_curve, resampled_optimism
from hiprisk.metrics.registry import label_of, metrics_for
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import Progress, StageProgress
from hiprisk.validation.estimators.development import Development, development
from hiprisk.validation.estimators.internal import refits_of
from hiprisk.validation.internal.all_metrics import with_further_metrics
from hiprisk.validation.internal.corrected_curves import (
    CorrectedCurve,
    corrected_calibration_curve,
)
from hiprisk.validation.internal.cross_validation import (
    CrossValidation,
    FoldSettings,
    evaluate_folds,
    out_of_fold_predictions,
)
from hiprisk.validation.internal.instability import study_stability
from hiprisk.validation.internal.instability_results import Stability
from hiprisk.validation.internal.optimism import optimism_table
from hiprisk.validation.internal.optimism_table import OptimismRow, OptimismTable
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.measures import decision_thresholds
from hiprisk.validation.performance.results import Performance, utility_at
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.resampling.refits import Refits

# Fewer resamples of persons leave the ends of intervals and bands rough.
N_INTERVAL = 1000


# The parts hold a number for every person: a notebook that prints one would print them all.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class JudgedEstimator:
    """An estimator and what internal validation says of it.

    Attributes
    ----------
    name : str
        Of the estimator; of a pipeline its steps.
    parameters : tuple of (str, str)
        Those that were set, as they print.
    kind : str
    outcome : str
        For tables and figures.
    n_rows, n_people, n_columns : int
    n_events : int or None
        Of a binary outcome.
    seed : int
    optimism : OptimismTable
        Every metric: apparent, optimism, corrected with its interval.
    cross_validation : CrossValidation or None
        Of all repeats; None where it was not asked for.
    out_of_fold : Performance or None
        Of the first repeat's predictions: every metric, calibration curves, decision curve.
    calibration : CorrectedCurve or None
        Calibration curve, apparent and optimism-corrected.
    decision : DecisionCurve or None
        Optimism-corrected net benefit of a risk.
    stability : Stability
    thresholds : tuple of float
        Declared.
    not_available : mapping of str to str
        Parts that cannot be had, with the reason.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    kind: OutcomeKind
    outcome: str
    n_rows: int
    n_people: int
    n_columns: int
    n_events: int | None
    seed: int
    optimism: OptimismTable
    cross_validation: CrossValidation | None
    out_of_fold: Performance | None
    calibration: CorrectedCurve | None
    decision: DecisionCurve | None
    stability: Stability
    thresholds: tuple[float, ...] = ()
    not_available: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """What was judged, on whom."""
        return (
            f"{type(self).__name__}({self.name}, {self.outcome} ({self.kind}), {self.n_rows} rows, "
            f"{self.optimism.n_resamples} resamples)"
        )

    @property
    def optimism_underestimated(self) -> bool:
        """Whether Harrell's correction is too small for this estimator.

        Two thirds of the people on whom a refit is tested were drawn for it. A linear model fits
        them hardly better than others; a forest, and boosting that overfits, does, so that its test
        values are optimistic too. A strongly shrunken model that depends on the number of people
        is told as well: folds have fewer than refits. Told by the
        main metric: what people outside of the fit give (cross-validated, else .632+) is worse
        than the corrected value by more than half of the way to the end of its interval, and by
        more than a quarter of what separates it from the apparent value.
        """
        main = metrics_for(self.kind)[0]
        row = next((one for one in self.optimism.rows if one.metric == main.name), None)
        outside = self._outside(main.name, row)
        end = None if row is None else (row.low if main.direction > 0 else row.high)
        if row is None or end is None or outside is None:
            return False
        missed = main.direction * (row.corrected - outside)
        return missed > 0.5 * abs(row.corrected - end) and missed > 0.25 * abs(
            row.apparent - outside
        )

    def _outside(self, name: str, row: OptimismRow | None) -> float | None:
        crossing = self.cross_validation
        crossed = {} if crossing is None else {e.name: e.value for e in crossing.estimates()}
        return crossed.get(name, None if row is None else row.value_632_plus)

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: apparent, optimism, corrected, its ends, .632+, cross-validated."""
        crossing = self.cross_validation
        crossed = {} if crossing is None else {e.name: e.value for e in crossing.estimates()}
        rows = [
            {
                "metric": row.metric,
                "label": label_of(row.metric),
                "apparent": row.apparent,
                "optimism": row.optimism,
                "corrected": row.corrected,
                "low": row.low,
                "high": row.high,
                "value_632_plus": row.value_632_plus,
                "cross_validated": crossed.get(row.metric),
            }
            for row in self.optimism.rows
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, nothing of single people."""
        plain = {
            name: getattr(self, name)
            for name in ("name", "kind", "outcome", "n_rows", "n_people", "n_columns",
                         "n_events", "seed")
        }  # fmt: skip
        parts = {
            name: getattr(self, name)
            for name in (
                "optimism",
                "cross_validation",
                "out_of_fold",
                "calibration",
                "decision",
                "stability",
            )
        }
        return {
            **plain,
            "optimism_underestimated": self.optimism_underestimated,
            "parameters": dict(self.parameters),
            "thresholds": list(self.thresholds),
            **{name: None if part is None else part.to_dict() for name, part in parts.items()},
            "utility": {e.name: e.to_dict() for e in utility_at(self.decision, self.thresholds)},
            "not_available": dict(self.not_available),
        }


def judged_estimator(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    thresholds: Sequence[float] = (),
    outcome: str = "",
    n_resamples: int = 200,
    folds: int = 10,
    repeats: int = 1,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    workers: int = 1,
    progress: StageProgress | None = None,
) -> JudgedEstimator:
    """Internal validation of an estimator.

    Parameters
    ----------
    estimator, X, y, thresholds, outcome, n_resamples, folds, repeats, seed, groups, event
        As for `hiprisk.validation.judge`.
    workers, progress
        As there.
    """
    people = development(estimator, X, y, groups=groups, event=event, seed=seed)
    _check_thresholds(thresholds, people.kind)
    if repeats:
        people.check_folds(folds, repeats)
    told = stages(progress)
    apparent = people.apparent
    refits = refits_of(people, n_resamples=n_resamples, workers=workers, progress=told("bootstrap"))
    calibration, lacking = _calibration(people, refits, apparent)
    label = outcome or str(getattr(y, "name", None) or "outcome")
    crossing, out_of_fold = _crossed(
        people, FoldSettings(folds=folds, repeats=repeats, seed=seed), thresholds=thresholds,
        outcome=label, workers=workers, progress=told("cross-validation"),
    )  # fmt: skip
    return JudgedEstimator(
        name=_name_of(estimator),
        parameters=_parameters_of(estimator),
        kind=people.kind,
        outcome=label,
        n_rows=len(people.observed),
        n_people=len(np.unique(people.groups)),
        n_columns=int(np.shape(people.X)[1]),
        n_events=int(people.observed.sum()) if people.kind == "binary" else None,
        seed=seed,
        optimism=_optimism(people, refits, apparent),
        cross_validation=crossing,
        out_of_fold=out_of_fold,
        calibration=calibration,
        decision=_decision(people, refits, apparent, thresholds=thresholds, outcome=label),
        stability=study_stability(
            refits, people.observed, apparent=apparent, kind=people.kind,
            thresholds=thresholds,
        ),
        thresholds=tuple(map(float, thresholds)),
        not_available=lacking,
    )  # fmt: skip


def _check_thresholds(thresholds: Sequence[float], kind: OutcomeKind) -> None:
    if kind == "binary" and not all(0.0 < one < 1.0 for one in thresholds):
        raise ConfigError("a threshold probability lies inside (0, 1)", column="thresholds")


def stages(progress: StageProgress | None) -> Any:
    """The progress of each stage, from one that is told the stage too."""

    def of_stage(stage: str) -> Progress | None:
        return None if progress is None else partial(progress, stage)

    return of_stage


def _crossed(
    people: Development,
    folding: FoldSettings,
    *,
    thresholds: Sequence[float],
    outcome: str,
    workers: int,
    progress: Progress | None,
) -> tuple[CrossValidation | None, Performance | None]:
    """Cross-validation over the repeats, and all that the first repeat's predictions give."""
    if not folding.repeats:
        return None, None
    predicted = out_of_fold_predictions(
        people, groups=people.groups, folding=folding, workers=workers, progress=progress
    )
    crossing = evaluate_folds(
        predicted, people.observed, groups=people.groups, metrics=people.metrics(None),
        folding=folding,
    )  # fmt: skip
    sample = EvaluationSample(
        kind=people.kind, observed=people.observed, predicted=predicted[0], groups=people.groups,
        thresholds=tuple(thresholds) if people.kind == "binary" else (), outcome=outcome,
    )  # fmt: skip
    settings = PerformanceSettings(n_resamples=N_INTERVAL, seed=people.seed, stream="out-of-fold")
    return crossing, performance_of(sample, settings)


def _optimism(people: Development, refits: Refits, apparent: Floats) -> OptimismTable:
    table = optimism_table(refits, people.observed, apparent=apparent, metrics=people.metrics(None))
    return with_further_metrics(table, refits, people.observed, apparent=apparent, kind=people.kind)


def _calibration(
    people: Development, refits: Refits, apparent: Floats
) -> tuple[CorrectedCurve | None, dict[str, str]]:
    try:
        curve = corrected_calibration_curve(
            refits, people.observed, apparent=apparent, kind=people.kind
        )
    except InputError as refusal:
        return None, {"calibration": refusal.reason}
    return curve, {}


def _decision(
    people: Development,
    refits: Refits,
    apparent: Floats,
    *,
    thresholds: Sequence[float],
    outcome: str,
) -> DecisionCurve | None:
    """Net benefit of the estimator's own risks, less its optimism."""
    if people.kind != "binary":
        return None
    grid = decision_thresholds(thresholds)
    curve = decision_curve_band(
        people.observed, apparent, groups=people.groups, n_resamples=N_INTERVAL, seed=people.seed,
        thresholds=grid, outcome=outcome,
    )  # fmt: skip
    optimism = resampled_optimism(people.observed, refits.predicted, refits.counts, thresholds=grid)
    return corrected_curve(curve, optimism)


def _name_of(estimator: Any) -> str:
    steps = getattr(estimator, "steps", None)
    if not steps:
        return type(estimator).__name__
    return " + ".join(step if step == "passthrough" else type(step).__name__ for _, step in steps)


def _parameters_of(estimator: Any) -> tuple[tuple[str, str], ...]:
    """Simple settings alone: an array among them may be of patients."""
    found = estimator.get_params(deep=True)
    plain = (str, int, float, bool, type(None))
    return tuple((name, repr(value)) for name, value in sorted(found.items())
                 if isinstance(value, plain))  # fmt: skip
