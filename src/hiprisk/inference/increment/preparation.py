"""Everybody imputed and the models laid out, before anything is resampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import StudyConfig
from hiprisk.features.design import Design
from hiprisk.inference.increment.comparison import Comparison
from hiprisk.inference.increment.error_free_scenarios import WhatIfContest
from hiprisk.inference.increment.losses import (
    Ruler,
    declared_measure,
    measures_for,
    point_measures,
)
from hiprisk.inference.increment.measurement_error import ErrorScenario, scenarios_for
from hiprisk.inference.increment.plan import plan_nest
from hiprisk.inference.increment.resampled import Completed, Contest, see
from hiprisk.learning.candidates import LearningData, unfitted_estimator, with_settings
from hiprisk.learning.pipeline import impute_for_fitting
from hiprisk.learning.sheets.export import outcome_spec
from hiprisk.metrics.decision_curve.net_benefit import THRESHOLDS

# Imputations of all people on which a what-if is judged.
MOST_REFERENCES = 5


def prepare_contest(
    config: StudyConfig,
    dictionary: Mapping[str, Variable],
    data: LearningData,
    design: Design,
    chosen: Comparison,
) -> tuple[Contest, Completed, tuple[tuple[str, ...], ...]]:
    """Impute everybody and lay out the models; `added_value` takes it from here.

    Returns
    -------
    tuple
        The contest, everybody completed, and the added blocks of each model but the base.
    """
    added = _combinations(chosen.add)
    family = next(iter(config.families.named()))
    blank = partial(unfitted_estimator, config, design, dictionary, family=family)
    whole, inside = blank(in_resamples=False), blank(in_resamples=True)
    fast = chosen.method == "impute_then_bootstrap"
    # One imputation cannot be pooled.
    whole = with_settings(whole, n_imputations=max(whole.n_imputations, 2))
    model, stack = impute_for_fitting(whole, data.columns, data.outcome, data.auxiliary, data.start)
    nest = plan_nest(config, design, [design.model_inputs(part) for part in stack], added, chosen)
    known = ~np.isnan(data.outcome)
    everybody = Completed(
        np.array([nest.basis(design.model_inputs(part)) for part in stack]),
        see(nest, whole, data.columns[known], model, whole.noise()),
    )
    ruler = _ruler(config, design, data, point_only=chosen.point_measures_only)
    new = {name for block in chosen.add for name in config.blocks[block]}
    scenarios = scenarios_for(config, nest, new) if chosen.measurement_error else ()
    what_ifs = None
    if scenarios:
        references = _references(scenarios, everybody, data.outcome[known])
        # Curves of net benefit are drawn for what is used, not for what might be.
        what_ifs = WhatIfContest(nest, replace(ruler, grid=()), scenarios, references)
    contest = Contest(
        nest=nest,
        estimator=inside,
        data=data,
        ruler=ruler,
        what_ifs=what_ifs,
        fixed=everybody if fast else None,
    )
    return contest, everybody, added


def _combinations(add: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    sizes = range(1, len(add) + 1)
    return tuple(blocks for size in sizes for blocks in combinations(add, size))


def _references(scenarios: Sequence[ErrorScenario], everybody: Completed, y: Floats) -> Floats:
    return np.array(
        [
            [one.reconstruct(basis, y, strict=True) for basis in everybody.bases[:MOST_REFERENCES]]
            for one in scenarios
        ]
    )


def _ruler(config: StudyConfig, design: Design, data: LearningData, *, point_only: bool) -> Ruler:
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
    return Ruler(
        measures=measures,
        observed=data.outcome[known],
        outcome=spec,
        bounds=bounds,
        grid=() if point_only else tuple(sorted({*THRESHOLDS, *outcome.thresholds})),
    )
