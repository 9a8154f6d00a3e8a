"""Imputation of the whole sample and the nested models, before anything is resampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import StudyConfig
from hiprisk.errors import InputError
from hiprisk.features.design import Design
from hiprisk.inference.increment.comparison import Comparison, resolved_comparison
from hiprisk.inference.increment.error_free_scenarios import ErrorFreeComparison
from hiprisk.inference.increment.losses import (
    Evaluation,
    declared_measure,
    measures_for,
    point_measures,
)
from hiprisk.inference.increment.measurement_error import (
    ErrorScenario,
    check_straight,
    scenarios_for,
)
from hiprisk.inference.increment.nested_models import NestedModels
from hiprisk.inference.increment.plan import (
    check_new_predictors,
    plan_nested_models,
    planned_terms,
)
from hiprisk.inference.increment.resampled import (
    ComparisonProcedure,
    ImputedData,
    impute_for_prediction,
    standardised_bases,
)
from hiprisk.learning.candidates import DevelopmentData, unfitted_estimator, with_settings
from hiprisk.learning.pipeline import impute_for_fitting
from hiprisk.learning.sheets.export import outcome_spec
from hiprisk.metrics.clinical_utility.net_benefit import THRESHOLDS
from hiprisk.wording.quantities import people_counted

# Imputations of the whole sample on which an error-free scenario is evaluated.
MAX_REFERENCES = 5
# Share of the people that a bootstrap resample holds: 1 - 1/e.
DRAWN_SHARE = 0.632


def prepare_comparison(
    config: StudyConfig,
    dictionary: Mapping[str, Variable],
    data: DevelopmentData,
    design: Design,
    chosen: Comparison,
) -> tuple[ComparisonProcedure, ImputedData, tuple[tuple[str, ...], ...]]:
    """Impute the whole sample and lay out the models for `added_value`.

    Returns
    -------
    tuple
        The procedure, the imputed sample, and the added blocks of each model but the base.
    """
    check_minimum_gain(config, design)
    check_comparison(config, design, data.columns, chosen)
    added = _combinations(chosen.add)
    family = next(iter(config.families.named()))
    blank = partial(unfitted_estimator, config, design, dictionary, family=family)
    whole, inside = blank(in_resamples=False), blank(in_resamples=True)
    fast = chosen.method == "impute_then_bootstrap"
    # One imputation cannot be pooled.
    whole = with_settings(whole, n_imputations=max(whole.n_imputations, 2))
    model, stack = impute_for_fitting(
        whole, data.columns, data.outcome, data.auxiliary, data.start, data.groups
    )
    models = plan_nested_models(
        config, design, [design.model_inputs(part) for part in stack], added, chosen
    )
    bases = standardised_bases(models, design, stack)
    # Each is as large as the cohort.
    del stack
    known = ~np.isnan(data.outcome)
    check_enough_rows(models, data.groups[known])
    imputed = ImputedData(
        bases,
        impute_for_prediction(models, whole, data.columns[known], model, whole.noise()),
    )
    evaluation = _evaluation(config, design, data, point_only=chosen.point_measures_only)
    new = {name for block in chosen.add for name in config.blocks[block]}
    scenarios = scenarios_for(config, models, new) if chosen.measurement_error else ()
    error_free = None
    if scenarios:
        references = _references(scenarios, imputed, data.outcome[known])
        # Curves of net benefit are drawn for what is used, not for what might be.
        error_free = ErrorFreeComparison(
            models, replace(evaluation, grid=()), scenarios, references
        )
    procedure = ComparisonProcedure(
        models=models,
        estimator=inside,
        data=data,
        evaluation=evaluation,
        error_free=error_free,
        fixed=imputed if fast else None,
    )
    return procedure, imputed, added


def check_comparison(
    config: StudyConfig, design: Design, columns: Floats, comparison: Comparison | None = None
) -> None:
    """Raise ConfigError where a study's blocks cannot be compared, before anything is fitted.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        As `Design.numeric` gives them.
    comparison : Comparison, optional
        By default that of a study: all blocks are added to ``core``.
    """
    chosen = resolved_comparison(config, comparison)
    check_new_predictors(config, design, _combinations(chosen.add), chosen.base)
    new = {name for block in chosen.add for name in config.blocks[block]}
    declared = new & set(config.measurement_error)
    if declared and chosen.measurement_error:
        inputs = design.model_inputs(_filled(columns))
        check_straight(planned_terms(config, design, [inputs]), declared)


def _filled(columns: Floats) -> Floats:
    """Known values in place of missing ones: enough to tell whether a column gets knots."""
    filled = columns.copy()
    for column in filled.T:
        known = ~np.isnan(column)
        if known.any():
            column[~known] = np.resize(column[known], int((~known).sum()))
    return filled


def check_minimum_gain(config: StudyConfig, design: Design) -> None:
    """Raise ConfigError where the minimum important gain is in a metric of another outcome."""
    outcome = config.outcome
    measures = measures_for(outcome, outcome_spec(outcome, design))
    declared_measure(measures, outcome.smallest_gain_worth_having.metric)


def check_enough_rows(models: NestedModels, groups: Integers) -> None:
    """Refuse models that a bootstrap resample is too small to fit.

    Parameters
    ----------
    models : NestedModels
    groups : ndarray of int, shape (n_known,)
        Person of each row with a known outcome.

    Raises
    ------
    InputError
        With code ``TOO_FEW``, if the largest model has about as many coefficients as a resample
        has different rows, or more.
    """
    n_rows, n_people = len(groups), len(np.unique(groups))
    n_coefficients = 1 + max(len(own) for own in models.members)
    if n_coefficients + 1 < DRAWN_SHARE * n_rows:
        return
    raise InputError(
        f"{people_counted(n_people, n_rows)} with a known outcome are too few for a model of "
        f"{n_coefficients} linearly independent coefficients: a bootstrap resample holds about "
        f"{DRAWN_SHARE * n_rows:.0f} of them",
        code="TOO_FEW",
        advice="compare smaller blocks, or fewer together",
    )


def _combinations(add: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    sizes = range(1, len(add) + 1)
    return tuple(blocks for size in sizes for blocks in combinations(add, size))


def _references(scenarios: Sequence[ErrorScenario], imputed: ImputedData, y: Floats) -> Floats:
    return np.array(
        [
            [one.reconstruct(basis, y, strict=True) for basis in imputed.bases[:MAX_REFERENCES]]
            for one in scenarios
        ]
    )


def _evaluation(
    config: StudyConfig, design: Design, data: DevelopmentData, *, point_only: bool
) -> Evaluation:
    outcome = config.outcome
    known = ~np.isnan(data.outcome)
    spec = outcome_spec(outcome, design)
    measures = point_measures(outcome) if point_only else measures_for(outcome, spec)
    declared_measure(measures, outcome.smallest_gain_worth_having.metric)
    bounds = np.empty((len(spec.events), int(known.sum())))
    names = [column.name for column in design.columns]
    for place, event in enumerate(spec.events):
        bounds[place] = event.value
        if event.reference == "baseline":
            bounds[place] += data.columns[known, names.index(str(spec.baseline))]
    return Evaluation(
        measures=measures,
        observed=data.outcome[known],
        outcome=spec,
        bounds=bounds,
        grid=() if point_only else tuple(sorted({*THRESHOLDS, *outcome.thresholds})),
    )
