"""Values that a model takes, read from a patient's record in FHIR R4, with dates and omissions.

Nothing of a record is repeated but values, their dates and our own words: no identifier, no text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiprisk.errors import InputError
from hiprisk.serving.fhir.code_map import CodeMap, ObservationCode, QuestionnaireItems
from hiprisk.serving.fhir.moments import Moment, completed_years, effective
from hiprisk.serving.fhir.observations import (
    Reading,
    Unreadable,
    codes_of,
    is_of_body_site,
    observation_parts,
    read_observation,
)
from hiprisk.serving.fhir.questionnaires import Questionnaires, answers_instrument, read_response
from hiprisk.sheet.format import VariableSpec

FINAL_OBSERVATION = ("final", "amended", "corrected")
FINAL_RESPONSE = ("completed", "amended")

DECEASED = "the record says that the patient has died"
REASONS: Mapping[str, str] = {
    "ABSENT": "not in the record",
    "AFTER_NOW": "dated in the future",
    "BIRTH_DATE": "no complete birth date in the record",
    "BODY_SITE": "no body site, and the code map tells two apart",
    "COMPARATOR": "recorded with a comparator, not as a value",
    "DATA_ABSENT": "recorded as absent (dataAbsentReason)",
    "ISSUED": "no date but when it was issued, which may be long after",
    "ITEMS_MISSING": "too many of its items have no answer",
    "ITEM_ANSWER": "an item has an answer that the code map does not declare",
    "ITEM_REPEATED": "an item has several answers that differ",
    "MODIFIED": "changed by an extension that is not known (modifierExtension)",
    "NO_DATE": "no readable date",
    "NO_QUESTIONNAIRE": "the record lacks the Questionnaire that tells the codes of the items",
    "NO_VALUE": "no readable value",
    "OFF_SCALE": "an item has an answer off its scale",
    "OTHER_PATIENT": "of another patient, or without a subject",
    "SEX": "recorded as neither female nor male",
    "STATUS": "not a final value",
    "TIED": "several values at the same time",
    "TOO_OLD": "older than the code map allows",
    "UNIT": "no unit that can be converted",
    "UNKNOWN_CODE": "a code that the code map does not declare",
}

_VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A value that was read.

    Attributes
    ----------
    recorded : str
        Day, or what the record has of it; empty for what the Patient itself says.
    converted_from : str
        UCUM code of the record's unit, or its scale, where it was converted; else empty.
    items : str
        How many items a score was computed from, in words; else empty.
    """

    variable: str
    value: float | str
    recorded: str = ""
    converted_from: str = ""
    items: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """Why a variable has no value, or recorded values were not used.

    Attributes
    ----------
    code : str
        A key of `REASONS`.
    recorded : str
        Day of the newest of them.
    count : int
        Recorded values with this reason.
    """

    variable: str
    code: str
    recorded: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a record gives to a model.

    Attributes
    ----------
    remarks : tuple of str
        What is to be said of the record as a whole, such as that it is incomplete.
    """

    used: tuple[Used, ...]
    unused: tuple[Unused, ...]
    deceased: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, float | str]:
        """Variables as `Model.predict` takes them."""
        return {item.variable: item.value for item in self.used}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """Something recorded of one variable, read only if it is the newest."""

    subjects: tuple[object, ...]
    is_final: bool
    is_modified: bool
    when: Moment | None
    without_date: str
    oldest_days: int
    read: Callable[[], Reading | Unreadable]


def read_record(
    resources: Iterable[object],
    *,
    patient_names: frozenset[str],
    code_map: CodeMap,
    variables: Sequence[VariableSpec],
    now: dt.datetime,
    remarks: tuple[str, ...] = (),
) -> Record:
    """Read what a model's variables are from the resources of one patient.

    Parameters
    ----------
    resources : iterable
        Patient, Observation and QuestionnaireResponse resources as JSON values, and Questionnaires
        that say the codes of items; others are ignored.
    patient_names : frozenset of str
        The references that mean the patient, whole: ``Patient/123``, and where its server is
        known ``https://ehr.example/fhir/Patient/123``.
    code_map : CodeMap
    variables : sequence of VariableSpec
        Of the model.
    now : datetime
        With its time zone.
    remarks : tuple of str
        What is already known of the record as a whole.

    Returns
    -------
    Record
        The newest final Observation or completed response of each variable that is of this
        patient, not after `now` and not older than the map allows. If that one cannot be read, no
        older one stands in.

    Raises
    ------
    InputError
        If a Patient is another one.
    """
    of_kind = _by_kind(resources)
    patient = _patient(of_kind["Patient"], patient_names)
    found: dict[str, list[_Candidate]] = defaultdict(list)
    for name, candidate in _candidates(of_kind, {spec.name: spec for spec in variables}, code_map):
        found[name].append(candidate)
    used: list[Used] = []
    unused: list[Unused] = []
    for spec in variables:
        reader = _Reader(spec.name, patient_names, now)
        if spec.name in found:
            reader.read(found[spec.name])
        else:
            reader.read_patient(patient, code_map.patient.get(spec.name))
        used += reader.used
        unused += reader.unused
    deceased = _is_deceased(patient)
    if deceased:
        remarks = (*remarks, DECEASED)
    return Record(used=tuple(used), unused=tuple(unused), deceased=deceased, remarks=remarks)


def _by_kind(resources: Iterable[object]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for resource in resources:
        if isinstance(resource, dict):
            found[str(resource.get("resourceType"))].append(resource)
    return found


def _patient(
    patients: Sequence[Mapping[str, Any]], patient_names: frozenset[str]
) -> Mapping[str, Any] | None:
    for patient in patients:
        if not _is_named(patient, patient_names):
            raise InputError(
                "the record holds a Patient other than the one asked about",
                code="OTHER_PATIENT",
                advice="send the record of one patient",
            )
    return patients[-1] if patients else None


def _is_deceased(patient: Mapping[str, Any] | None) -> bool:
    if patient is None:
        return False
    return patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient


def _candidates(
    of_kind: Mapping[str, list[Mapping[str, Any]]],
    variables: Mapping[str, VariableSpec],
    code_map: CodeMap,
) -> Iterator[tuple[str, _Candidate]]:
    """Each variable of the model beside each thing that was recorded of it."""
    mapped = {name: one for name, one in code_map.observations.items() if name in variables}
    by_code: dict[str, list[str]] = defaultdict(list)
    for name, source in mapped.items():
        for code in source.codes:
            by_code[code].append(name)
    for observation in of_kind.get("Observation", ()):
        for part in observation_parts(observation):
            codes = codes_of(part.get("code"))
            for name in {name for code in codes for name in by_code.get(code, ())}:
                if is_of_body_site(part, mapped[name]):
                    oldest = code_map.oldest(mapped[name])
                    yield name, _of_observation(part, variables[name], mapped[name], oldest)
    questionnaires = Questionnaires(of_kind.get("Questionnaire", ()))
    for response in of_kind.get("QuestionnaireResponse", ()):
        for name, items in code_map.questionnaires.items():
            if name in variables and answers_instrument(response, items, questionnaires):
                oldest = code_map.oldest(items)
                yield name, _of_response(response, items, questionnaires, oldest)


def _of_observation(
    observation: Mapping[str, Any], variable: VariableSpec, source: ObservationCode, oldest: int
) -> _Candidate:
    dated = any(key.startswith("effective") for key in observation)
    focus = observation.get("focus")
    return _Candidate(
        # Of a mother's unborn child, for instance, the subject is the mother and the focus not.
        subjects=(observation.get("subject"), *(focus if isinstance(focus, list) else ())),
        is_final=observation.get("status") in FINAL_OBSERVATION,
        is_modified=bool(observation.get("modifierExtension")),
        when=effective(observation),
        without_date="ISSUED" if "issued" in observation and not dated else "NO_DATE",
        oldest_days=oldest,
        read=lambda: read_observation(observation, variable, source),
    )


def _of_response(
    response: Mapping[str, Any],
    source: QuestionnaireItems,
    questionnaires: Questionnaires,
    oldest: int,
) -> _Candidate:
    return _Candidate(
        subjects=(response.get("subject"),),
        is_final=response.get("status") in FINAL_RESPONSE,
        is_modified=bool(response.get("modifierExtension")),
        when=Moment.read(response.get("authored")),
        without_date="NO_DATE",
        oldest_days=oldest,
        read=lambda: read_response(response, source, questionnaires),
    )


class _Reader:
    """Reads one variable."""

    def __init__(self, name: str, patient_names: frozenset[str], now: dt.datetime) -> None:
        self._name = name
        self._patient_names = patient_names
        self._now = now
        self.used: list[Used] = []
        self.unused: list[Unused] = []

    def _leave_out(self, code: str, recorded: str = "", count: int = 1) -> None:
        self.unused.append(Unused(variable=self._name, code=code, recorded=recorded, count=count))

    def read_patient(self, patient: Mapping[str, Any] | None, part: str | None) -> None:
        """A variable that the Patient itself tells."""
        if patient is None or part is None:
            self._leave_out("ABSENT")
        elif part == "gender":
            gender = patient.get("gender")
            if gender in ("female", "male"):
                self.used.append(Used(variable=self._name, value=str(gender)))
            else:
                self._leave_out("SEX" if gender else "ABSENT")
        else:
            years = completed_years(patient.get("birthDate"), self._now.date())
            if years is None:
                self._leave_out("BIRTH_DATE")
            else:
                self.used.append(Used(variable=self._name, value=float(years)))

    def read(self, candidates: Sequence[_Candidate]) -> None:
        """The newest that can be used; the others are not used, with the reason."""
        dated: list[tuple[Moment, _Candidate]] = []
        objections: dict[str, list[str]] = defaultdict(list)
        for candidate in candidates:
            code = self._objection(candidate)
            if code is not None:
                objections[code].append(candidate.when.shown if candidate.when else "")
            elif candidate.when is not None:
                dated.append((candidate.when, candidate))
        if dated:
            # An old value behind a new one is no news.
            objections.pop("TOO_OLD", None)
        for code, days in objections.items():
            self._leave_out(code, max(days), len(days))
        if dated:
            # What is recorded by the day may be as new as what is recorded by the minute.
            newest = max(when.start for when, _ in dated)
            self._take([(w, c) for w, c in dated if w.end > newest or w.start == newest])

    def _objection(self, candidate: _Candidate) -> str | None:
        if not all(is_of_patient(one, self._patient_names) for one in candidate.subjects):
            return "OTHER_PATIENT"
        if not candidate.is_final:
            return "STATUS"
        if candidate.is_modified:
            return "MODIFIED"
        if candidate.when is None:
            return candidate.without_date
        if candidate.when.is_after(self._now):
            return "AFTER_NOW"
        return "TOO_OLD" if candidate.when.is_before(self._now, candidate.oldest_days) else None

    def _take(self, tied: Sequence[tuple[Moment, _Candidate]]) -> None:
        readings = [candidate.read() for _, candidate in tied]
        shown = max(tied, key=lambda item: item[0].start)[0].shown
        problems = [reading for reading in readings if isinstance(reading, Unreadable)]
        values = [reading for reading in readings if isinstance(reading, Reading)]
        if problems:
            self._leave_out(problems[0].code, shown)
        elif len({reading.value for reading in values}) > 1:
            self._leave_out("TIED", shown)
        else:
            first = values[0]
            self.used.append(
                Used(
                    variable=self._name,
                    value=first.value,
                    recorded=shown,
                    converted_from=first.converted_from,
                    items=first.items,
                )
            )


def is_of_patient(subject: object, patient_names: frozenset[str]) -> bool:
    """Whether a reference is one of those that mean the patient, of whatever version.

    The whole reference counts: the same id on another server, or behind another path, is somebody
    else's.
    """
    reference = subject.get("reference") if isinstance(subject, dict) else None
    return isinstance(reference, str) and _VERSION.sub("", reference) in patient_names


def _is_named(patient: Mapping[str, Any], patient_names: frozenset[str]) -> bool:
    """Whether a Patient is the one meant; one without an id only where none was asked for."""
    given = patient.get("id")
    if isinstance(given, str):
        return f"Patient/{given}" in patient_names
    return given is None and not any(name.startswith("Patient/") for name in patient_names)
