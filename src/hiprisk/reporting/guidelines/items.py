"""An item of a guideline: its topic, how far the study answers it, and where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hiprisk.cohort.formulas import guarded_cell
from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.wording import availability

State = Literal["done", "partly", "NOT REPORTED", "not applicable"]
DONE: State = "done"
PARTLY: State = "partly"
NOT_REPORTED: State = "NOT REPORTED"
NOT_APPLICABLE: State = "not applicable"
# How an answer begins that is no answer yet, and what it leaves the item: see `AuthorsAnswers`.
OPENINGS: tuple[tuple[str, State], ...] = (
    (availability.NOT_REPORTED, NOT_REPORTED),
    (availability.NOT_APPLICABLE, NOT_APPLICABLE),
    ("to be confirmed", PARTLY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as a study answers it.

    Attributes
    ----------
    number : str
        Of the guideline: ``12d``.
    topic : str
        What it asks for, in our own words.
    state : str
    anchors : tuple of str
        Sections of the report that have the answer, the most important first.
    answer : str
        In the authors' words, or what is still to be said.
    """

    number: str
    topic: str
    state: State
    anchors: tuple[str, ...] = ()
    answer: str = ""


def state_of_answer(answer: str | None) -> State:
    """How far an answer of the authors answers its item, by how it begins.

    Parameters
    ----------
    answer : str or None
        None where there is none.
    """
    if answer is None:
        return NOT_REPORTED
    said = answer.lower()
    return next((state for opening, state in OPENINGS if said.startswith(opening)), DONE)


def row_of(item: Item, titles: dict[str, str]) -> tuple[str, ...]:
    """A row of the table: number, topic, state, and links to sections before the answer."""
    links = [f"[{titles[one]}](#{one})" for one in item.anchors if one in titles]
    where = ", ".join(links)
    return (
        item.number,
        item.topic,
        item.state,
        ". ".join(one for one in (where, item.answer) if one),
    )


def items_section(
    items: Sequence[Item],
    titles: dict[str, str],
    *,
    anchor: str,
    title: str,
    paragraph: str,
    head: tuple[str, str],
) -> Section:
    """The table of a guideline's items, each with a link to its section.

    Parameters
    ----------
    items : sequence of Item
    titles : dict of str to str
        Of all sections, by anchor.
    anchor, title, paragraph : str
        Of this section.
    head : tuple of str
        What the guideline calls number and topic.
    """
    return Section(
        anchor=anchor,
        title=title,
        paragraphs=(paragraph,),
        tables=(
            Table(
                head=(*head, "state", "where, or in the authors' words"),
                rows=tuple(row_of(item, titles) for item in items),
            ),
        ),
        part=APPENDIX,
    )


def counted(items: Sequence[Item]) -> str:
    """How many items are in which state, as a sentence's end: ``30 done, 5 partly``."""
    order = (DONE, PARTLY, NOT_REPORTED, NOT_APPLICABLE)
    numbers = {state: sum(item.state == state for item in items) for state in order}
    return ", ".join(f"{n} {state}" for state, n in numbers.items() if n)


def as_csv(items: Iterable[Item]) -> bytes:
    """The items as a table for a submission: number, topic, state, section, answer."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("item", "topic", "state", "section", "answer"))
    for item in items:
        cells = (item.number, item.topic, item.state, " ".join(item.anchors), item.answer)
        writer.writerow(map(guarded_cell, cells))
    return buffer.getvalue().encode()
