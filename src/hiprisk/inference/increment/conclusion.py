"""From fits to everybody and to the resamples to what each block adds, with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hiprisk.config import StudyConfig
from hiprisk.features.pooling import PooledTest
from hiprisk.inference.increment.block_tests import Refits, coefficients_of, tests_of
from hiprisk.inference.increment.error_free_scenarios import WhatIfValues
from hiprisk.inference.increment.gains import gains_of, information_share, net_benefit_gain
from hiprisk.inference.increment.nested_models import NestFit
from hiprisk.inference.increment.resampled import Contest, Evaluated, Values
from hiprisk.inference.increment.results import Addition, EventGain, Gain, WhatIf
from hiprisk.inference.increment.sentences import verdict_sentence
from hiprisk.inference.increment.verdict import Verdict, verdict


@dataclass(frozen=True)
class Results:
    """What the fits to everybody and to the resamples gave."""

    contest: Contest
    refits: Refits
    fit: NestFit
    apparent: Values
    what_if: WhatIfValues | None
    evaluated: Sequence[Evaluated]


def addition_of(
    config: StudyConfig, results: Results, blocks: tuple[str, ...], model: int
) -> Addition:
    """What one model adds to the base: gains, tests, what-ifs, verdict and sentence."""
    contest, unit = results.contest, config.outcome.unit
    gains = gains_of(
        model,
        measures=contest.ruler.measures,
        unit=unit,
        apparent=results.apparent.test,
        training=np.array([one.training for one in results.evaluated]),
        test=np.array([one.test for one in results.evaluated]),
    )
    sizes = [len(members) for members in contest.nest.members]
    tests = tests_of(results.refits, model)
    conclude = partial(
        concluded,
        blocks,
        config=config,
        n=len(contest.ruler.observed),
        n_coefficients=sizes[model] - sizes[0],
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
        coefficients=coefficients_of(results.refits, model),
        what_if=_what_ifs(results, model, unit, tests=tests, conclude=conclude),
        decisions=_decisions(results, model, blocks, config),
        verdict=conclusion.verdict,
        sentence=conclusion.sentence,
    )


def _decisions(
    results: Results, model: int, blocks: tuple[str, ...], config: StudyConfig
) -> tuple[EventGain, ...]:
    """Gain in net benefit across thresholds, an event at a time."""
    ruler = results.contest.ruler
    labels = {event.name: event.label for event in ruler.outcome.events}
    dichotomy = config.outcome.dichotomise
    labels[""] = dichotomy.label if dichotomy else config.outcome.label
    return tuple(
        EventGain(
            event=name or "outcome",
            curve=net_benefit_gain(
                model,
                thresholds=ruler.grid,
                apparent=results.apparent.benefits_test[:, place],
                training=np.array([one.benefits_training[:, place] for one in results.evaluated]),
                test=np.array([one.benefits_test[:, place] for one in results.evaluated]),
                happened=ruler.outcomes(name),
                names=(labels[name], f"with {' + '.join(blocks)}"),
            ),
        )
        for place, name in enumerate(ruler.decided)
    )


@dataclass(frozen=True)
class Conclusion:
    """A verdict and its sentence."""

    verdict: Verdict
    sentence: str


def concluded(
    blocks: tuple[str, ...],
    gains: Sequence[Gain],
    *,
    config: StudyConfig,
    n: int,
    n_coefficients: int,
    scenario: str | None = None,
) -> Conclusion:
    """The verdict on gains, from the one in the declared measure."""
    declared = config.outcome.smallest_gain_worth_having
    gain = next(one for one in gains if one.name == declared.metric)
    assert gain.estimate.low is not None
    assert gain.estimate.high is not None
    found = verdict(gain.estimate.low, gain.estimate.high, smallest_gain=declared.value)
    sentence = verdict_sentence(
        blocks,
        found,
        gain,
        n=n,
        smallest=declared.value,
        n_coefficients=n_coefficients,
        scenario=scenario,
    )
    return Conclusion(found, sentence)


def _what_ifs(
    results: Results,
    model: int,
    unit: str,
    *,
    tests: tuple[PooledTest, ...],
    conclude: Callable[..., Conclusion],
) -> tuple[WhatIf, ...]:
    contest, apparent = results.contest, results.what_if
    if contest.what_ifs is None or apparent is None:
        return ()
    own = set(contest.nest.members[model]) - set(contest.nest.members[0])
    resampled = [one.what_if for one in results.evaluated if one.what_if is not None]
    found = []
    for place, scenario in enumerate(contest.what_ifs.scenarios):
        if not own & set(scenario.positions):
            continue
        gains = gains_of(
            model,
            measures=contest.ruler.measures,
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
            WhatIf(
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
