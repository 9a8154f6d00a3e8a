"""A score computed from the items of a QuestionnaireResponse."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from hiprisk.cohort.items.instruments import score_items
from hiprisk.errors import InputError
from hiprisk.serving.fhir.code_map import QuestionnaireItems
from hiprisk.serving.fhir.observations import Reading, Unreadable, bare_value, coded, codes_of
from hiprisk.serving.fhir.units import code_of, is_dimensionless
from hiprisk.values import is_missing, one_code, read_number, text_of

_NOT_DECLARED = Unreadable("ITEM_ANSWER")


def canonical(address: object) -> str:
    """A canonical address without its version; empty where it is no text."""
    return address.partition("|")[0] if isinstance(address, str) else ""


class Questionnaires:
    """The Questionnaires of a record: they alone say the codes of items.

    Parameters
    ----------
    resources : iterable of mapping
        Questionnaires.
    """

    def __init__(self, resources: Iterable[Mapping[str, Any]]) -> None:
        self._by_address: dict[str, Mapping[str, Any]] = {}
        self._link_ids: dict[int, dict[str, str]] = {}
        for resource in resources:
            if isinstance(resource.get("url"), str):
                self._by_address[resource["url"]] = resource
            if isinstance(resource.get("id"), str):
                self._by_address[f"Questionnaire/{resource['id']}"] = resource

    def link_ids(self, response: Mapping[str, Any]) -> dict[str, str]:
        """``linkId`` of each item's code, as the Questionnaire of a response has them."""
        questionnaire = self.of_response(response)
        if questionnaire is None:
            return {}
        # One Questionnaire may be that of very many responses.
        known = self._link_ids.get(id(questionnaire))
        if known is None:
            known = self._link_ids[id(questionnaire)] = {
                code: item["linkId"]
                for item in _walk(questionnaire)
                if isinstance(item.get("linkId"), str)
                for code in codes_of({"coding": item.get("code")})
            }
        return known

    def of_response(self, response: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The Questionnaire that a response answers, contained in it or beside it."""
        address = canonical(response.get("questionnaire"))
        contained = response.get("contained")
        for resource in contained if isinstance(contained, list) else []:
            if isinstance(resource, dict) and f"#{resource.get('id')}" == address:
                return resource
        # A server's own address ends with the resource's type and id.
        relative = "/".join(address.split("/")[-2:])
        return self._by_address.get(address) or self._by_address.get(relative)


def answers_instrument(
    response: Mapping[str, Any], source: QuestionnaireItems, questionnaires: Questionnaires
) -> bool:
    """Whether a response is one to the questionnaire that a code map means."""
    if source.questionnaires:
        named = questionnaires.of_response(response) or {}
        addresses = {canonical(response.get("questionnaire")), canonical(named.get("url"))}
        return bool(addresses & set(source.questionnaires))
    wanted = set(_link_ids(response, source, questionnaires).values())
    return any(str(item.get("linkId")) in wanted for item in _walk(response))


def read_response(
    response: Mapping[str, Any], source: QuestionnaireItems, questionnaires: Questionnaires
) -> Reading | Unreadable:
    """The score of one response, by the instrument's own rule for missing answers."""
    link_ids = _link_ids(response, source, questionnaires)
    if len(link_ids) < len(source.items):
        return Unreadable("NO_QUESTIONNAIRE")
    names = {link_id: name for name, link_id in link_ids.items()}
    given: dict[str, list[float | Unreadable]] = {name: [] for name in source.items}
    for item in _walk(response):
        name = names.get(str(item.get("linkId")))
        if name is not None:
            answers = _dicts(item.get("answer"))
            given[name] += [_points(answer, name, source) for answer in answers]
    values: dict[str, float] = {}
    for name, found in given.items():
        value = _one_value(found)
        if isinstance(value, Unreadable):
            return value
        values[name] = value
    return _score(source, values)


def _score(source: QuestionnaireItems, values: Mapping[str, float]) -> Reading | Unreadable:
    try:
        score = score_items(
            source.instrument,
            {name: np.array([value]) for name, value in values.items()},
            top=source.coding.stated_top,
            max_missing=source.max_missing,
        )
    except InputError:
        return Unreadable("OFF_SCALE")
    if math.isnan(score[0]):
        return Unreadable("ITEMS_MISSING")
    answered = sum(not math.isnan(value) for value in values.values())
    return Reading(float(score[0]), items=f"{answered} of {len(values)} items")


def _one_value(answers: list[float | Unreadable]) -> float | Unreadable:
    """What one item says: its only answer, NaN without one."""
    for answer in answers:
        if isinstance(answer, Unreadable):
            return answer
    known = {answer for answer in answers if isinstance(answer, float) and not math.isnan(answer)}
    if len(known) > 1:
        return Unreadable("ITEM_REPEATED")
    return known.pop() if known else math.nan


def _points(answer: Mapping[str, Any], name: str, source: QuestionnaireItems) -> float | Unreadable:
    """The points of an item that an answer means, NaN where it says that there is none."""
    coding, quantity = answer.get("valueCoding"), answer.get("valueQuantity")
    truth = answer.get("valueBoolean")
    if isinstance(coding, dict) or isinstance(truth, bool):
        code = coded(coding) if isinstance(coding, dict) else str(truth).lower()
        if code in source.missing:
            return math.nan
        return float(source.answers[code]) if code in source.answers else _NOT_DECLARED
    value = bare_value(answer)
    if isinstance(quantity, dict):
        unit = code_of(quantity)
        if quantity.get("comparator") or unit is None or (unit and not is_dimensionless(unit)):
            return _NOT_DECLARED
        value = quantity.get("value")
    if value is None:
        # No value at all is no answer; one of another type is none that can be read.
        return _NOT_DECLARED if any(key.startswith("value") for key in answer) else math.nan
    return _points_of_value(value, name, source)


def _points_of_value(value: object, name: str, source: QuestionnaireItems) -> float | Unreadable:
    text = text_of(value)
    labelled = float(source.coding.labelled_points(name, [text])[0])
    if not math.isnan(labelled) or one_code(text) in source.missing:
        return labelled
    if is_missing(value):
        # Among answers by label, `None` may be one: it is declared, or nobody knows what it means.
        return _NOT_DECLARED if source.labels else math.nan
    number, problem = read_number(value)
    return _NOT_DECLARED if problem else float(source.coding.points(name, np.array([number]))[0])


def _link_ids(
    response: Mapping[str, Any], source: QuestionnaireItems, questionnaires: Questionnaires
) -> dict[str, str]:
    """The ``linkId`` of each item; an item known by its code needs the Questionnaire."""
    found = {name: key for name, key in source.items.items() if "|" not in key}
    if len(found) == len(source.items):
        return found
    by_code = questionnaires.link_ids(response)
    coded_items = {name: by_code[key] for name, key in source.items.items() if key in by_code}
    return {**found, **coded_items}


def _walk(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Items below an element, in groups and below answers, however deep; no recursion."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        for item in _dicts(current.get("item")):
            yield item
            waiting += [item, *_dicts(item.get("answer"))]


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
