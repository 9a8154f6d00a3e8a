"""From the fits to the whole sample and to the resamples to the added value of each block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hiprisk.config import StudyConfig
from hiprisk.features.pooling import PooledTest
from hiprisk.inference.increment.block_tests import UnpenalisedFits, coefficients_of, tests_of
from hiprisk.inference.increment.error_free_scenarios import ScenarioValues
from hiprisk.inference.increment.gains import gains_of, information_share, net_benefit_gain
from hiprisk.inference.increment.nested_models import NestedFit
from hiprisk.inference.increment.resampled import ComparisonProcedure, Evaluated, ModelValues
from hiprisk.inference.increment.results import Addition, ErrorFreeResult, EventGain, Gain
from hiprisk.inference.increment.sentences import verdict_sentence
from hiprisk.inference.increment.verdict import Verdict, is_near, verdict
from hiprisk.wording.labels import blocks_in_words
from hiprisk.wording.quantities import people_counted


def counts_of(procedure: ComparisonProcedure) -> tuple[int, int]:
    """Persons whose outcome is known, and their rows: two hips of a person are one person."""
    data = procedure.data
    known = ~np.isnan(data.outcome)
    return len(np.unique(data.groups[known])), int(known.sum())


@dataclass(frozen=True)
class FittedComparison:
    """The fits to the whole sample and to the resamples."""

    procedure: ComparisonProcedure
    unpenalised: UnpenalisedFits
    fit: NestedFit
    apparent: ModelValues
    error_free: ScenarioValues | None
    evaluated: Sequence[Evaluated]


def addition_of(
    config: StudyConfig, results: FittedComparison, blocks: tuple[str, ...], model: int
) -> Addition:
    """What one model adds to the base: gains, tests, error-free scenarios, verdict and sentence."""
    procedure, unit = results.procedure, config.outcome.unit
    gains = gains_of(
        model,
        measures=procedure.evaluation.measures,
        unit=unit,
        apparent=results.apparent.test,
        training=np.array([one.training for one in results.evaluated]),
        test=np.array([one.test for one in results.evaluated]),
    )
    sizes = [len(members) for members in procedure.models.members]
    tests = tests_of(results.unpenalised, model)
    conclude = partial(
        conclusion_of,
        blocks,
        config=config,
        counted=people_counted(*counts_of(procedure)),
        n_coefficients=sizes[model] - sizes[0],
        n_resamples=len(results.evaluated),
    )
    conclusion = conclude(gains)
    return Addition(
        blocks=blocks,
        n_coefficients=sizes[model] - sizes[0],
        gains=gains,
        new_information=information_share(
            results.fit.likelihood_ratios,
            np.array([one.likelihood_ratios for one in results.evaluated]),
            model=model,
        ),
        tests=tests,
        coefficients=coefficients_of(results.unpenalised, model),
        error_free=_error_free_results(results, model, unit, tests=tests, conclude=conclude),
        decisions=_decisions(results, model, blocks, config),
        verdict=conclusion.verdict,
        sentence=conclusion.sentence,
        label=blocks_in_words(blocks, config.block_labels),
    )


def _decisions(
    results: FittedComparison, model: int, blocks: tuple[str, ...], config: StudyConfig
) -> tuple[EventGain, ...]:
    """Gain in net benefit across thresholds, an event at a time."""
    evaluation = results.procedure.evaluation
    labels = {event.name: event.label for event in evaluation.outcome.events}
    dichotomy = config.outcome.dichotomise
    labels[""] = dichotomy.label if dichotomy else config.outcome.label
    return tuple(
        EventGain(
            event=name or "outcome",
            curve=net_benefit_gain(
                model,
                thresholds=evaluation.grid,
                apparent=results.apparent.benefits_test[:, place],
                training=np.array([one.benefits_training[:, place] for one in results.evaluated]),
                test=np.array([one.benefits_test[:, place] for one in results.evaluated]),
                happened=evaluation.outcomes(name),
                names=(labels[name], f"with {blocks_in_words(blocks, config.block_labels)}"),
            ),
        )
        for place, name in enumerate(evaluation.decision_events)
    )


@dataclass(frozen=True)
class Conclusion:
    """A verdict and its sentence."""

    verdict: Verdict
    sentence: str


def conclusion_of(
    blocks: tuple[str, ...],
    gains: Sequence[Gain],
    *,
    config: StudyConfig,
    counted: str,
    n_coefficients: int,
    n_resamples: int,
    scenario: str | None = None,
) -> Conclusion:
    """The verdict on gains, from the one in the declared measure."""
    # From one measure, declared beforehand: of six some would seem to add by chance.
    declared = config.outcome.smallest_gain_worth_having
    gain = next(one for one in gains if one.name == declared.metric)
    assert gain.estimate.low is not None
    assert gain.estimate.high is not None
    found = verdict(gain.estimate.low, gain.estimate.high, smallest_gain=declared.value)
    sentence = verdict_sentence(
        blocks,
        found,
        gain,
        label=blocks_in_words(blocks, config.block_labels),
        counted=counted,
        smallest=declared.value,
        n_coefficients=n_coefficients,
        scenario=scenario,
        near_minimum=n_resamples if is_near(gain.estimate, declared.value, n_resamples) else None,
    )
    return Conclusion(found, sentence)


def _error_free_results(
    results: FittedComparison,
    model: int,
    unit: str,
    *,
    tests: tuple[PooledTest, ...],
    conclude: Callable[..., Conclusion],
) -> tuple[ErrorFreeResult, ...]:
    procedure, apparent = results.procedure, results.error_free
    if procedure.error_free is None or apparent is None:
        return ()
    own = set(procedure.models.members[model]) - set(procedure.models.members[0])
    resampled = [one.error_free for one in results.evaluated if one.error_free is not None]
    found = []
    for place, scenario in enumerate(procedure.error_free.scenarios):
        # A block without such a predictor would only repeat its own gain.
        if not own & set(scenario.positions):
            continue
        gains = gains_of(
            model,
            measures=procedure.evaluation.measures,
            unit=unit,
            apparent=apparent.test[place],
            training=np.array([one.training[place] for one in resampled]),
            test=np.array([one.test[place] for one in resampled]),
        )
        share = information_share(
            apparent.likelihood_ratios[place],
            np.array([one.likelihood_ratios[place] for one in resampled]),
            model=model,
        )
        conclusion = conclude(gains, scenario=scenario.name)
        found.append(
            ErrorFreeResult(
                name=scenario.name,
                sem=scenario.sem,
                gains=gains,
                new_information=share,
                tests=tests,
                verdict=conclusion.verdict,
                sentence=conclusion.sentence,
            )
        )
    return tuple(found)
