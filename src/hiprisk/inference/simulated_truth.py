"""What a simulation knows of a study on its people: the effect put in, the true gain of blocks.

The effect is the preset's own number. Gains and the best performance are those of the comparison's
nested regressions in very many people of the same preset, without missing values, evaluated
against the true mean (or risk) of each person rather than one drawn outcome.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.simulation.presets import PRESETS
from hiprisk.cohort.simulation.simulate import (
    SimulatedCohort,
    SimulatedSites,
    normal_cdf,
    simulate_cohort,
)
from hiprisk.config import StudyConfig
from hiprisk.features.design import plan_design
from hiprisk.inference.increment.comparison import Comparison, resolved_comparison
from hiprisk.inference.increment.nested_models import fit_nested_models
from hiprisk.inference.increment.plan import plan_nested_models
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.participants.selection import select_participants

# Enough for a gain to be right to 0.001; 0.2 CPU-seconds.
N_PEOPLE = 20_000
SEED = 1
SIMULATED_OUTCOME = "womac_function_followup_0_100"
SCORE_RANGE = (0.0, 100.0)
# In which measure the performance of the regression on all blocks is given.
HEADLINES = {"continuous": "r2", "binary": "c_statistic"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedTruth:
    """The truth behind a study on simulated people, as far as it is known.

    Attributes
    ----------
    exposure_effect : float or None
        Points that the declared exposure adds to the outcome, before floor and ceiling.
    metric : str or None
        The declared measure of gains, where their truth is known in it.
    gains : mapping of str to float
        True gain of each set of blocks in `metric`, by the keys joined by `` + ``.
    best : float or None
        R2 or C statistic of the regression on all blocks.
    n_people : int
        In whom gains and `best` were computed.
    """

    exposure_effect: float | None
    metric: str | None = None
    gains: Mapping[str, float]
    best: float | None = None
    n_people: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "exposure_effect": self.exposure_effect,
            "metric": self.metric,
            "gains": dict(self.gains),
            "best": self.best,
            "n_people": self.n_people,
        }


def simulated_truth(config: StudyConfig, dictionary: Dictionary) -> SimulatedTruth | None:
    """The truth behind a study whose cohort is simulated; None for another, or where none is known.

    Parameters
    ----------
    config : StudyConfig
    dictionary : Dictionary
        With the study's declared features.

    Raises
    ------
    ConfigError, InputError
        If the regressions cannot be laid out or fitted.
    """
    if config.cohort.simulate is None:
        return None
    effect = exposure_effect(config)
    replaced = config.outcome.hip_replacement
    # The score after a replacement, or one carried forward, has another mean than is simulated.
    if (
        config.outcome.variable != SIMULATED_OUTCOME
        or not _has_blocks(config)
        or replaced is None
        or replaced.strategy != "exclude"
    ):
        return SimulatedTruth(exposure_effect=effect, gains={})
    return _computed(config, dictionary, effect)


def exposure_effect(config: StudyConfig) -> float | None:
    """Points that the declared exposure adds by the preset; None where that is not one number."""
    asked, declared, outcome = config.cohort.simulate, config.association, config.outcome
    if asked is None or declared is None or outcome.variable != SIMULATED_OUTCOME:
        return None
    if outcome.kind != "continuous":
        return None
    preset = PRESETS[asked.preset]
    known = {
        ("lbp_any", "yes"): None if _has_knees(config) else asked.lbp_effect,
        ("knee_oa", "yes"): preset.knee_oa_effect,
        ("comorbidity_count", None): preset.comorbidity_effect,
    }
    return known.get((declared.exposure, declared.level))


def _has_blocks(config: StudyConfig) -> bool:
    """Whether there is a base and something that is added to it."""
    return set(Comparison().base) < set(config.blocks)


def _has_knees(config: StudyConfig) -> bool:
    """Whether people with knee osteoarthritis take part, in whom back pain has no effect."""
    asked = config.cohort.simulate
    hips_alone = config.cohort.where.get("joint") == ("hip",)
    return asked is not None and asked.knee_share > 0.0 and not hips_alone


def _computed(config: StudyConfig, dictionary: Dictionary, effect: float | None) -> SimulatedTruth:
    simulated = _many_people(config)
    whole = replace(
        config,
        validation=replace(config.validation, holdout=None, reference_prediction=None),
    )
    people = select_participants(simulated.frame, whole, dictionary).development
    design = plan_design(config.predictors, dictionary, people.frame)
    inputs = design.model_inputs(design.numeric(people.frame))
    chosen = resolved_comparison(config, Comparison())
    added: list[tuple[str, ...]] = [(block,) for block in chosen.add]
    if len(chosen.add) > 1:
        added.append(chosen.add)
    models = plan_nested_models(config, design, [inputs], added, chosen)
    basis = models.basis(inputs)
    mean = _true_means(config, simulated, people)
    fit = fit_nested_models(models, basis[np.newaxis], mean)
    predicted = models.respond(fit.coefficients[:, :1] + fit.coefficients[:, 1:] @ basis.T)
    measures = _measures(config.outcome.kind, mean, predicted, people.outcome)
    metric = config.outcome.smallest_gain_worth_having.metric
    found = measures.get(metric)
    names = [" + ".join(blocks) for blocks in added]
    return SimulatedTruth(
        exposure_effect=effect,
        metric=None if found is None else metric,
        gains={}
        if found is None
        else {name: float(one - found[0]) for name, one in zip(names, found[1:], strict=True)},
        best=float(measures[HEADLINES[config.outcome.kind]][-1]),
        n_people=len(mean),
    )


def _many_people(config: StudyConfig) -> SimulatedCohort:
    asked = config.cohort.simulate
    assert asked is not None
    return simulate_cohort(
        asked.preset,
        n=round(N_PEOPLE * (1.0 - asked.knee_share)),
        seed=SEED,
        lbp_effect=asked.lbp_effect,
        knee_share=asked.knee_share,
        missing=False,
        sites=SimulatedSites(number=asked.n_sites, sd=asked.site_sd),
    )


def _true_means(config: StudyConfig, simulated: SimulatedCohort, people: Participants) -> Floats:
    """Each participant's expected score, or risk of the event."""
    truth, ids = simulated.truth, simulated.frame["person_id"]
    place = ids.reset_index(drop=True).reset_index().set_index("person_id")["index"]
    rows = place.loc[people.frame["person_id"]].to_numpy()
    event = config.outcome.dichotomise
    if event is None:
        return np.asarray(truth.conditional_mean[rows])
    bound = np.full(len(rows), event.value)
    if event.reference == "baseline":
        bound += people.frame[str(config.outcome.baseline)].to_numpy(dtype=np.float64)
    below = normal_cdf((bound - truth.linear_predictor[rows]) / truth.residual_sd)
    low, high = SCORE_RANGE
    if event.direction == "above":
        return np.asarray(np.where(bound <= low, 1.0, np.where(bound > high, 0.0, 1.0 - below)))
    return np.asarray(np.where(bound >= high, 1.0, np.where(bound < low, 0.0, below)))


def _measures(kind: str, mean: Floats, predicted: Floats, outcome: Floats) -> dict[str, Floats]:
    """Measures of each model, in expectation over the outcomes that the true means allow."""
    off = ((predicted - mean) ** 2).mean(axis=1)
    if kind == "continuous":
        return {"r2": (mean.var() - off) / outcome.var()}
    prevalence = mean.mean()
    brier = (mean * (1.0 - mean)).mean() + off
    return {
        "brier": -brier,
        "scaled_brier": 1.0 - brier / (prevalence * (1.0 - prevalence)),
        "c_statistic": np.array([expected_concordance(one, mean) for one in predicted]),
    }


def expected_concordance(score: Floats, risk: Floats) -> float:
    """C statistic of a score in people whose events are yet to be drawn with these risks.

    Parameters
    ----------
    score, risk : ndarray, shape (n_people,)

    Examples
    --------
    >>> import numpy as np
    >>> expected_concordance(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    1.0
    """
    order = np.argsort(score, kind="stable")
    values, events = score[order], risk[order]
    others = 1.0 - events
    first: Bools = np.append(True, values[1:] > values[:-1])
    starts = np.flatnonzero(first)
    with_event, without = np.add.reduceat(events, starts), np.add.reduceat(others, starts)
    lower = np.concatenate(([0.0], np.cumsum(without)[:-1]))
    concordant = (with_event * (lower + 0.5 * without)).sum()
    return float(concordant / math.fsum(events) / math.fsum(others))
