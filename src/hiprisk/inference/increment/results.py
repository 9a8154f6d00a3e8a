"""What blocks of predictors add, as a frozen result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.bootstrap import FEW_RESAMPLES, few_resamples
from hiprisk.features.pooling import PooledTest
from hiprisk.inference.increment.verdict import Verdict
from hiprisk.metrics.clinical_utility.bands import DecisionCurveDifference
from hiprisk.metrics.estimate import Estimate
from hiprisk.wording.disclaimers import cohort_warnings
from hiprisk.wording.labels import blocks_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much better a model is than the base, in one measure.

    Attributes
    ----------
    name, label, unit : str
    reduction : bool
        Whether the gain is a reduction, less of the measure being better.
    base, model : float
        Corrected value of the measure under the base model and with the blocks added.
    apparent, optimism : float
        Of the gain.
    estimate : Estimate
        The gain corrected for optimism with its interval; positive where the model is better.
    """

    name: str
    label: str
    unit: str
    reduction: bool
    base: float
    model: float
    apparent: float
    optimism: float
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorFreeResult:
    """The gain as it would be if some predictors were measured without error, in everybody.

    Attributes
    ----------
    name : str
        ``as measured``, or error-free under one end of the declared errors.
    sem : tuple of tuple of str and float
        Standard error of measurement assumed, by predictor.
    gains : tuple of Gain
        Not what the model in use would gain.
    new_information : Estimate
    tests : tuple of PooledTest
        Those of the values as measured: non-differential errors leave a test of no effect valid.
    verdict : str
    sentence : str
    """

    name: str
    sem: tuple[tuple[str, float], ...]
    gains: tuple[Gain, ...]
    new_information: Estimate
    tests: tuple[PooledTest, ...]
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGain:
    """Gain in net benefit across thresholds, of one event.

    Attributes
    ----------
    event : str
        ``outcome`` where the outcome is binary.
    curve : DecisionCurveDifference
        Corrected for optimism; its band is that of the gains at the declared thresholds.
    """

    event: str
    curve: DecisionCurveDifference


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What one set of blocks adds to the base.

    Attributes
    ----------
    blocks : tuple of str
    n_coefficients : int
        That the blocks add.
    gains : tuple of Gain
    new_information : Estimate
        Share of the larger model's likelihood-ratio statistic that the base lacks: one minus
        Harrell's adequacy index.
    tests : tuple of PooledTest
        That all coefficients of the blocks are zero; none where the blocks add no coefficient.
    coefficients : tuple of Estimate
        Of the blocks, in the larger model, with 95 % intervals.
    error_free : tuple of ErrorFreeResult
    verdict : str
    sentence : str
    decisions : tuple of EventGain
        Net benefit over the base, across thresholds.
    label : str
        The blocks in words, by the config's labels.
    """

    blocks: tuple[str, ...]
    n_coefficients: int
    gains: tuple[Gain, ...]
    new_information: Estimate
    tests: tuple[PooledTest, ...]
    coefficients: tuple[Estimate, ...]
    error_free: tuple[ErrorFreeResult, ...]
    verdict: Verdict
    sentence: str
    decisions: tuple[EventGain, ...] = ()
    label: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", blocks_in_words(self.blocks))

    @property
    def name(self) -> str:
        """The blocks as tables of files name them."""
        return " + ".join(self.blocks)

    def gain(self, metric: str) -> Gain:
        """The gain in one measure."""
        return next(gain for gain in self.gains if gain.name == metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedValue:
    """What blocks of predictors add to a base.

    Attributes
    ----------
    study, kind, provenance, outcome_label, outcome_unit : str
    n_analysed, n_people : int
        Rows with a known outcome, and the persons behind them.
    base : tuple of str
        Blocks that every model has.
    base_label : str
        The same in words, by the config's labels.
    metric, metric_label : str
        In which the minimum important gain is declared.
    smallest_gain : float
    models : str
        What was fitted, in words.
    method : str
        ``bootstrap_then_impute`` or ``impute_then_bootstrap``.
    n_imputations, n_resamples, n_refused : int
    additions : tuple of Addition
        Each block and every combination of them.
    notes : tuple of str
    not_estimable : tuple of tuple of str and int
        Functions that some resamples could not estimate, and how many: their coefficient is 0
        there.
    cohort_fingerprint : str
        Empty where participants were given, whose file is not known here.
    """

    study: str
    kind: str
    provenance: str
    outcome_label: str
    outcome_unit: str
    n_analysed: int
    base: tuple[str, ...]
    metric: str
    metric_label: str
    smallest_gain: float
    models: str
    method: str
    n_imputations: int
    n_resamples: int
    n_refused: int
    additions: tuple[Addition, ...]
    notes: tuple[str, ...]
    n_people: int | None = None
    not_estimable: tuple[tuple[str, int], ...] = ()
    cohort_fingerprint: str = ""
    base_label: str = ""

    def __post_init__(self) -> None:
        if not self.base_label:
            object.__setattr__(self, "base_label", blocks_in_words(self.base))

    def addition(self, *blocks: str) -> Addition:
        """What one set of blocks adds."""
        return next(one for one in self.additions if set(one.blocks) == set(blocks))

    def sentences(self) -> tuple[str, ...]:
        """The result in plain words."""
        said = (*cohort_warnings(self.provenance), *(one.sentence for one in self.additions))
        if not few_resamples(self.n_resamples):
            return said
        return (
            *said,
            f"CAUTION: the intervals come from only {self.n_resamples} resamples. Do not rest a "
            f"verdict on fewer than {FEW_RESAMPLES}.",
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a gain: blocks, scenario, measure, values, interval, verdict where one is due."""
        rows = []
        for one in self.additions:
            rows += [self._row(one, one.verdict, "observed", gain) for gain in one.gains]
            for case in one.error_free:
                rows += [self._row(one, case.verdict, case.name, gain) for gain in case.gains]
        return pd.DataFrame(rows, columns=_COLUMNS)

    def _row(self, one: Addition, verdict: Verdict, scenario: str, gain: Gain) -> tuple[Any, ...]:
        return (
            one.name,
            scenario,
            gain.name,
            gain.base,
            gain.model,
            gain.apparent,
            gain.optimism,
            gain.estimate.value,
            gain.estimate.low,
            gain.estimate.high,
            verdict if gain.name == self.metric else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = ("study", "kind", "provenance", "outcome_label", "outcome_unit", "n_analysed",
                 "models", "method", "n_imputations", "n_resamples", "n_refused")  # fmt: skip
        return {
            **{name: getattr(self, name) for name in plain},
            **({} if self.n_people in (None, self.n_analysed) else {"n_people": self.n_people}),
            **({"not_estimable": dict(self.not_estimable)} if self.not_estimable else {}),
            "base": list(self.base),
            "smallest_gain_worth_having": {"metric": self.metric, "value": self.smallest_gain},
            "summary": list(self.sentences()),
            "metrics": {
                f"added_{'_and_'.join(one.blocks)}_{gain.name}": gain.estimate.to_dict()
                for one in self.additions
                for gain in one.gains
            },
            "additions": [_addition_to_dict(one) for one in self.additions],
            "notes": list(self.notes),
        }


_COLUMNS = ["blocks", "scenario", "metric", "base", "model", "apparent_gain", "optimism", "gain",
            "low", "high", "verdict"]  # fmt: skip


def _addition_to_dict(one: Addition) -> dict[str, Any]:
    return {
        "blocks": list(one.blocks),
        # Without labels in the config it is what the blocks say.
        **({} if one.label == blocks_in_words(one.blocks) else {"label": one.label}),
        "n_coefficients": one.n_coefficients,
        "verdict": one.verdict,
        "sentence": one.sentence,
        "gains": _gains_to_dict(one.gains),
        "new_information": one.new_information.to_dict(),
        "tests": [test.to_dict() for test in one.tests],
        "coefficients": {estimate.name: estimate.to_dict() for estimate in one.coefficients},
        "net_benefit_difference": {gain.event: gain.curve.to_dict() for gain in one.decisions},
        "what_if": [
            {
                "name": case.name,
                "sem": dict(case.sem),
                "verdict": case.verdict,
                "sentence": case.sentence,
                "gains": _gains_to_dict(case.gains),
                "new_information": case.new_information.to_dict(),
                "tests": [test.to_dict() for test in case.tests],
            }
            for case in one.error_free
        ],
    }


def _gains_to_dict(gains: Sequence[Gain]) -> dict[str, Any]:
    return {
        gain.name: {
            **gain.estimate.to_dict(),
            "label": gain.label,
            "unit": gain.unit,
            "reduction": gain.reduction,
            "apparent": gain.apparent,
            "optimism": gain.optimism,
            "base": gain.base,
            "model": gain.model,
        }
        for gain in gains
    }
