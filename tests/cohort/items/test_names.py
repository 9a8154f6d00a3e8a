"""Blocks of items known by the names of their columns."""

import re
from pathlib import Path

import pytest

from hiprisk.cohort.items.instruments import HOOS_PS_ITEMS, ITEM_NAMES
from hiprisk.cohort.items.names import QUESTIONNAIRES, item_blocks, likely_coding


def numbered(text, count):
    return [text.format(n) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("names", "questionnaire", "instruments"),
    [
        (numbered("hoos_a{}", 17), "HOOS", ("womac_function_from_hoos", "hoos_adl")),
        (numbered("HOOS_A{}", 17), "HOOS", ("womac_function_from_hoos", "hoos_adl")),
        (numbered("hoos_sp{}", 4), "HOOS", ("hoos_sport",)),
        (numbered("hoos.pain.{}", 10), "HOOS", ("womac_pain_from_hoos", "hoos_pain")),
        (numbered("HOOS-PS {}", 5), "HOOS-PS", ("hoos_ps",)),
        (numbered("hoosps_q{}", 5), "HOOS-PS", ("hoos_ps",)),
        (numbered("ohs{}", 12), "OHS", ("ohs",)),
        (numbered("Oxford Hip Score Q{}", 12), "OHS", ("ohs",)),
        (numbered("ohs_{:02d}", 12), "OHS", ("ohs",)),
        (numbered("odi_section_{}", 10), "ODI", ("odi",)),
        (numbered("oswestry{}", 10), "ODI", ("odi",)),
        (numbered("rmdq_{}", 24), "RMDQ", ("rmdq",)),
        (numbered("Roland-Morris {}", 24), "RMDQ", ("rmdq",)),
        (numbered("womac_f{}", 17), "WOMAC", ("womac_function",)),
        (numbered("sbst_{}", 9), "STarT Back", ("startback_total", "startback_psych")),
    ],
)
def test_a_block_is_known_by_the_names_of_its_columns(names, questionnaire, instruments):
    (block,) = item_blocks(["record_id", "age", *names, "hoos_comment"])
    assert (block.questionnaire, block.instruments) == (questionnaire, instruments)
    for instrument in instruments:
        wanted = block.columns_of(instrument)
        assert list(wanted) == list(ITEM_NAMES[instrument])
        assert set(wanted.values()) <= set(names)


def test_items_are_in_the_order_of_their_numbers():
    (block,) = item_blocks(numbered("hoosps{}", 5))
    assert block.columns_of("hoos_ps") == dict(
        zip(HOOS_PS_ITEMS, numbered("hoosps{}", 5), strict=True)
    )
    (block,) = item_blocks(numbered("womac_pain{}", 5))
    assert block.columns_of("womac_pain")["pain_3"] == "womac_pain3"


def test_womac_whole_has_its_total():
    names = [*numbered("womac_p{}", 5), *numbered("womac_s{}", 2), *numbered("womac_f{}", 17)]
    (block,) = item_blocks(names)
    assert "womac_total" in block.instruments


def test_visits_are_blocks_of_their_own():
    names = [f"{visit}_ohs_{n}_{side}" for visit in ("t0", "t1") for side in "lr"
             for n in range(1, 13)]  # fmt: skip
    places = {(block.before, block.after) for block in item_blocks(names)}
    assert places == {("t0_", "_l"), ("t0_", "_r"), ("t1_", "_l"), ("t1_", "_r")}


@pytest.mark.parametrize(
    "names",
    [
        numbered("ohs{}", 11),
        numbered("koos_a{}", 17),
        numbered("shoos_a{}", 17),
        numbered("cohs_{}", 12),
        ["womac_pain", "womac_p1", "womac_p2"],
        numbered("hoos_{}", 17),
    ],
)
def test_what_is_not_whole_or_of_another_questionnaire_is_no_block(names):
    assert item_blocks(names) == ()


def test_every_instrument_is_of_a_questionnaire():
    known = {name for one in QUESTIONNAIRES.values() for name in one.instruments}
    assert set(ITEM_NAMES) - known == {"womac_function_from_hoos_by_hoos_rule"}


@pytest.mark.parametrize(
    ("codes", "coding"),
    [
        ({0, 1, 4}, (0, 4)),
        ({0, 1}, (0, 4)),
        ({1, 2, 5}, (1, 5)),
        # Nobody gave the highest answer, or the lowest.
        ({1, 2, 4}, None),
        ({0, 5}, None),
        ({2, 3}, None),
        (set(), None),
    ],
)
def test_the_codes_that_came_tell_the_coding_or_leave_it_open(codes, coding):
    assert likely_coding("hoos_adl", codes) == coding


PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "cohorts.md").read_text("utf-8")
HEAD = "| questionnaire | named in the column | before the number | keys of the items |"


def in_code(cell):
    return re.findall(r"`([^`]*)`", cell)


def rows_of_the_page():
    """Questionnaire, names, texts before the number and item keys of each row of the table."""
    lines = PAGE.split(f"{HEAD}\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    for line in lines:
        questionnaire, words, before, keys = [part.strip() for part in line.strip("|").split("|")]
        texts = [*(("",) if before.startswith("nothing") else ()), *in_code(before)]
        items = in_code(keys)
        if " to `" in keys:
            start, last = items[0].removesuffix("1"), int(re.sub(r".*?(\d+)$", r"\1", items[1]))
            items = numbered(start + "{}", last)
        yield questionnaire, in_code(words), texts, items


def test_the_page_has_every_questionnaire_with_its_names_and_item_keys():
    found = {}
    for questionnaire, words, texts, items in rows_of_the_page():
        one = found.setdefault(questionnaire, (set(), set(), set()))
        for known, here in zip(one, (words, texts, items), strict=True):
            known.update(here)
    assert set(found) == set(QUESTIONNAIRES)
    for name, (words, texts, items) in found.items():
        known = QUESTIONNAIRES[name]
        assert all(any(re.fullmatch(word, text) for text in words) for word in known.words)
        assert texts == {text for part in known.parts.values() for text in part}
        assert items == {item for one in known.instruments for item in ITEM_NAMES[one]}


@pytest.mark.parametrize(
    ("questionnaire", "words", "texts", "items"),
    list(rows_of_the_page()),
    ids=lambda one: str(one)[:20],
)
def test_columns_named_as_on_the_page_are_taken_for_the_items(questionnaire, words, texts, items):
    for word in words:
        for text in texts:
            names = numbered(f"{word} {text}" + "{}", len(items))
            (block,) = item_blocks(names)
            assert block.questionnaire == questionnaire
            assert block.columns == dict(zip(items, names, strict=True))
