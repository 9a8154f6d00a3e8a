"""An item of a guideline as a row of a table and of a CSV file."""

import pytest

from hiprisk.reporting.guidelines.items import (
    DONE,
    NOT_APPLICABLE,
    NOT_REPORTED,
    PARTLY,
    Item,
    as_csv,
    counted,
    items_section,
    row_of,
    state_of_answer,
)

ITEMS = (
    Item(number="1", topic="title", state=DONE, anchors=("people", "methods")),
    Item(number="17", topic="ethics", state=NOT_REPORTED, answer='say "yes", or no'),
)


def test_a_row_leads_to_its_section_or_has_the_answer():
    titles = {"people": "Participants", "methods": "Methods"}
    assert row_of(ITEMS[0], titles)[3] == "[Participants](#people), [Methods](#methods)"
    assert row_of(ITEMS[0], {"methods": "Methods"})[3] == "[Methods](#methods)"
    assert row_of(ITEMS[0], {})[3] == ""
    assert row_of(ITEMS[1], titles)[3] == 'say "yes", or no'


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (None, NOT_REPORTED),
        ("Not reported by the source.", NOT_REPORTED),
        ("not applicable; the people are simulated", NOT_APPLICABLE),
        ("To be confirmed by the authors: none.", PARTLY),
        ("Not registered.", DONE),
        ("None.", DONE),
    ],
)
def test_how_an_answer_begins_decides_whether_it_is_one(answer, state):
    assert state_of_answer(answer) == state


def test_states_are_counted_and_those_without_an_item_left_out():
    assert counted(ITEMS) == "1 done, 1 NOT REPORTED"


def test_the_csv_has_a_row_an_item():
    assert as_csv(ITEMS).decode().splitlines() == [
        "item,topic,state,section,answer",
        "1,title,done,people methods,",
        '17,ethics,NOT REPORTED,,"say ""yes"", or no"',
    ]


def test_an_answer_that_a_spreadsheet_would_run_is_guarded():
    item = Item(number="17", topic="ethics", state=DONE, answer="=1+1")
    assert as_csv([item]).decode().splitlines()[1] == "17,ethics,done,,'=1+1"


def test_a_guidelines_section_is_a_table_of_its_items():
    titles = {"people": "Participants"}
    how = {"anchor": "g", "title": "G", "paragraph": "What G asks.", "head": ("no", "asked")}
    section = items_section(ITEMS, titles, **how)
    assert (section.anchor, section.title, section.paragraphs) == ("g", "G", ("What G asks.",))
    assert section.tables[0].head == ("no", "asked", "state", "where, or in the authors' words")
    assert section.tables[0].rows == tuple(row_of(item, titles) for item in ITEMS)
