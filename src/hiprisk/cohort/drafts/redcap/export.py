"""What is not a variable in a REDCap export: records, events, repeats, statuses of forms.

A raw export has field names and codes, a labelled one has questions and answers.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.drafts.proposals import Proposal, RowChoice
from hiprisk.cohort.drafts.visits import is_first_visit, is_later

# Columns that REDCap adds, in raw and in labelled exports.
_EVENT = ("redcap_event_name", "Event Name")
_INSTRUMENT = ("redcap_repeat_instrument", "Repeat Instrument")
_INSTANCE = ("redcap_repeat_instance", "Repeat Instance")
_GROUP = ("redcap_data_access_group", "Data Access Group")
_ADDED = {
    **dict.fromkeys(_EVENT, "REDCap's event: it chooses rows"),
    **dict.fromkeys(_INSTRUMENT, "REDCap's repeating instrument: it chooses rows"),
    **dict.fromkeys(_INSTANCE, "REDCap's number of a repeated form"),
    **dict.fromkeys(_GROUP, "REDCap's data access group"),
    **dict.fromkeys(("redcap_survey_identifier", "Survey Identifier"), "it names a participant"),
    "Survey Timestamp": "when a survey was answered",
    "Complete?": "REDCap's status of a form",
}
_REPEATED = re.compile(r" \(column \d+\)$")
_CHECKBOX = re.compile(r".+___[a-z0-9_]+")
_CHOICE = re.compile(r"(?P<question>.*) \(choice=(?P<choice>.*)\)", re.DOTALL)
# Joined events stand behind the name.
_JOINED = re.compile(r"(?P<name>.+?)_(?P<event>[a-z0-9_]+_arm_\d+)")
_COMPLETE = re.compile(r"_complete(_[a-z0-9_]+_arm_\d+)?$")
_STATUS = frozenset({"0", "1", "2"})
MOST_EVENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapExport:
    """The structure of an export.

    Attributes
    ----------
    record : str
        Column that names the record: always the first.
    event, instrument : str, optional
        Columns of the event and of the repeating instrument.
    events : tuple of str
        In the order of the file.
    added : mapping of str to str
        Columns that REDCap adds, and what each is.
    """

    record: str
    event: str | None
    instrument: str | None
    events: tuple[str, ...]
    added: Mapping[str, str]

    @property
    def first_event(self) -> str | None:
        """The event that seems to be the first visit."""
        first = [event for event in self.events if is_first_event(event)]
        others = [event for event in self.events if not is_later(_plain(event))]
        return next(iter([*first, *others, *self.events]), None)

    def rows(self) -> RowChoice | None:
        """Which rows a draft reads: those of one event, without repeated forms."""
        where: dict[str, tuple[str, ...]] = {}
        doubts: dict[str, str] = {}
        if self.event is not None and self.first_event is not None:
            where[self.event] = (self.first_event,)
            others = [event for event in self.events if event != self.first_event]
            doubts[self.event] = "the first visit? " + (
                f"other events: {', '.join(others)}" if others else "there is no other event"
            )
        if self.instrument is not None:
            where[self.instrument] = ("",)
            doubts[self.instrument] = "rows of repeated forms are left out"
        return RowChoice(where=where, doubts=doubts) if where else None

    def how_to_join(self, file: str) -> str:
        """The command that puts all events of a person into one row; empty where there is one."""
        if self.event is None or len(self.events) < 2:
            return ""
        events = [self.first_event, *(one for one in self.events if one != self.first_event)]
        words = [
            *("hiprisk", "join", file, "--by", self.record, "--event-column", self.event),
            *("--events", ",".join(map(str, events)), "--out", "joined.csv"),
        ]
        if self.instrument is not None:
            words += ["--where", f"{self.instrument}="]
        return (
            f"{len(events)} events: the draft reads the first; for one row a person, and outcomes "
            f"of later events: {shlex.join(words)}"
        )

    def proposal(self, column: str) -> Proposal | None:
        """What a column is that REDCap adds, or the record; None for any other."""
        if column == self.record:
            return Proposal(column=column, variable="person_id")
        if column in self.added:
            joined = _JOINED.fullmatch(column)
            later = joined is not None and not is_first_event(joined["event"])
            if _header(column) in _GROUP and not later:
                return Proposal(column=column, variable="site", doubts=("is the group a centre?",))
            return Proposal(column=column, left_out=self.added[column])
        return None


def redcap_export(table: pa.Table) -> RedcapExport | None:
    """The structure of a REDCap export, None where a file is none."""
    names = table.column_names
    added = {name: why for name in names if (why := _why_added(name, table))}
    named_so = any(_header(name).lower().startswith("redcap_") for name in names)
    labelled = {"Complete?", "Event Name", "Repeat Instrument"} & set(map(_header, names))
    boxes = any(_CHECKBOX.fullmatch(name) or _CHOICE.fullmatch(name) for name in names)
    statuses = any(why == _ADDED["Complete?"] for why in added.values())
    if not (named_so or labelled or (statuses and (boxes or _is_record(names[0])))):
        return None
    event = _first(names, _EVENT)
    return RedcapExport(
        record=names[0],
        event=event,
        instrument=_first(names, _INSTRUMENT),
        events=_events(table[event]) if event is not None else (),
        added=added,
    )


def is_first_event(event: str) -> bool:
    """Whether an event is called as first visits are."""
    return is_first_visit(_plain(event))


def question_and_choice(header: str) -> tuple[str, str] | None:
    """Question and choice of a checkbox in a labelled export; None for any other header."""
    match = _CHOICE.fullmatch(header)
    return (match["question"], match["choice"]) if match else None


def _header(name: str) -> str:
    """A header without the number that the reader adds to repeated ones, and a joined event."""
    if name.startswith("Complete?"):
        return "Complete?"
    joined = _JOINED.fullmatch(name)
    if joined is not None and joined["name"] in _ADDED:
        return joined["name"]
    return _REPEATED.sub("", name)


def _plain(event: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", event.lower()).strip("_")


def _is_record(name: str) -> bool:
    return name.lower().replace(" ", "_") in ("record_id", "study_id", "subject_id")


def _why_added(name: str, table: pa.Table) -> str:
    header = _header(name)
    if header in _ADDED:
        return _ADDED[header]
    if _COMPLETE.search(header) and _texts(table[name]) <= _STATUS:
        return _ADDED["Complete?"]
    if header.endswith("_timestamp") and not header.startswith("redcap"):
        return _ADDED["Survey Timestamp"]
    return ""


def _texts(cells: pa.ChunkedArray) -> set[str]:
    return {text for cell in pc.unique(cells).to_pylist() if (text := cell.strip())}


def _first(names: Iterable[str], wanted: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in wanted), None)


def _events(cells: pa.ChunkedArray) -> tuple[str, ...]:
    texts = [cell.strip() for cell in pc.unique(cells).to_pylist()]
    # Many different texts are no events.
    return tuple(filter(None, texts)) if len(texts) <= MOST_EVENTS else ()
