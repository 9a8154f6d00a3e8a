"""Values that a model takes, read from a patient's record in FHIR R4, with dates and omissions.

Nothing of a record is repeated but values, their dates and our own words: no identifier, no text.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.errors import InputError
from hiprisk.serving.fhir.code_map import UCUM_UNITS, CodeMap, ObservationCode
from hiprisk.serving.fhir.risk_assessment import UCUM
from hiprisk.values import NOT_A_NUMBER, is_missing, read_number

USABLE_STATUS = ("final", "amended", "corrected")
# A clock may be a little fast, and a day begins up to 14 hours earlier elsewhere.
CLOCK_SLACK = dt.timedelta(minutes=5)
EASTERNMOST = dt.timedelta(hours=14)

REASONS: Mapping[str, str] = {
    "ABSENT": "not in the record",
    "AFTER_NOW": "dated in the future",
    "BIRTH_DATE": "no complete birth date in the record",
    "COMPARATOR": "recorded with a comparator, not as a value",
    "NO_DATE": "no readable date",
    "NO_VALUE": "no readable value",
    "OTHER_PATIENT": "of another patient, or without a subject",
    "SEX": "recorded as neither female nor male",
    "STATUS": "not a final value",
    "TIED": "several values at the same time",
    "TOO_OLD": "older than the code map allows",
    "UNIT": "no unit that can be converted",
    "UNKNOWN_CODE": "a code that the code map does not declare",
}

_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?)?)?"
)

_VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A value that was read.

    Attributes
    ----------
    recorded : str
        Day, or what the record has of it; empty for what the Patient itself says.
    converted_from : str
        UCUM code of the record's unit, where it was converted; else empty.
    """

    variable: str
    value: float | str
    recorded: str = ""
    converted_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """Why a variable has no value, or a recorded value was not used; a key of `REASONS`."""

    variable: str
    code: str
    recorded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a record gives to a model."""

    used: tuple[Used, ...]
    unused: tuple[Unused, ...]
    deceased: bool = False

    @property
    def values(self) -> dict[str, float | str]:
        """Variables as `Model.predict` takes them."""
        return {item.variable: item.value for item in self.used}


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time of the record, as exact as it was written."""

    start: dt.datetime
    end: dt.datetime
    shown: str

    @classmethod
    def read(cls, text: object) -> _Moment | None:
        found = _DATE_TIME.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            return None
        year, month, day, clock, _, zone = found.groups()
        try:
            if clock is not None:
                offset = "+00:00" if zone == "Z" else zone
                start = dt.datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{offset}")
                return cls(start, start, str(text)[:10])
            start = dt.datetime(int(year), int(month or 1), int(day or 1), tzinfo=dt.UTC)
            span = 1 if day else 31 if month else 366
            return cls(start, start + dt.timedelta(days=span), str(text))
        except (ValueError, OverflowError):
            return None

    def is_after(self, now: dt.datetime) -> bool:
        slack = CLOCK_SLACK if self.start == self.end else EASTERNMOST
        return self.start - slack > now


def read_record(
    resources: Iterable[object],
    *,
    patient_names: frozenset[str],
    code_map: CodeMap,
    variables: Sequence[str],
    now: dt.datetime,
) -> Record:
    """Read what a model's variables are from the resources of one patient.

    Parameters
    ----------
    resources : iterable
        Patient and Observation resources as JSON values; others are ignored.
    patient_names : frozenset of str
        The references that mean the patient, whole: ``Patient/123``, and where its server is
        known ``https://ehr.example/fhir/Patient/123``.
    code_map : CodeMap
    variables : sequence of str
        Names of the model's variables.
    now : datetime
        With its time zone.

    Returns
    -------
    Record
        The newest final Observation of each variable that is of this patient, not after `now` and
        not older than the map allows. If that one cannot be read, no older one stands in.

    Raises
    ------
    InputError
        If a Patient is another one.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    patient: Mapping[str, Any] | None = None
    by_code = {code: name for name, c in code_map.observations.items() for code in c.codes}
    for resource in resources:
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if isinstance(resource, dict) and kind == "Patient":
            if not _is_named(resource, patient_names):
                raise InputError(
                    "the record holds a Patient other than the one asked about",
                    code="OTHER_PATIENT",
                    advice="send the record of one patient",
                )
            patient = resource
        elif isinstance(resource, dict) and kind == "Observation":
            for name in {by_code[code] for code in _codes(resource.get("code")) if code in by_code}:
                found.setdefault(name, []).append(resource)
    used: list[Used] = []
    unused: list[Unused] = []
    for name in variables:
        if name in found:
            reader = _Reader(name, code_map, patient_names, now)
            reader.read(found[name])
        else:
            reader = _Reader(name, code_map, patient_names, now)
            reader.read_patient(patient)
        used += reader.used
        unused += reader.unused
    return Record(used=tuple(used), unused=tuple(unused), deceased=_is_deceased(patient))


def _is_deceased(patient: Mapping[str, Any] | None) -> bool:
    if patient is None:
        return False
    return patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient


def _codes(concept: object) -> list[str]:
    """``system|code`` of each coding of a CodeableConcept."""
    coding = concept.get("coding") if isinstance(concept, dict) else None
    entries = coding if isinstance(coding, list) else []
    return [
        f"{entry.get('system')}|{entry.get('code')}" for entry in entries if isinstance(entry, dict)
    ]


class _Reader:
    """Reads one variable."""

    def __init__(
        self, name: str, code_map: CodeMap, patient_names: frozenset[str], now: dt.datetime
    ) -> None:
        self._name = name
        self._map = code_map
        self._patient_names = patient_names
        self._now = now
        self.used: list[Used] = []
        self.unused: list[Unused] = []

    def _leave_out(self, code: str, recorded: str = "") -> None:
        self.unused.append(Unused(variable=self._name, code=code, recorded=recorded))

    def read_patient(self, patient: Mapping[str, Any] | None) -> None:
        """A variable that the Patient itself tells."""
        part = self._map.patient.get(self._name)
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

    def read(self, observations: Sequence[Mapping[str, Any]]) -> None:
        """The newest usable Observation; the others are not used, with the reason."""
        source = self._map.observations[self._name]
        dated: list[tuple[_Moment, Mapping[str, Any]]] = []
        for observation in observations:
            moment = _effective(observation)
            code = self._objection(observation, moment, source)
            if code is None and moment is not None:
                dated.append((moment, observation))
            elif code is not None:
                self._leave_out(code, moment.shown if moment else "")
        if not dated:
            return
        # What is recorded by the day may be as new as what is recorded by the minute.
        newest = max(moment.start for moment, _ in dated)
        tied = [(m, o) for m, o in dated if m.end > newest or m.start == newest]
        self.unused = [note for note in self.unused if note.code != "TOO_OLD"]
        self._take(tied, source)

    def _objection(
        self, observation: Mapping[str, Any], moment: _Moment | None, source: ObservationCode
    ) -> str | None:
        if not is_of_patient(observation.get("subject"), self._patient_names):
            return "OTHER_PATIENT"
        if observation.get("status") not in USABLE_STATUS:
            return "STATUS"
        if moment is None:
            return "NO_DATE"
        if moment.is_after(self._now):
            return "AFTER_NOW"
        oldest = dt.timedelta(days=source.max_age_days or self._map.max_age_days)
        return "TOO_OLD" if self._now - moment.start > oldest else None

    def _take(
        self, tied: Sequence[tuple[_Moment, Mapping[str, Any]]], source: ObservationCode
    ) -> None:
        readings = [self._value(observation, source) for _, observation in tied]
        shown = max(tied, key=lambda item: item[0].start)[0].shown
        problems = [reading for reading in readings if isinstance(reading, _Unreadable)]
        values = [reading for reading in readings if not isinstance(reading, _Unreadable)]
        if problems:
            self._leave_out(problems[0].code, shown)
        elif len({value for value, _ in values}) > 1:
            self._leave_out("TIED", shown)
        else:
            value, unit = values[0]
            self.used.append(
                Used(variable=self._name, value=value, recorded=shown, converted_from=unit)
            )

    def _value(
        self, observation: Mapping[str, Any], source: ObservationCode
    ) -> tuple[float | str, str] | _Unreadable:
        variable = load_dictionary()[self._name]
        if variable.kind == "category":
            return _level(observation, source)
        return _number(observation, variable, source)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    code: str


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


def _effective(observation: Mapping[str, Any]) -> _Moment | None:
    for key in ("effectiveDateTime", "effectiveInstant"):
        if key in observation:
            return _Moment.read(observation[key])
    period = observation.get("effectivePeriod")
    if not isinstance(period, dict):
        return None
    return _Moment.read(period.get("end", period.get("start")))


def completed_years(birth_date: object, today: dt.date) -> int | None:
    """Age in completed years; None where the birth date is not whole or lies after today."""
    if not isinstance(birth_date, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", birth_date):
        return None
    try:
        born = dt.date.fromisoformat(birth_date)
    except ValueError:
        return None
    if born > today:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _number(
    observation: Mapping[str, Any], variable: Variable, source: ObservationCode
) -> tuple[float | str, str] | _Unreadable:
    quantity = observation.get("valueQuantity")
    if not isinstance(quantity, dict):
        return _Unreadable("NO_VALUE")
    value = quantity.get("value")
    if isinstance(value, str) or is_missing(value):
        return _Unreadable("NO_VALUE")  # JSON has a number here, not the text of one
    number, problem = read_number(value)
    if problem == NOT_A_NUMBER:
        return _Unreadable("NO_VALUE")
    if quantity.get("comparator"):
        return _Unreadable("COMPARATOR")
    unit = quantity.get("code")
    if quantity.get("system") != UCUM or not isinstance(unit, str):
        return _Unreadable("UNIT")
    own, factor = UCUM_UNITS.get(unit, ("", 1.0))
    if own != variable.unit and unit not in source.units:
        return _Unreadable("UNIT")
    # What is too large stays so in every unit: the model refuses it by its own rule.
    number = math.inf if problem else number * (factor if own == variable.unit else 1.0)
    if source.from_range is not None and variable.hard is not None:
        low, high = source.from_range
        span = variable.hard[1] - variable.hard[0]
        number = variable.hard[0] + (number - low) * span / (high - low)
    changed = source.from_range is not None or factor != 1.0
    return number, unit if changed else ""


def _level(
    observation: Mapping[str, Any], source: ObservationCode
) -> tuple[float | str, str] | _Unreadable:
    truth = observation.get("valueBoolean")
    if isinstance(truth, bool):
        codes = ["true" if truth else "false"]
    else:
        codes = _codes(observation.get("valueCodeableConcept"))
    if not codes:
        return _Unreadable("NO_VALUE")
    levels = {source.values[code] for code in codes if code in source.values}
    if len(levels) != 1:
        return _Unreadable("UNKNOWN_CODE")
    return levels.pop(), ""
