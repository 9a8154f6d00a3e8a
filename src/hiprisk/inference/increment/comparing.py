"""What a block of predictors adds (low back pain, hip motion), and whether that is worth having.

Unpenalised regressions with the study's declared splines, nested and fitted together on common
resamples of persons with common imputations: the difference between two models is then a difference
between the same people, and its interval is paired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.config import Range, StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import Design, plan_design
from hiprisk.inference.increment.added import AddedValue, Addition, WhatIf
from hiprisk.inference.increment.block_tests import Refits, coefficients_of, refit, tests_of
from hiprisk.inference.increment.gains import gains_of, information_share
from hiprisk.inference.increment.measurement_error import ErrorScenario, scenarios_for
from hiprisk.inference.increment.measures import (
    Ruler,
    declared_measure,
    measures_for,
    point_measures,
)
from hiprisk.inference.increment.nested import Nest, NestFit
from hiprisk.inference.increment.resampled import (
    MOST_REFERENCES,
    Completed,
    Contest,
    Judged,
    Method,
    see,
)
from hiprisk.inference.increment.verdict import verdict
from hiprisk.inference.increment.wording import judged_sentence, models_in_words, notes_in_words
from hiprisk.learning.candidates import LearningData, blank_estimator, learning_data, with_settings
from hiprisk.learning.export import outcome_spec
from hiprisk.learning.linear import basis_matrix, plan_terms
from hiprisk.learning.obtaining import obtain_cohort, usable_rows
from hiprisk.learning.parallel import one_thread, run_parallel
from hiprisk.learning.participants import select_participants
from hiprisk.learning.pipeline import complete_for_fitting
from hiprisk.validation.resampling import MOST_REFUSED, draw_resamples

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

N_KNOTS = 3
MOST_ADDED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared, and how thoroughly.

    Attributes
    ----------
    base : tuple of str
        Blocks that every model has.
    add : tuple of str
        Blocks to add, one by one and together; empty for all others.
    n_resamples : int or None
        None for the config's `validation.resamples`.
    method : str
        ``bootstrap_then_impute`` imputes anew in each resample. ``impute_then_bootstrap``, the fast
        setting for experiments, imputes once, before, and resamples the completed people.
    point_measures_only : bool
        Leave out CRPS and net benefit, which need a predictive distribution.
    measurement_error : bool
        Whether what-ifs without measurement error are made where errors are declared.
    """

    base: tuple[str, ...] = ("core",)
    add: tuple[str, ...] = ()
    n_resamples: int | None = None
    method: Method = "bootstrap_then_impute"
    point_measures_only: bool = False
    measurement_error: bool = True


def run_compare(
    config: StudyConfig,
    *,
    comparison: Comparison | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> AddedValue:
    """Obtain a study's people and say what blocks add.

    Parameters
    ----------
    config : StudyConfig
    comparison : Comparison, optional
        By default all blocks are added to ``core``.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told stage, done and total.

    Raises
    ------
    ConfigError, InputError, StoreError
        With what to do next.
    """
    dictionary = load_dictionary()
    chosen = resolved_comparison(config, comparison)
    cohort = obtain_cohort(config)
    people = select_participants(usable_rows(cohort, config), config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    return added_value(
        config,
        dictionary,
        learning_data(people, design, config, dictionary),
        design,
        comparison=chosen,
        provenance=cohort.provenance,
        workers=workers,
        progress=progress,
    )


def added_value(
    config: StudyConfig,
    dictionary: Mapping[str, Variable],
    data: LearningData,
    design: Design,
    *,
    comparison: Comparison | None = None,
    provenance: str = "real",
    workers: int = 1,
    progress: Progress | None = None,
) -> AddedValue:
    """What blocks of predictors add to a base.

    Parameters
    ----------
    config : StudyConfig
        Its blocks, its smallest gain worth having and its measurement errors are used.
    dictionary : mapping of str to Variable
    data : LearningData
        Of all predictors of the config.
    design : Design
        Likewise: what is not compared still informs the imputation.
    comparison : Comparison, optional
        By default all blocks are added to ``core``.
    provenance : str
        ``synthetic`` where people are simulated.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told stage, done and total.

    Returns
    -------
    AddedValue

    Raises
    ------
    ConfigError
        If a block is unknown or adds nothing new, or the declared gain cannot be measured.
    InputError
        If the models cannot be fitted, or to fewer than 95 % of the resamples.
    """
    chosen = resolved_comparison(config, comparison)
    with one_thread():
        contest, everybody, added = prepare_contest(config, dictionary, data, design, chosen)
        fit, apparent = contest.apparent(everybody)
        contest = replace(contest, start=fit.coefficients)
        refits = refit(contest.nest, everybody.bases, contest.ruler.observed)
        what_if = contest.apparent_what_if()
    n_resamples = chosen.n_resamples or config.validation.resamples
    judged = run_parallel(
        contest,
        draw_resamples(data.groups, n_resamples=n_resamples, seed=config.seed),
        workers=workers,
        progress=None if progress is None else partial(progress, "what blocks add"),
    )
    usable = [one for one in judged if one is not None]
    _check_refused(len(usable), n_resamples)
    results = _Results(contest, refits, fit, apparent, what_if, usable)
    additions = [
        _addition(config, results, blocks, number) for number, blocks in enumerate(added, start=1)
    ]
    metric = config.outcome.smallest_gain_worth_having
    return AddedValue(
        study=config.name,
        kind=config.outcome.kind,
        provenance=provenance,
        outcome_label=config.outcome.label,
        outcome_unit=config.outcome.unit,
        n_analysed=len(contest.ruler.observed),
        base=chosen.base,
        metric=metric.metric,
        metric_label=declared_measure(contest.ruler.measures, metric.metric).label,
        smallest_gain=metric.value,
        models=models_in_words(contest.nest),
        method=chosen.method,
        n_imputations=len(everybody.bases),
        n_resamples=len(usable),
        n_refused=n_resamples - len(usable),
        additions=tuple(additions),
        notes=notes_in_words(config, contest, chosen.method, len(everybody.bases)),
    )


def resolved_comparison(config: StudyConfig, comparison: Comparison | None) -> Comparison:
    """The comparison with its defaults filled in.

    Raises
    ------
    ConfigError
        If a block is unknown, named twice, or there is nothing to add.
    """
    asked = comparison or Comparison()
    add = asked.add or tuple(name for name in config.blocks if name not in asked.base)
    for name in (*asked.base, *add):
        if name not in config.blocks:
            raise ConfigError(
                f"there is no block '{name}'",
                column="blocks",
                advice=f"the config has {', '.join(config.blocks)}",
            )
    twice = [name for name in add if name in asked.base or add.count(name) > 1]
    if twice or not add or not asked.base:
        what = f"block '{twice[0]}' is named twice" if twice else "there is no block to add"
        raise ConfigError(what, column="blocks", advice="name each block once, as base or as added")
    if len(add) > MOST_ADDED:
        raise ConfigError(
            f"{len(add)} blocks have {2 ** len(add) - 1} combinations",
            column="blocks",
            advice=f"add at most {MOST_ADDED} at a time",
        )
    return replace(asked, add=add)


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
    blank = partial(blank_estimator, config, design, dictionary, family=family)
    whole, inside = blank(in_resamples=False), blank(in_resamples=True)
    fast = chosen.method == "impute_then_bootstrap"
    # One imputation cannot be pooled.
    whole = with_settings(whole, n_imputations=max(whole.n_imputations, 2))
    model, stack = complete_for_fitting(
        whole, data.columns, data.outcome, data.auxiliary, data.start
    )
    nest = plan_nest(config, design, [design.model_inputs(part) for part in stack], added, chosen)
    known = ~np.isnan(data.outcome)
    everybody = Completed(
        np.array([nest.basis(design.model_inputs(part)) for part in stack]),
        see(nest, whole, data.columns[known], model, whole.noise()),
    )
    ruler = _ruler(config, design, data, point_only=chosen.point_measures_only)
    new = {name for block in chosen.add for name in config.blocks[block]}
    scenarios = scenarios_for(config, nest, new) if chosen.measurement_error else ()
    contest = Contest(
        nest=nest,
        estimator=inside,
        data=data,
        ruler=ruler,
        point_ruler=replace(ruler, measures=point_measures(config.outcome)),
        scenarios=scenarios,
        references=_references(scenarios, everybody, data.outcome[known]),
        fixed=everybody if fast else None,
    )
    return contest, everybody, added


def _combinations(add: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    sizes = range(1, len(add) + 1)
    return tuple(blocks for size in sizes for blocks in combinations(add, size))


def _references(
    scenarios: Sequence[ErrorScenario], everybody: Completed, y: Floats
) -> Floats | None:
    if not scenarios:
        return None
    return np.array(
        [
            [one.reconstruct(basis, y, strict=True) for basis in everybody.bases[:MOST_REFERENCES]]
            for one in scenarios
        ]
    )


def plan_nest(
    config: StudyConfig,
    design: Design,
    stack: Sequence[Floats],
    added: Sequence[Sequence[str]],
    chosen: Comparison,
) -> Nest:
    """Knots, scaling and the functions of each model.

    Parameters
    ----------
    config : StudyConfig
    design : Design
    stack : sequence of ndarray, each of shape (n_known, n_inputs)
        Completed inputs, one array an imputation.
    added : sequence of sequence of str
        Blocks that each model adds to the base.
    chosen : Comparison

    Raises
    ------
    ConfigError
        If a block has no predictor that the base lacks.
    """
    settings = config.families.linear or config.families.logistic
    bends = settings is not None and _may_bend(settings.spline_knots)
    splines = settings.splines if settings is not None else ()
    plan = plan_terms(design.inputs, stack, splines=splines, n_knots=N_KNOTS if bends else 0)
    origin = np.repeat(np.arange(len(plan)), [part.width for part in plan])
    members = []
    for blocks in [(), *added]:
        names = {name for block in (*chosen.base, *blocks) for name in config.blocks[block]}
        used = np.array([design.predictor_of[place] in names for place in origin])
        members.append(np.flatnonzero(used))
    for blocks, own in zip(added, members[1:], strict=True):
        if len(own) == len(members[0]):
            raise ConfigError(
                f"block '{' + '.join(blocks)}' has no predictor that the base lacks",
                column="blocks",
                advice="add another block",
            )
    together = np.concatenate([basis_matrix(plan, part) for part in stack])
    spread = together.std(axis=0)
    outcome = config.outcome
    return Nest(
        plan=plan,
        members=tuple(members),
        link="logit" if outcome.kind == "binary" else "identity",
        bounds=outcome.bounds if outcome.kind == "continuous" else None,
        center=together.mean(axis=0),
        spread=np.where(spread > 0.0, spread, 1.0),
    )


def _may_bend(knots: float | Range | tuple[float, ...]) -> bool:
    """Whether the family's search may choose a spline."""
    if isinstance(knots, Range):
        return knots.high >= N_KNOTS
    return max(knots) >= N_KNOTS if isinstance(knots, tuple) else knots >= N_KNOTS


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
    return Ruler(measures=measures, observed=data.outcome[known], outcome=spec, bounds=bounds)


def _check_refused(n_usable: int, n_resamples: int) -> None:
    refused = n_resamples - n_usable
    if refused > MOST_REFUSED * n_resamples:
        raise InputError(
            f"the models could not be fitted on {refused} of {n_resamples} resamples",
            code="DEGENERATE",
            advice="add fewer predictors, or take out a level that few people have",
        )


@dataclass(frozen=True)
class _Results:
    """What the fits to everybody and to the resamples gave."""

    contest: Contest
    refits: Refits
    fit: NestFit
    apparent: Floats
    what_if: Floats
    judged: Sequence[Judged]


def _addition(
    config: StudyConfig, results: _Results, blocks: tuple[str, ...], model: int
) -> Addition:
    contest, unit = results.contest, config.outcome.unit
    gains = gains_of(
        model,
        measures=contest.ruler.measures,
        unit=unit,
        apparent=results.apparent,
        training=np.array([one.training for one in results.judged]),
        test=np.array([one.test for one in results.judged]),
    )
    declared = config.outcome.smallest_gain_worth_having
    gain = next(one for one in gains if one.name == declared.metric)
    assert gain.estimate.low is not None
    assert gain.estimate.high is not None
    judged = verdict(gain.estimate.low, gain.estimate.high, smallest_gain=declared.value)
    sizes = [len(members) for members in contest.nest.members]
    return Addition(
        blocks=blocks,
        n_coefficients=sizes[model] - sizes[0],
        gains=gains,
        new_information=information_share(
            results.fit.likelihood_ratios,
            np.array([one.likelihood_ratios for one in results.judged]),
            model=model,
        ),
        tests=tests_of(results.refits, model),
        coefficients=coefficients_of(results.refits, model),
        what_if=_what_ifs(results, model, unit),
        verdict=judged,
        sentence=judged_sentence(
            blocks,
            judged,
            gain,
            n=len(contest.ruler.observed),
            smallest=declared.value,
            n_coefficients=sizes[model] - sizes[0],
        ),
    )


def _what_ifs(results: _Results, model: int, unit: str) -> tuple[WhatIf, ...]:
    contest = results.contest
    own = set(contest.nest.members[model]) - set(contest.nest.members[0])
    found = []
    for place, scenario in enumerate(contest.scenarios):
        if not own & set(scenario.positions):
            continue
        gains = gains_of(
            model,
            measures=contest.point_ruler.measures,
            unit=unit,
            apparent=results.what_if[place],
            training=np.array([one.what_if_training[place] for one in results.judged]),
            test=np.array([one.what_if_test[place] for one in results.judged]),
        )
        found.append(WhatIf(name=scenario.name, sem=scenario.sem, gains=gains))
    return tuple(found)
