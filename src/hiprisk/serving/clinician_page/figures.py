"""Figures of a bundle's evidence, read from its JSON: its own classes need the extra `train`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiprisk.metrics.estimate import Estimate
from hiprisk.wording.labels import EVALUATIONS
from hiprisk.wording.performance import BlockGain

Evidence = Mapping[str, Any]


def estimate_of(evidence: Evidence, name: str) -> Estimate | None:
    """A figure of the evidence by its name there; None where there is none."""
    found = evidence.get("metrics", {}).get(name)
    if not found or found.get("value") is None:
        return None
    return Estimate(name=name, value=found["value"], low=found["low"], high=found["high"])


def best_evaluation(evidence: Evidence, metric: str) -> tuple[Estimate, str] | None:
    """A metric of the model by the best evaluation that there is, and what that is called."""
    for ending, how in EVALUATIONS.items():
        found = estimate_of(evidence, f"{metric}_{ending}")
        if found is not None:
            return found, how
    return None


def block_gains(evidence: Evidence) -> tuple[list[BlockGain], str]:
    """What each block of predictors adds, and the minimum important gain with its measure."""
    added = evidence.get("added")
    if not added:
        return [], ""
    minimum = added["smallest_gain_worth_having"]
    single = [one for one in added["additions"] if len(one["blocks"]) == 1]
    gains = [
        BlockGain(
            label=one.get("label") or one["blocks"][0].replace("_", " "),
            verdict=one["verdict"],
            low=one["gains"][minimum["metric"]]["low"],
        )
        for one in single
    ]
    labels = [one["gains"][minimum["metric"]]["label"] for one in single]
    return gains, f"{labels[0]} {minimum['value']:g}" if labels else ""


def effect_row(evidence: Evidence) -> Mapping[str, Any] | None:
    """The most adjusted row of the association table over everybody; None without a table."""
    rows = (evidence.get("association") or {}).get("rows") or []
    last = [row for row in rows if row["model"] == rows[-1]["model"]]
    return last[0] if last else None
