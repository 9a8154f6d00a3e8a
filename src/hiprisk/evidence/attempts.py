"""Parts of the evidence, each computed for itself: one that cannot be says why and ends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from hiprisk.errors import ConfigError, InputError
from hiprisk.parallel import run_parallel
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


@dataclass(frozen=True, slots=True)
class _Attempt:
    value: Any = None
    refusal: Exception | None = None


def _attempt(compute: Callable[[], Any]) -> _Attempt:
    try:
        return _Attempt(compute())
    except (ConfigError, InputError, np.linalg.LinAlgError) as refusal:
        return _Attempt(refusal=refusal)


class Attempts:
    """Computes parts and keeps the reason of each that cannot be computed.

    Attributes
    ----------
    not_available : dict of str to str
        Reason by key of the part, in the order in which parts were asked for.
    """

    def __init__(self) -> None:
        self.not_available: dict[str, str] = {}
        self._ahead: dict[str, _Attempt] = {}

    def ahead(self, parts: Mapping[str, Callable[[], Any]], *, workers: int) -> None:
        """Compute parts that need nothing of each other, before they are asked for by their names.

        Parameters
        ----------
        parts : mapping of str to callable
            Those that take longest first.
        workers : int
            Processes; with more than one, each part goes with what it is bound to.
        """
        found = run_parallel(_attempt, list(parts.values()), workers=workers)
        self._ahead |= dict(zip(parts, found, strict=True))

    def needed(self, name: str) -> Any:
        """A part that was computed ahead and that there is no evidence without."""
        attempt = self._ahead.pop(name)
        if attempt.refusal is not None:
            raise attempt.refusal
        return attempt.value

    def part(self, name: str, compute: Callable[[], T]) -> T | None:
        """A part of the evidence; None, with the reason kept, where these people cannot give it."""
        value: T | None = self._kept(name, _attempt(compute))
        return value

    def computed(self, name: str) -> Any:
        """A part that was computed ahead; None, with the reason kept, likewise."""
        return self._kept(name, self._ahead.pop(name))

    def _kept(self, name: str, attempt: _Attempt) -> Any:
        if attempt.refusal is not None:
            self.not_available[name] = _reason(attempt.refusal)
        return attempt.value


def _reason(refusal: Exception) -> str:
    if not isinstance(refusal, ConfigError | InputError):
        return "a fit of this part has no unique solution"
    # With its advice, which names what to change: the study has its bundle all the same.
    advice = f" ({refusal.advice})" if refusal.advice else ""
    return f"{refusal.reason}{advice}"


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
