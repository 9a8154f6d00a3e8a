"""An invented patient explained: what each predictor contributes to the prediction.

Nobody of the cohort is shown. Each number lies half an interquartile range above the median of the
development cohort; each category is its most common level, and "yes" where that is "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.contributions import contributions
from hiprisk.sheet.explanation.reference_patient import typical_patient
from hiprisk.sheet.format import Sheet, VariableSpec
from hiprisk.wording.reference import ABSENT_LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a predictor adds, relative to the typical patient."""

    label: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplePatient:
    """An invented patient beside the typical patient.

    Attributes
    ----------
    scale : str
        Of all numbers: the outcome's unit, or ``log odds``.
    patient : dict
        Values by variable.
    reference, total : float
        Linear predictor of the typical and of the invented patient.
    contributions : tuple of Contribution
        The largest first; with `reference` they add up to `total`.
    """

    scale: str
    patient: dict[str, float | str]
    reference: float
    total: float
    contributions: tuple[Contribution, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a predictor: predictor, contribution."""
        rows = [(one.label, one.value) for one in self.contributions]
        return pd.DataFrame(rows, columns=["predictor", "contribution"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def example_patient(sheet: Sheet) -> ExamplePatient:
    """Explain an invented patient beside the typical patient of the development cohort.

    Parameters
    ----------
    sheet : Sheet
        Of a model that was fitted to people.
    """
    evaluator = SheetEvaluator(sheet)
    typical = typical_patient(sheet)
    patient = {spec.name: _invented(spec, typical[spec.name]) for spec in sheet.variables}
    found = contributions(evaluator, _columns(evaluator, patient), _columns(evaluator, typical))
    parts = [
        Contribution(label=group.label, value=float(value))
        for group, value in zip(found.groups, found.values, strict=True)
    ]
    binary = sheet.outcome.kind == "binary"
    return ExamplePatient(
        scale="log odds" if binary and not sheet.predicts_risk_itself else sheet.outcome.unit,
        patient=patient,
        reference=found.reference,
        total=found.total,
        contributions=tuple(sorted(parts, key=lambda one: -abs(one.value))),
    )


def _columns(evaluator: SheetEvaluator, patient: Mapping[str, float | str]) -> dict[str, Floats]:
    given = read_rows(evaluator.sheet.variables, [dict(patient)])
    return evaluator.completed(evaluator.numeric_columns(given.columns, 1))


def _invented(spec: VariableSpec, typical: float | str) -> float | str:
    """A number above its median, and what is most often absent present."""
    training = spec.training
    if isinstance(typical, str):
        present = [level for level in spec.levels if level not in ABSENT_LEVELS]
        return present[0] if typical in ABSENT_LEVELS and present else typical
    if training is None or training.iqr is None:
        return typical
    value = typical + training.iqr / 2.0
    low, high = spec.hard or (value, value)
    value = min(max(value, low), high)
    return float(round(value)) if spec.integer else value
