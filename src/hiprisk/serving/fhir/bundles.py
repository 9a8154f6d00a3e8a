"""A record as servers send it: Bundles in Bundles, contained resources, pages, refused queries."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hiprisk.errors import BundleError, InputError
from hiprisk.serving.fhir.code_map import CodeMap
from hiprisk.serving.fhir.observations import codes_of, observation_parts
from hiprisk.sheet.document.strict_json import canonical_json, parse_strict

FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
# Of a paged search for all that is known of a patient; and answers nested in groups in groups.
MAX_RECORD_BYTES = 16 << 20
MAX_RECORD_DEPTH = 64
# Four times what a record of that size holds: more is made to keep the reader busy.
MAX_RECORD_PARTS = 1_000_000

_READ = frozenset(
    {"Bundle", "Patient", "Observation", "QuestionnaireResponse", "Questionnaire",
     "OperationOutcome"}
)  # fmt: skip
_NEVER_READ = frozenset({"text", "meta", "extension"})
_CONTAINED = frozenset({"Observation", "QuestionnaireResponse"})
# R4's own codes. What a server writes beside them is not repeated: it may name the patient.
_SEVERITIES = ("fatal", "error", "warning", "information")
_ISSUES = frozenset(
    {"invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
     "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
     "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
     "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
     "exception", "timeout", "incomplete", "throttled", "informational"}
)  # fmt: skip
INCOMPLETE = (
    "the record has further pages that were not sent (link next): a newer value may be there"
)


def read_record_document(
    raw: bytes, code_map: CodeMap, *, name: str, max_bytes: int = MAX_RECORD_BYTES
) -> Any:
    """The JSON of a record, or of a request that carries one, without what is not mapped.

    Raises
    ------
    BundleError
        On anything that `hiprisk.sheet.document.strict_json` refuses, and on more objects and
        lists than any record has.
    """
    if sum(raw.count(bracket, 0, max_bytes) for bracket in (b"{", b"[")) > MAX_RECORD_PARTS:
        raise BundleError(
            f"the file holds more than {MAX_RECORD_PARTS} objects and lists",
            code="TOO_LARGE",
            file=name,
        )
    # Programs of Windows write a mark at the start of a text; it says nothing here.
    plain = raw.removeprefix(codecs.BOM_UTF8)
    return parse_strict(
        plain, name=name, max_bytes=max_bytes, max_depth=MAX_RECORD_DEPTH, keep=_keeper(code_map)
    )


def _keeper(code_map: CodeMap) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What is kept of each object as it is parsed: a record is large, what is used of it is not."""
    mapped = {code for source in code_map.observations.values() for code in source.codes}

    def keep(resource: dict[str, Any]) -> dict[str, Any]:
        if "resourceType" not in resource:
            # The narrative of a resource.
            resource.pop("div", None)
            return resource
        kind = _kind(resource)
        is_read = kind in _READ
        if kind == "Observation":
            parts = observation_parts(resource)
            is_read = any(mapped.intersection(codes_of(part.get("code"))) for part in parts)
        if is_read:
            return {key: one for key, one in resource.items() if key not in _NEVER_READ}
        contained = resource.get("contained")
        return {"resourceType": kind, **({"contained": contained} if contained else {})}

    return keep


@dataclass(frozen=True, slots=True)
class RecordBundle:
    """Resources of a Bundle and the references that mean its one patient.

    Attributes
    ----------
    resources : tuple
        Also those in Bundles inside it, and contained ones.
    subject : str or None
        Reference to the Patient, where it has an id.
    remarks : tuple of str
        What is to be said of the record as a whole; see `remarks_of`.
    """

    resources: tuple[object, ...]
    patient_names: frozenset[str]
    subject: str | None
    remarks: tuple[str, ...] = ()


def read_bundle_resource(document: Mapping[str, Any], *, show_text: bool = False) -> RecordBundle:
    """The resources of a FHIR Bundle that holds one Patient.

    Parameters
    ----------
    document : mapping
    show_text : bool
        Whether a refusal may show the text of an OperationOutcome, which may name the patient.

    Raises
    ------
    InputError
        If it is no Bundle but, for instance, the server's OperationOutcome, or holds no Patient or
        several.
    """
    if document.get("resourceType") == "OperationOutcome":
        raise _refused_by_server(document, show_text=show_text)
    if document.get("resourceType") != "Bundle" or not isinstance(document.get("entry"), list):
        raise _no_record("the body must be a FHIR Bundle with entries")
    entries = list(_entries(document))
    remarks = remarks_of(document)
    patients = _distinct_patients(entries)
    outcomes = [one for _, one in entries
                if isinstance(one, dict) and _kind(one) == "OperationOutcome"]  # fmt: skip
    if outcomes and not patients:
        raise _refused_by_server(outcomes[0], show_text=show_text)
    if len(patients) != 1:
        raise _no_record(f"the Bundle must hold one Patient; it holds {len(patients)}")
    url, patient = patients[0]
    given = patient.get("id")
    if given is not None and not (isinstance(given, str) and FHIR_ID.fullmatch(given)):
        raise _no_record("the Patient's id is no FHIR id")
    subject = f"Patient/{given}" if isinstance(given, str) else None
    # A fullUrl is absolute (R4): one that is not could name somebody else.
    absolute = url if isinstance(url, str) and ":" in url else None
    names = frozenset(name for name in (subject, absolute) if name is not None)
    return RecordBundle(tuple(resource for _, resource in entries), names, subject, remarks)


def bundle_resources(value: object) -> list[object]:
    """Resources of a prefetched value: itself, or what is in a searchset; contained ones too."""
    return [resource for _, resource in _entries({"entry": [{"resource": value}]})]


def remarks_of(value: object) -> tuple[str, ...]:
    """What a reader must know of a record as a whole: missing pages, queries that failed."""
    said: dict[str, None] = {}
    for _, resource in _with_bundles({"entry": [{"resource": value}]}):
        kind = _kind(resource)
        if not isinstance(resource, dict):
            continue
        if kind == "Bundle" and _has_next(resource) and not _is_newest_first(resource):
            said[INCOMPLETE] = None
        if kind == "OperationOutcome" and _severities(resource) & {"fatal", "error", "warning"}:
            words = outcome_in_words(resource)
            said[f"the FHIR server answered a query with an OperationOutcome ({words})"] = None
    return tuple(said)


def outcome_in_words(outcome: Mapping[str, Any]) -> str:
    """Severity and code of the issues of an OperationOutcome; no text of the server's."""
    told: dict[str, None] = {}
    for severity in _SEVERITIES:
        for issue in _issues(outcome):
            if issue.get("severity") == severity:
                code = str(issue.get("code"))
                told[f"{severity}, {code}" if code in _ISSUES else severity] = None
    return "; ".join(list(told)[:3]) or "without an issue"


def _severities(outcome: Mapping[str, Any]) -> set[str]:
    return {str(issue.get("severity")) for issue in _issues(outcome)}


def _issues(outcome: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    issues = outcome.get("issue")
    return [one for one in issues if isinstance(one, dict)] if isinstance(issues, list) else []


def _entries(bundle: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    """``fullUrl`` and resource of each entry that is no Bundle itself, then what it contains."""
    for url, resource in _with_bundles(bundle):
        if _kind(resource) != "Bundle":
            yield url, resource
        contained = resource.get("contained") if isinstance(resource, dict) else None
        for inner in contained if isinstance(contained, list) else []:
            # A contained Patient is known inside its container only.
            if _kind(inner) in _CONTAINED:
                yield None, inner


def _with_bundles(bundle: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    """Every entry, also of Bundles in Bundles (the answers to a batch), without recursion."""
    waiting = [bundle]
    while waiting:
        entries = waiting.pop().get("entry")
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict):
                continue
            resource = entry.get("resource")
            yield entry.get("fullUrl"), resource
            response = entry.get("response")
            if isinstance(response, dict) and "outcome" in response:
                yield None, response["outcome"]
            if isinstance(resource, dict) and _kind(resource) == "Bundle":
                waiting.append(resource)


def _kind(resource: object) -> str:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return kind if isinstance(kind, str) else ""


def _distinct_patients(
    entries: list[tuple[object, object]],
) -> list[tuple[object, Mapping[str, Any]]]:
    """Each Patient once: pages of one search and answers of one batch repeat it."""
    found: dict[str, tuple[object, Mapping[str, Any]]] = {}
    for url, resource in entries:
        if isinstance(resource, dict) and _kind(resource) == "Patient":
            same = canonical_json(resource)
            known = found.get(same)
            if known is None or known[0] is None:
                found[same] = (url, resource)
    return list(found.values())


def _links(bundle: Mapping[str, Any]) -> dict[str, str]:
    links = bundle.get("link")
    return {
        str(link.get("relation")): link["url"]
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict) and isinstance(link.get("url"), str)
    }


def _has_next(bundle: Mapping[str, Any]) -> bool:
    return "next" in _links(bundle)


def _is_newest_first(bundle: Mapping[str, Any]) -> bool:
    """Whether a search was sorted by date, newest first: later pages are then older.

    The link ``self`` says what the server did, not only what it was asked for.
    """
    try:
        query = parse_qs(urlsplit(_links(bundle).get("self", "")).query)
    except ValueError:
        return False
    return any(sort.split(",")[0] in ("-date", "-authored") for sort in query.get("_sort", ()))


def _text_of_server(outcome: Mapping[str, Any]) -> str:
    for issue in _issues(outcome):
        details = issue.get("details")
        told = details.get("text") if isinstance(details, dict) else None
        text = told or issue.get("diagnostics")
        if isinstance(text, str):
            return f": {text[:200]!r}"
    return ""


def _refused_by_server(outcome: Mapping[str, Any], *, show_text: bool) -> InputError:
    words = outcome_in_words(outcome) + (_text_of_server(outcome) if show_text else "")
    return InputError(
        f"this is no record: the FHIR server answered with an OperationOutcome ({words})",
        code="OPERATION_OUTCOME",
        advice="ask the FHIR server again; its text says what it lacks (a right, a patient, time)",
    )


def _no_record(reason: str) -> InputError:
    return InputError(
        reason,
        code="NOT_A_RECORD",
        advice="send a Bundle of one Patient and that patient's Observations",
    )
