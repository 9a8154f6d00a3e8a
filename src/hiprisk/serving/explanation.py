"""Why a model says what it says of one patient, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.serving.reference import ReferencePatient
from hiprisk.sheet.answers import Evaluation, answers_of, evaluate
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.evaluate import Prediction, SheetEvaluator
from hiprisk.sheet.explanation.contributions import Contributions, contributions
from hiprisk.sheet.explanation.exposure import (
    Exposure,
    PredictionsByExposure,
    predictions_by_exposure,
)
from hiprisk.sheet.explanation.interval_width import widths_80
from hiprisk.sheet.explanation.measurement_error import InstrumentRange, measurement_ranges
from hiprisk.sheet.explanation.next_measurement import NextMeasurement, next_measurements
from hiprisk.sheet.explanation.precision import RefitSpread, effective_sample_size, refit_spread
from hiprisk.sheet.explanation.reference_patient import typical_patient
from hiprisk.sheet.format import MeasurementError
from hiprisk.sheet.similarity import Distance, distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """A patient to compare with and what the model says of it.

    Attributes
    ----------
    patient : mapping of str to float or str
        Medians and most common levels of the development cohort, of the reference patient but for
        the exposure.
    values : mapping
        ``predicted`` or ``risk``, bounds and ``chance_<event>``.
    """

    patient: Mapping[str, float | str]
    values: Mapping[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """The patient, and what the model says of it."""
        return {"patient": dict(self.patient), **self.values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference patient, ready to be compared with.

    Attributes
    ----------
    typical : Typical
        The typical patient, who may have the exposure.
    words : str
        Who the reference patient is.
    compared : Typical
        The reference patient and what the model says of it.
    completed : mapping of str to ndarray
        The reference patient's columns, as `SheetEvaluator.completed` has them.
    """

    typical: Typical
    words: str
    compared: Typical
    completed: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """What was not known and what that cost.

    Attributes
    ----------
    variables : tuple of str
    imputation_variance : float
        Of the linear predictor, over the draws.
    width_80, width_80_if_known : float
        Width of the 80 % interval (`interval_width`) as it is, and as it would be
        were everything known and the prediction the same (of an ordinal model: as is to be
        expected).
    """

    variables: tuple[str, ...]
    imputation_variance: float
    width_80: float
    width_80_if_known: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that stands beside one prediction.

    Attributes
    ----------
    typical, reference, contributions, next_measurements
        None where the sheet does not know its people: there is nobody to compare with, and nothing
        is imputed.
    scale : str
        Unit of the contributions, which are relative to the reference patient.
    contributions : Contributions or None
        On the scale of the linear predictor; they add up.
    held_at_bounds : float
        What clipping at the ends of the scale adds to the difference of the predictions: 0 unless
        patient or reference lies beyond an end.
    refits : RefitSpread or None
        None where the sheet carries no refits.
    predictions_by_exposure : PredictionsByExposure or None
        None where the model has no exposure with levels.
    """

    typical: Typical | None
    reference: Reference | None
    scale: str
    contributions: Contributions | None
    held_at_bounds: float
    not_known: NotKnown
    next_measurements: tuple[NextMeasurement, ...] | None
    measurement_ranges: tuple[InstrumentRange, ...]
    score_error: MeasurementError | None
    distance: Distance | None
    effective_sample_size: float | None
    refits: RefitSpread | None
    predictions_by_exposure: PredictionsByExposure | None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; None where the sheet does not say."""
        following = self.next_measurements
        return {
            "typical": self.typical and self.typical.to_dict(),
            "reference": self.reference
            and {"words": self.reference.words, **self.reference.compared.to_dict()},
            "contributions": self.contributions and self._parts(self.contributions),
            "not_known": {**asdict(self.not_known), "variables": list(self.not_known.variables)},
            "next_measurements": (
                None if following is None else [asdict(item) for item in following]
            ),
            "measurement_ranges": [_instrument(item) for item in self.measurement_ranges],
            "score_error": _plain(self.score_error),
            "distance": _plain(self.distance),
            "effective_sample_size": self.effective_sample_size,
            "refits": _plain(self.refits),
            "predictions_by_exposure": _by_exposure(self.predictions_by_exposure),
        }

    def _parts(self, found: Contributions) -> dict[str, Any]:
        lacking = set(self.not_known.variables)
        return {
            "scale": self.scale,
            "reference": found.reference,
            "total": found.total,
            "held_at_bounds": self.held_at_bounds,
            "parts": [
                {
                    "label": group.label,
                    "variables": list(group.variables),
                    "not_known": [name for name in group.variables if name in lacking],
                    "value": value,
                }
                for group, value in zip(found.groups, found.values, strict=True)
            ],
        }


def explain_patient(
    evaluator: SheetEvaluator,
    evaluation: Evaluation,
    reference: Reference | None,
    exposure: Exposure | None = None,
) -> Explanation:
    """Explain the prediction of one usable patient.

    Parameters
    ----------
    evaluator : SheetEvaluator
    evaluation : Evaluation
        Of one row.
    reference : Reference or None
        From `reference_of`.
    exposure : Exposure, optional
        At each of whose levels the patient is predicted.
    """
    sheet = evaluator.sheet
    binary = sheet.outcome.kind == "binary"
    known, prediction = evaluation.known, evaluation.prediction
    completed = evaluator.completed(known)
    predicted = float(prediction.predicted[0])
    variance = float(prediction.imputation_variance[0])
    parts = None if reference is None else contributions(evaluator, completed, reference.completed)
    lp = parts.total if parts is not None else float(prediction.lp[0])
    not_known = _not_known(evaluator, known, lp, prediction)
    return Explanation(
        typical=None if reference is None else reference.typical,
        reference=reference,
        scale="log odds" if binary and not sheet.predicts_risk_itself else sheet.outcome.unit,
        contributions=parts,
        held_at_bounds=0.0 if binary or parts is None else _held(evaluator, parts),
        not_known=not_known,
        next_measurements=(
            # A site that the model does not have is known: there is nothing to measure.
            tuple(
                item
                for item in next_measurements(evaluator, known, lp=lp, variance=variance)
                if item.variable in not_known.variables
            )
            if sheet.has_reference_population
            else None
        ),
        measurement_ranges=measurement_ranges(evaluator, evaluation.given.columns),
        score_error=sheet.outcome.measurement,
        distance=distance(sheet, known),
        effective_sample_size=effective_sample_size(
            evaluator, completed, predicted if binary else None
        ),
        refits=refit_spread(evaluator, completed, predicted),
        predictions_by_exposure=(
            None
            if exposure is None
            else predictions_by_exposure(evaluator, evaluation.given, exposure)
        ),
    )


def reference_of(evaluator: SheetEvaluator, reference: ReferencePatient) -> Reference:
    """The reference patient and the typical one, evaluated.

    Parameters
    ----------
    evaluator : SheetEvaluator
        Of a sheet that `has_reference_population`.
    reference : ReferencePatient
    """
    patient = typical_patient(evaluator.sheet)
    typical, _ = _evaluated(evaluator, patient)
    compared, completed = _evaluated(evaluator, reference.patient)
    return Reference(typical=typical, words=reference.words, compared=compared, completed=completed)


def _evaluated(
    evaluator: SheetEvaluator, patient: Mapping[str, float | str]
) -> tuple[Typical, Mapping[str, Floats]]:
    evaluation = evaluate(evaluator, read_rows(evaluator.sheet.variables, [patient]))
    numbers = answers_of(evaluator, evaluation).numbers
    values = {name: _number(array) for name, array in numbers.items()}
    known = evaluation.known
    if not evaluation.usable[0]:
        # A median may be one that nobody can have: 62.5 of a whole number.
        known = evaluator.numeric_columns(evaluation.given.columns, 1)
    return Typical(patient=patient, values=values), evaluator.completed(known)


def _number(array: Floats) -> float | None:
    value = float(array[0])
    return None if np.isnan(value) else value


def _held(evaluator: SheetEvaluator, parts: Contributions) -> float:
    own, other = evaluator.inside(np.array([parts.total, parts.reference])).tolist()
    return float((own - parts.total) - (other - parts.reference))


def _not_known(
    evaluator: SheetEvaluator, known: list[Floats], lp: float, prediction: Prediction
) -> NotKnown:
    variance = float(prediction.imputation_variance[0])
    names = [spec.name for spec in evaluator.sheet.variables]
    # At the same prediction: that of known values would be another, and nobody knows which.
    widths = widths_80(evaluator, known, lp=lp, variance=variance)
    return NotKnown(
        variables=tuple(n for n, gone in zip(names, prediction.imputed[0], strict=True) if gone),
        imputation_variance=variance,
        width_80=widths.now,
        width_80_if_known=widths.if_known,
    )


def _instrument(item: InstrumentRange) -> dict[str, Any]:
    return {
        "instrument": item.instrument,
        "moves_low": item.moves_low,
        "moves_high": item.moves_high,
        "variables": [
            {
                "variable": own.variable,
                "moves_low": own.moves_low,
                "moves_high": own.moves_high,
                **asdict(own.error),
            }
            for own in item.variables
        ],
    }


def _by_exposure(found: PredictionsByExposure | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "variable": found.variable,
        "reference": found.reference,
        "given": found.given,
        "levels": [
            {
                "level": one.level,
                "changed": dict(one.changed),
                **one.values,
                "difference": one.difference,
            }
            for one in found.levels
        ],
    }


def _plain(value: Any) -> dict[str, Any] | None:
    return None if value is None else asdict(value)
