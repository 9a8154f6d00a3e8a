"""One patient: a model loaded from its bundle, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.bundle import Bundle, read_bundle
from hiprisk.errors import InputError
from hiprisk.sheet.answers import Evaluation, answers_of, evaluate, plausible_range
from hiprisk.sheet.applicability import MOST_NAMED, assess
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.document.codec import encode
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet, SiteEffects
from hiprisk.values import Note, is_missing
from hiprisk.wording.reasons import advice_on, came_text, rule_broken

if TYPE_CHECKING:
    import pandas as pd

    from hiprisk.serving.explanation import Explanation, Reference
    from hiprisk.sheet.explanation.exposure import Exposure


@dataclass(frozen=True, slots=True)
class PatientPrediction:
    """What a model says of one patient.

    Attributes
    ----------
    values : mapping
        ``predicted`` or ``risk``, ``lower_80`` and so on, ``chance_<event>``, ``imputed``,
        ``flags`` and ``reason``; the same names as the columns of a scored file.
    flags : tuple of Note
        The flags once more, each with the variable that it concerns.
    estimand : str
        What is predicted, in words.
    provenance : str
    bundle_sha256 : str
    explanation : Explanation or None
        Where it was asked for.
    invented : bool
        The model's coefficients are made up.
    sites : SiteEffects or None
        How sites differ, where the model has intercepts of them.
    plausible_range : tuple of float or None
        Of a risk at the mean site: where it lies in 95 % of sites.
    """

    values: Mapping[str, Any]
    flags: tuple[Note, ...]
    estimand: str
    provenance: str
    intended_use: str
    bundle_sha256: str
    explanation: Explanation | None = None
    invented: bool = False
    sites: SiteEffects | None = None
    plausible_range: tuple[float, float] | None = None

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
        if self.sites is not None:
            plain["sites"] = encode(self.sites)
            if self.plausible_range is not None:
                plain["sites"]["plausible_range_95"] = list(self.plausible_range)
        if self.explanation is not None:
            plain["explanation"] = self.explanation.to_dict()
        return plain


class Model:
    """A bundle ready to predict; `hiprisk.load` makes one.

    Parameters
    ----------
    bundle : Bundle

    Attributes
    ----------
    bundle : Bundle
        The bundle, every hash of which was found right.
    sheet : Sheet
        The model as a document: variables, coefficients or trees, outcome, provenance.

    Examples
    --------
    >>> import hiprisk
    >>> model = hiprisk.load("invented-womac")
    >>> [variable.name for variable in model.sheet.variables][:3]
    ['age_years', 'sex', 'lbp_any']
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

        Returns
        -------
        PatientPrediction
            `values` has the names of a scored file's columns; `to_dict()` is what ``hiprisk
            predict --json`` prints.

        Raises
        ------
        InputError
            If a name is no variable of the model, or a value cannot be used.

        Examples
        --------
        >>> import hiprisk
        >>> model = hiprisk.load("invented-womac")
        >>> found = model.predict(age_years=60, womac_function_0_100=40)
        >>> round(found.values["predicted"], 1), found.values["imputed"]
        (38.8, ['sex', 'lbp_any', 'hip_flexion_right_deg'])
        """
        return self._prediction({**(patient or {}), **variables}, explained=False)

    def answer(self, patient: Mapping[str, object]) -> Mapping[str, Any]:
        """One patient's answer as a scored file has it: a refusal is a ``reason``, no error.

        Parameters
        ----------
        patient : mapping
            Variables by name; None or an absent name is "not known".

        Returns
        -------
        mapping
            The columns of a scored file by name.

        Raises
        ------
        InputError
            If a name is no variable of the model.

        Examples
        --------
        >>> import hiprisk
        >>> hiprisk.load("invented-womac").answer({"age_years": 300})["reason"]
        ['OUT_OF_RANGE(age_years)', 'TOO_MANY_MISSING']
        """
        return answers_of(self.evaluator, self.evaluate(patient)).row()

    def explain(
        self, patient: Mapping[str, object] | None = None, /, **variables: object
    ) -> PatientPrediction:
        """As `predict`, with what the model's answer rests on and how far to trust it.

        Parameters and errors are those of `predict`.

        Returns
        -------
        PatientPrediction
            Its `explanation` has contributions of the variables, and what widens the interval.

        Examples
        --------
        >>> import hiprisk
        >>> model = hiprisk.load("invented-womac")
        >>> found = model.explain(age_years=60, womac_function_0_100=40)
        >>> found.explanation is None
        False
        """
        return self._prediction({**(patient or {}), **variables}, explained=True)

    def _prediction(self, given: Mapping[str, object], *, explained: bool) -> PatientPrediction:
        evaluation = self.evaluate(given)
        reasons = evaluation.assessment.reasons.of_row(0)
        if reasons:
            raise self._refusal(reasons, given)
        return self.prediction_of(evaluation, explained=explained)

    def evaluate(self, patient: Mapping[str, object]) -> Evaluation:
        """One patient, read, assessed and predicted; a refusal is among the reasons.

        Parameters
        ----------
        patient : mapping
            Variables by name.

        Returns
        -------
        Evaluation
            For `prediction_of`.

        Raises
        ------
        InputError
            If a name is no variable of the model.
        """
        # A misspelt name would be imputed in silence, as if the variable were not known.
        known = {spec.name for spec in self.sheet.variables}
        unknown = sorted(set(patient) - known)
        if unknown:
            raise InputError(
                f"'{unknown[0]}' is no variable of this model",
                code="UNKNOWN_VARIABLE",
                column=unknown[0],
                advice="hiprisk template lists the variables",
            )
        return evaluate(self.evaluator, read_rows(self.sheet.variables, [patient]))

    def prediction_of(self, evaluation: Evaluation, *, explained: bool) -> PatientPrediction:
        """What is said of one patient who may be predicted.

        Parameters
        ----------
        evaluation : Evaluation
            Of `evaluate`, without a reason.
        explained : bool
            Whether the explanation is wanted too.

        Returns
        -------
        PatientPrediction
        """
        answers = answers_of(self.evaluator, evaluation)
        explanation = None
        if explained:
            # Its parts are imported only where asked for: a plain prediction starts faster.
            from hiprisk.serving.explanation import explain_patient

            explanation = explain_patient(self.evaluator, evaluation, self.reference, self.exposure)
        values = answers.row()
        risk = values.get("risk")
        return PatientPrediction(
            values=values,
            flags=answers.flags.of_row(0),
            estimand=self.sheet.outcome.estimand,
            provenance=self.sheet.provenance,
            intended_use=self.sheet.intended_use,
            bundle_sha256=self.bundle.sha256,
            explanation=explanation,
            invented=bool(self.sheet.invented),
            sites=self.sheet.sites,
            plausible_range=plausible_range(self.sheet, risk) if isinstance(risk, float) else None,
        )

    @cached_property
    def reference(self) -> Reference | None:
        """The patient to compare with, evaluated once for all; None where nobody is known."""
        from hiprisk.serving.explanation import reference_of
        from hiprisk.serving.reference import reference_patient

        if not self.sheet.has_reference_population:
            return None
        return reference_of(self.evaluator, reference_patient(self.sheet, self.bundle.config))

    @cached_property
    def exposure(self) -> Exposure | None:
        """The exposure of the model's study, where it is a category of the model."""
        from hiprisk.serving.reference import exposure_of

        return exposure_of(self.sheet, self.bundle.config)

    def problem_with(self, name: str, value: object) -> str | None:
        """The rule that a value of one variable breaks, in words; None where it may be used.

        Examples
        --------
        >>> import hiprisk
        >>> hiprisk.load("invented-womac").problem_with("age_years", 60) is None
        True
        """
        found = assess(self.sheet, read_rows(self.sheet.variables, [{name: value}])).reasons
        reasons = [reason for reason in found.masks if reason.variable == name]
        return rule_broken(self.sheet, reasons[0]) + came_text(value) if reasons else None

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Answers of every row of a frame; `hiprisk.score` adds mapping, units and counts.

        Parameters
        ----------
        frame : DataFrame
            Columns with the names of the model's variables, or with those that they had where it
            was fitted: numbers as numbers or text, categories as text; missing as NaN, NA or None.

        Returns
        -------
        DataFrame
            The added columns only, rows in the same order under the same index.

        Raises
        ------
        InputError
            If no column is a variable of the model, or one is there in another letter case or
            twice.

        Examples
        --------
        >>> import hiprisk
        >>> cohort = hiprisk.simulate_cohort("stupar", n=50, seed=6).frame
        >>> hiprisk.load("invented-womac").score(cohort)["predicted"].head(2).round(1).tolist()
        [42.9, 76.5]
        """
        from hiprisk.serving.dataframe import answer_frame, under_own_names

        return answer_frame(self.evaluator, under_own_names(frame, self.sheet, self.bundle.config))

    def _refusal(self, reasons: Sequence[Note], given: Mapping[str, object]) -> InputError:
        # Reasons of values come before those of the whole row.
        first, *others = reasons
        shown = first.variable and first.code != "UNIT_SUSPECT"
        advice = advice_on(first)
        if first.code == "TOO_MANY_MISSING":
            lacking = [s for s in self.sheet.variables if is_missing(given.get(s.name))]
            if not self.sheet.has_reference_population:
                named = ", ".join(spec.name for spec in lacking)
                advice = f"this model fills nothing in; give {named} as well"
            else:
                heaviest = sorted(lacking, key=lambda spec: -spec.weight)[:MOST_NAMED]
                advice = f"{advice}: {', '.join(spec.name for spec in heaviest)} matter most"
        return InputError(
            rule_broken(self.sheet, first)
            + (came_text(given[first.variable]) if shown else "")
            + "".join(map(_further, others)),
            code=first.code,
            column=first.variable or None,
            advice=advice,
        )


def _further(reason: Note) -> str:
    """A reason beside the first; a value that cannot be used counts as unknown."""
    if reason.code == "TOO_MANY_MISSING":
        return "; without it too little is known for a prediction"
    return f"; also {reason}"


def load(
    reference: Path | str,
    *,
    root: Path | str = "models",
    expect_sha256: str | None = None,
    trusted_keys: Sequence[Path | str] = (),
) -> Model:
    """Load a model from its bundle.

    Parameters
    ----------
    reference : path-like
        A bundle's folder, a model's folder, or ``name`` or ``name@version`` below `root`.
    root : path-like
        Folder of all models.
    expect_sha256 : str or None
        The ``bundle_sha256`` that the model must have, known from elsewhere.
    trusted_keys : sequence of path-like
        Files of public keys (PEM, Ed25519); the owner of one of them must have signed the bundle.

    Returns
    -------
    Model
        With `predict`, `explain` and `score`.

    Raises
    ------
    BundleError
        If the bundle is not what its manifest promises, has another hash, or is not signed by a
        trusted key.
    StoreError
        If there is no such bundle.

    Examples
    --------
    >>> import hiprisk
    >>> model = hiprisk.load("invented-womac")
    >>> model.sheet.outcome.variable
    'womac_function_followup_0_100'
    """
    return Model(
        read_bundle(reference, root=root, expect_sha256=expect_sha256, trusted_keys=trusted_keys)
    )
