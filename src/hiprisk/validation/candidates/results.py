"""What the comparison of a candidate with the model gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.performance.paired import PairedDifference
from hiprisk.wording.labels import in_words
from hiprisk.wording.quantities import signed_with_ci

OUT_OF_FOLD, HOLDOUT = "out_of_fold", "holdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateComparison:
    """A candidate beside the model: each metric of both, and the difference with its interval.

    Differences are the candidate's figure minus the model's, on the same people; the persons of a
    resample are the same for both.

    Attributes
    ----------
    name, model : str
        Of the candidate, and of the model type that was chosen.
    estimator : str
        Class of a candidate of one's own; empty for hiprisk's model types.
    benchmark : bool
        Whether it could not be chosen.
    params : mapping of str to value
        Its settings.
    n : int
        Rows with out-of-fold predictions.
    loss : Estimate
        Difference of the mean loss by which the candidates were tuned, out of fold.
    out_of_fold : tuple of PairedDifference
        The model is the first of each.
    n_holdout : int
        Rows held out; 0 where there are none.
    holdout : tuple of PairedDifference
    not_available : mapping of str to str
        Metrics that cannot be given, with the reason; ``holdout`` where none can be there.
    """

    name: str
    model: str
    estimator: str
    benchmark: bool
    params: Mapping[str, Any]
    n: int
    loss: Estimate
    out_of_fold: tuple[PairedDifference, ...]
    n_holdout: int = 0
    holdout: tuple[PairedDifference, ...] = ()
    not_available: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> str:
        """The main metric's difference, and what follows from it."""
        named = f" ({self.estimator})" if self.estimator else ""
        what = f"{'Benchmark' if self.benchmark else 'Candidate'} {in_words(self.name)}{named}"
        if not self.out_of_fold:
            return f"{what}: no main metric can be computed of it."
        main = self.out_of_fold[0]
        verdict = {
            "first": "the model is better",
            "second": "it is better, and cannot be shipped" if self.benchmark else "it is better",
        }.get(main.better, "inconclusive at this sample size")
        return (
            f"{what}: out-of-fold {main.label} {signed_with_ci(main.difference)} against the model "
            f"({in_words(self.model)}): {verdict}.{self._not_held_out()}"
        )

    def _not_held_out(self) -> str:
        reason = self.not_available.get(HOLDOUT)
        return f" In held-out participants not available: {reason}." if reason else ""

    def to_frame(self) -> pd.DataFrame:
        """One row a metric and set of people: value of both, difference with its ends."""
        rows = [
            {
                "candidate": self.name,
                "evaluated_on": where,
                "metric": one.metric,
                "model": one.first.value,
                "value": one.second.value,
                "difference": one.difference.value,
                "low": one.difference.low,
                "high": one.difference.high,
                "better": one.better,
            }
            for where, differences in ((OUT_OF_FOLD, self.out_of_fold), (HOLDOUT, self.holdout))
            for one in differences
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "model": self.model,
            "estimator": self.estimator,
            "benchmark": self.benchmark,
            "params": dict(self.params),
            "n": self.n,
            "loss": self.loss.to_dict(),
            "out_of_fold": [one.to_dict() for one in self.out_of_fold],
            "n_holdout": self.n_holdout,
            "holdout": [one.to_dict() for one in self.holdout],
            "not_available": dict(self.not_available),
            "summary": self.sentence(),
        }
