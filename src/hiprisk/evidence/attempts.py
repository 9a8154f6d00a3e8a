"""Parts of the evidence, each computed for itself: one that cannot be says why and ends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from hiprisk.errors import ConfigError, InputError
from hiprisk.wording.labels import in_words

T = TypeVar("T")

# What a person reads for a part, by its key in the evidence.
PART_LABELS = {
    "optimism": "optimism-corrected performance and clinical utility",
    "refits": "bootstrap models of the sheet, and the intervals that come from them",
    "calibration_corrected": "optimism-corrected calibration curve",
    "holdout": "performance in held-out participants",
    "cross_validation": "cross-validation",
    "events": "predicted probabilities of the events",
    "sites": "internal-external cross-validation",
    "subgroups": "performance in subgroups",
    "stability": "prediction instability",
    "expected": "performance expected of the development cohort",
    "added": "added value of the blocks of predictors",
    "comparisons": "comparison of the candidates",
    "association": "association of the exposure",
    "simulated_truth": "truth of the simulation",
}
# Before the name of a benchmark that failed.
ONE_COMPARISON = "comparisons."


class Attempts:
    """Computes parts and keeps the reason of each that cannot be computed.

    Attributes
    ----------
    not_available : dict of str to str
        Reason by key of the part.
    """

    def __init__(self) -> None:
        self.not_available: dict[str, str] = {}

    def part(self, name: str, compute: Callable[[], T]) -> T | None:
        """A part of the evidence; None, with the reason kept, where these people cannot give it."""
        try:
            return compute()
        except (ConfigError, InputError) as refusal:
            # With its advice, which names what to change: the study has its bundle all the same.
            advice = f" ({refusal.advice})" if refusal.advice else ""
            self.not_available[name] = f"{refusal.reason}{advice}"
        except np.linalg.LinAlgError:
            self.not_available[name] = "a fit of this part has no unique solution"
        return None


def _label(name: str) -> str:
    if name.startswith(ONE_COMPARISON):
        return f"comparison with {in_words(name.removeprefix(ONE_COMPARISON))}"
    return PART_LABELS.get(name, name)


def parts_in_words(not_available: Mapping[str, str]) -> tuple[str, ...]:
    """The parts that are missing: one sentence a reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in not_available.items():
        by_reason.setdefault(reason, []).append(_label(name))
    return tuple(
        f"Not available: {'; '.join(labels)}: {reason}." for reason, labels in by_reason.items()
    )
