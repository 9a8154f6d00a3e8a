"""One patient: a model loaded from its bundle, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hiprisk.bundle import Bundle, read_bundle
from hiprisk.errors import InputError
from hiprisk.serving.values import as_number, as_text, is_not_known
from hiprisk.sheet.answers import Unreadable, answer, as_mapping
from hiprisk.sheet.applicability import assess
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet, VariableSpec
from hiprisk.wording.reasons import NO_ANSWER, RADIANS, range_text

if TYPE_CHECKING:
    import pandas as pd

    from hiprisk.serving.explanation import Explanation

_ADVICE = {
    "OVERFLOW": "check the values and their units",
    "OUT_OF_RANGE": "check the value and its unit",
    "NOT_A_NUMBER": "give a number with a decimal point",
    "NOT_AN_INTEGER": "give a whole number",
    "UNKNOWN_CATEGORY": "give one of the levels",
    "UNIT_SUSPECT": "give degrees: radians times 57.3",
    "TOO_MANY_MISSING": "give more, or the more important, variables",
}


@dataclass(frozen=True, slots=True)
class PatientPrediction:
    """What a model says of one patient.

    Attributes
    ----------
    values : mapping
        ``predicted`` or ``risk``, ``lower_80`` and so on, ``chance_<event>``, ``imputed``,
        ``flags`` and ``reason``; the same names as the columns of a scored file.
    estimand : str
        What is predicted, in words.
    provenance : str
    bundle_sha256 : str
    explanation : Explanation or None
        Where it was asked for.
    invented : bool
        The model's coefficients are made up.
    """

    values: Mapping[str, Any]
    estimand: str
    provenance: str
    intended_use: str
    bundle_sha256: str
    explanation: Explanation | None = None
    invented: bool = False

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk predict --json`` prints."""
        plain = {
            **self.values,
            "estimand": self.estimand,
            "provenance": self.provenance,
            "intended_use": self.intended_use,
            "bundle_sha256": self.bundle_sha256,
        }
        if self.invented:
            plain["invented"] = True
        if self.explanation is not None:
            plain["explanation"] = self.explanation.to_dict()
        return plain


class Model:
    """A bundle ready to predict.

    Parameters
    ----------
    bundle : Bundle
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.sheet: Sheet = bundle.sheet
        self.evaluator = SheetEvaluator(self.sheet)

    def predict(
        self, patient: Mapping[str, object] | None = None, /, **variables: object
    ) -> PatientPrediction:
        """Predict one patient.

        Parameters
        ----------
        patient : mapping, optional
            Variables by name; None or an absent name is "not known".
        **variables
            The same as keywords.

        Raises
        ------
        InputError
            If a name is no variable of the model, or a value cannot be used.
        """
        given = {**(patient or {}), **variables}
        values = self.answer(given)
        if values["reason"]:
            raise self._refusal(values["reason"], given)
        return PatientPrediction(
            values=values,
            estimand=self.sheet.outcome.estimand,
            provenance=self.sheet.provenance,
            intended_use=self.sheet.intended_use,
            bundle_sha256=self.bundle.sha256,
            invented=bool(self.sheet.invented),
        )

    def answer(self, patient: Mapping[str, object]) -> Mapping[str, Any]:
        """One patient's answer as a scored file has it: a refusal is a ``reason``, no error.

        Raises
        ------
        InputError
            If a name is no variable of the model.
        """
        columns, unreadable = self.columns_of(patient)
        return as_mapping(answer(self.evaluator, columns, n_rows=1, unreadable=unreadable))

    def explain(
        self, patient: Mapping[str, object] | None = None, /, **variables: object
    ) -> PatientPrediction:
        """As `predict`, with what the model's answer rests on and how far to trust it.

        Parameters and errors are those of `predict`; `PatientPrediction.explanation` has the rest.
        """
        # Its parts are imported only where asked for: a plain prediction starts faster.
        from hiprisk.serving.explanation import explain_patient

        given = {**(patient or {}), **variables}
        prediction = self.predict(given)
        columns, _ = self.columns_of(given)
        explanation = explain_patient(self.evaluator, columns or self._nothing_known())
        return replace(prediction, explanation=explanation)

    def problem_with(self, name: str, value: object) -> str | None:
        """The rule that a value of one variable breaks, in words; None where it may be used."""
        columns, unreadable = self.columns_of({name: value})
        reasons = [f"{problem.code}({name})" for problem in unreadable]
        if not reasons:
            found = assess(self.sheet, columns, n_rows=1).reasons.codes
            reasons = [code for code in found if code.endswith(f"({name})")]
        if not reasons:
            return None
        return _rule(self.sheet, reasons[0].partition("(")[0], name, {name: value})

    def _nothing_known(self) -> dict[str, Any]:
        first = self.sheet.variables[0]
        missing = [np.nan] if first.kind == "number" else [None]
        return {first.name: np.array(missing, dtype=float if first.kind == "number" else object)}

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Answers of every row of a frame; see `hiprisk.serving.dataframe.answer_frame`."""
        from hiprisk.serving.dataframe import answer_frame

        return answer_frame(self.evaluator, frame)

    def columns_of(self, given: Mapping[str, object]) -> tuple[dict[str, Any], list[Unreadable]]:
        """Values by name as the sheet's columns, and those that cannot be read."""
        specs = {spec.name: spec for spec in self.sheet.variables}
        unknown = sorted(set(given) - set(specs))
        if unknown:
            raise InputError(
                f"'{unknown[0]}' is no variable of this model",
                code="UNKNOWN_VARIABLE",
                column=unknown[0],
                advice="hiprisk template lists the variables",
            )
        columns: dict[str, Any] = {}
        unreadable = []
        for name, value in given.items():
            if is_not_known(value):
                continue
            if specs[name].kind == "category":
                columns[name] = np.array([as_text(value), None], dtype=object)[:1]
                continue
            number = as_number(value)
            columns[name] = np.array([np.nan if number is None else number])
            if number is None:
                unreadable.append(Unreadable(name, "NOT_A_NUMBER", np.array([True])))
        return columns, unreadable

    def _refusal(self, reasons: Any, given: Mapping[str, object]) -> InputError:
        # What was given and is wrong comes before what was not given.
        reasons = sorted(reasons, key=lambda reason: "(" not in str(reason))
        first = str(reasons[0])
        code, _, rest = first.partition("(")
        name = rest.rstrip(")") or None
        advice = _ADVICE.get(code)
        if code == "TOO_MANY_MISSING" and not self.sheet.has_reference_population:
            lacking = [s.name for s in self.sheet.variables if is_not_known(given.get(s.name))]
            advice = f"this model fills nothing in; give {', '.join(lacking)} as well"
        more = f"; also {', '.join(reasons[1:])}" if len(reasons) > 1 else ""
        return InputError(
            _rule(self.sheet, code, name, given) + more,
            code=code,
            column=name,
            advice=advice,
        )


def _rule(sheet: Sheet, code: str, name: str | None, given: Mapping[str, object]) -> str:
    """The rule that was broken, and what came (a person typed it, so it may be shown)."""
    if name is None:
        return NO_ANSWER.get(code, "too little is known for a prediction")
    spec = sheet.variable(name)
    if code == "UNIT_SUSPECT":
        return RADIANS
    came = came_text(given[name])
    if code == "OUT_OF_RANGE":
        return f"must lie in {range_text(spec)}{came}"
    if code == "UNKNOWN_CATEGORY":
        return f"must be one of {', '.join(spec.levels)}{came}"
    if code == "NOT_AN_INTEGER":
        return f"must be a whole number{came}"
    return f"must be a number{came}"


def came_text(value: object) -> str:
    """The end of a letter that says what came."""
    return f", got {as_text(value)[:40]!r}"


def weight_text(sheet: Sheet, spec: VariableSpec) -> str:
    """Share of the model's information that goes with a variable, in words."""
    return f"{100 * spec.weight:.0f} %" if sheet.has_reference_population else "not available"


def load(reference: Path | str, *, root: Path | str = "models") -> Model:
    """Load a model from its bundle.

    Parameters
    ----------
    reference : path-like
        A bundle's folder, a model's folder, or ``name`` or ``name@version`` below `root`.
    root : path-like

    Raises
    ------
    BundleError
        If the bundle is not what its manifest promises.
    """
    return Model(read_bundle(reference, root=root))
