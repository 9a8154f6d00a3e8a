"""The metrics of a run: the few that people search and sort runs by. Tables hold all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hiprisk.tracking.metrics_page import MAIN, ordered

# With both ends of their intervals; of an update, which has no optimism bootstrap, cross-validated.
CORRECTED = MAIN
# The value alone: what stands beside the corrected one, for comparison.
BESIDE = ("r2", "rmse", "mae", "c_statistic", "brier", "calibration_slope")
ALONE = ("coverage_95_out_of_fold",)
COUNTS = ("n_analysed", "n_people", "n_predictors")
_ENDS = (("", "value"), ("_low", "low"), ("_high", "high"))


def key_metrics(evidence: Mapping[str, Any]) -> dict[str, float]:
    """About 25 figures of a study by the names that they have in the evidence.

    Parameters
    ----------
    evidence : mapping
        Of a bundle; one of an earlier version, or of an updated model, may lack any part.

    Examples
    --------
    >>> key_metrics({"metrics": {"r2_corrected": {"value": 0.3, "low": 0.2, "high": None}}})
    {'r2_corrected': 0.3, 'r2_corrected_low': 0.2}
    """
    return {name: float(value) for name, value in _found(evidence) if value is not None}


def _found(evidence: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    metrics = evidence.get("metrics", {})
    for name in (f"{metric}_{headline(metrics)}" for metric in CORRECTED):
        if name in metrics:
            yield from ((f"{name}{end}", metrics[name][key]) for end, key in _ENDS)
    beside = (f"{metric}_{where}" for where in ("cross_validated", "holdout") for metric in BESIDE)
    yield from ((name, metrics[name]["value"]) for name in (*beside, *ALONE) if name in metrics)
    yield from ((name, evidence.get(name)) for name in COUNTS)


def headline(metrics: Mapping[str, Any]) -> str:
    """How the main figures were evaluated: ``corrected``; of an update ``cross_validated``."""
    corrected = any(f"{metric}_corrected" in metrics for metric in CORRECTED)
    return "corrected" if corrected else "cross_validated"


def metrics_table(evidence: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Every metric of the evidence as the columns of a table, optimism-corrected ones first."""
    metrics = evidence.get("metrics", {})
    names = ordered(list(metrics))
    return {
        "metric": names,
        **{key: [metrics[name][key] for name in names] for _, key in _ENDS},
    }
