"""An outcome, or predictions of it, on another scale than their own, though within its bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.shift.comparison import FEWEST_NUMBERS, moved_number
from hiprisk.config import OutcomeSettings
from hiprisk.sheet.format import TrainingSummary, VariableSpec


def outcome_in_development(evidence: Mapping[str, Any], variable: str) -> TrainingSummary | None:
    """Median and quartiles of the outcome in the development cohort, as its Table 1 has them.

    Parameters
    ----------
    evidence : mapping
        Of a bundle; an updated or a published model has no Table 1.
    variable : str
        Of the outcome.
    """
    for row in (evidence.get("table_one") or {}).get("rows", ()):
        is_outcome = row["variable"] == variable and row["group"] == "all"
        if is_outcome and None not in (row["q25"], row["median"], row["q75"]):
            return TrainingSummary(
                median=float(row["median"]),
                iqr=float(row["q75"]) - float(row["q25"]),
                n_known=row["n_known"],
            )
    return None


def outcome_scale_findings(
    outcome: OutcomeSettings, frame: pd.DataFrame, in_development: TrainingSummary | None
) -> Iterable[Finding]:
    """``UNIT_SUSPECT`` where a number's outcome is not on the scale that it had.

    Parameters
    ----------
    outcome : OutcomeSettings
    frame : DataFrame
    in_development : TrainingSummary or None
        As `outcome_in_development` has it: compared as a predictor is. Without it the outcome is
        compared with its baseline in the file, the same score before. People change between two
        visits, above all after surgery, so that only another spread that a known scale explains is
        told then, as a warning.
    """
    values = _numbers(frame, outcome.variable)
    if values is None:
        return
    if in_development is not None:
        spec = replace(_spec(outcome, outcome.variable), training=in_development)
        found = moved_number(spec, values)
        yield from (finding for finding in found if finding.code == "UNIT_SUSPECT")
        return
    before = None if outcome.baseline is None else _numbers(frame, outcome.baseline)
    if before is not None:
        words = f"that of its baseline {outcome.baseline}"
        for finding in _explained(_spec(outcome, outcome.variable), values, before, words):
            yield replace(finding, severity="warning")


def prediction_scale_findings(
    column: str, outcome: OutcomeSettings, frame: pd.DataFrame
) -> Iterable[Finding]:
    """``UNIT_SUSPECT`` where predictions of a number are not on the scale of the file's outcome.

    Predictions scatter less than what they predict, so that only a known scale is told.

    Parameters
    ----------
    column : str
        Of the predictions.
    outcome : OutcomeSettings
    frame : DataFrame
    """
    predicted, observed = _numbers(frame, column), _numbers(frame, outcome.variable)
    if outcome.kind == "continuous" and predicted is not None and observed is not None:
        words = f"that of the outcome {outcome.variable}"
        yield from _explained(_spec(outcome, column), predicted, observed, words)


def _explained(spec: VariableSpec, values: Floats, beside: Floats, words: str) -> Iterable[Finding]:
    """What a known scale explains, beside other values that should be on the same one."""
    known = beside[~np.isnan(beside)]
    if known.size < FEWEST_NUMBERS:
        return
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    training = TrainingSummary(median=float(middle), iqr=float(high - low))
    found = moved_number(replace(spec, training=training), values, beside=words)
    yield from (one for one in found if one.code == "UNIT_SUSPECT" and one.severity == "error")


def _spec(outcome: OutcomeSettings, name: str) -> VariableSpec:
    return VariableSpec(
        name=name, label=outcome.label, unit=outcome.unit, kind="number", hard=outcome.bounds
    )


def _numbers(frame: pd.DataFrame, name: str) -> Floats | None:
    if name not in frame.columns or not pd.api.types.is_numeric_dtype(frame[name].dtype):
        return None
    return frame[name].to_numpy(dtype=np.float64)
