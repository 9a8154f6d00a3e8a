"""From fits to everybody and to the resamples to what each block adds, with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiprisk.config import StudyConfig
from hiprisk.inference.increment.added import Addition, EventGain, WhatIf
from hiprisk.inference.increment.block_tests import Refits, coefficients_of, tests_of
from hiprisk.inference.increment.gains import gains_of, information_share, net_benefit_gain
from hiprisk.inference.increment.nested import NestFit
from hiprisk.inference.increment.resampled import Contest, Judged, Values
from hiprisk.inference.increment.verdict import verdict
from hiprisk.inference.increment.wording import judged_sentence

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Results:
    """What the fits to everybody and to the resamples gave."""

    contest: Contest
    refits: Refits
    fit: NestFit
    apparent: Values
    what_if: Floats
    judged: Sequence[Judged]


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
        decisions=_decisions(results, model, blocks, config),
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
                training=np.array([one.benefits_training[:, place] for one in results.judged]),
                test=np.array([one.benefits_test[:, place] for one in results.judged]),
                happened=ruler.outcomes(name),
                names=(labels[name], f"with {' + '.join(blocks)}"),
            ),
        )
        for place, name in enumerate(ruler.decided)
    )


def _what_ifs(results: Results, model: int, unit: str) -> tuple[WhatIf, ...]:
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
