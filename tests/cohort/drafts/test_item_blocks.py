"""Blocks of items by the names that sources give them."""

import pytest

from hiprisk.cohort.drafts.columns import SampledColumn
from hiprisk.cohort.drafts.item_blocks import item_blocks
from hiprisk.cohort.mapping import mapping_from_text

ANSWERS = {"0": 5, "4": 5}


def blocks_of(names, counts=ANSWERS, taken=()):
    columns = {name: SampledColumn(name=name, counts=counts) for name in names}
    return item_blocks(columns, taken)


def numbered(pattern, n):
    return [pattern.format(i) for i in range(1, n + 1)]


@pytest.mark.parametrize(
    ("names", "instrument", "variable"),
    [
        (numbered("hoos_a{}", 17), "womac_function_from_hoos", "womac_function_0_100"),
        (numbered("HOOS A{:02}", 17), "womac_function_from_hoos", "womac_function_0_100"),
        (numbered("bl_hoosp{}", 10), "hoos_pain", "hoos_pain_0_100"),
        (numbered("hoos_sp_{}", 4), "hoos_sport", "hoos_sport_0_100"),
        (numbered("hoosps_{}", 5), "hoos_ps", "hoos_ps_0_100"),
        (numbered("womac_pain_{}", 5), "womac_pain", "womac_pain_0_100"),
        (numbered("OHS_Q{}", 12), "ohs", "ohs_0_48"),
        (numbered("oswestry_section_{}", 10), "odi", "odi_0_100"),
        (numbered("hoos_a{}_12m", 17), "womac_function_from_hoos", "womac_function_followup_0_100"),
        (numbered("fu_ohs{}", 12), "ohs", "ohs_followup_0_48"),
    ],
)
def test_names_of_items(names, instrument, variable):
    (block,), left_out = blocks_of(names)
    assert (block.instrument, block.variable) == (instrument, variable)
    assert list(block.columns.values()) == names
    assert left_out == {}


def test_womac_numbered_through_has_its_three_parts():
    blocks, _ = blocks_of(numbered("womac{}", 24))
    assert [block.variable for block in blocks] == [
        "womac_function_0_100", "womac_pain_0_100", "womac_stiffness_0_100",
    ]  # fmt: skip
    assert list(blocks[0].columns.values())[::16] == ["womac8", "womac24"]


def test_yes_no_items_of_the_back():
    (block,), _ = blocks_of(numbered("rmdq_{}", 24), {"0": 4, "1": 3})
    assert block.variable == "rmdq_0_24"


def test_hoos_letters_alone_are_believed_where_the_form_is_whole():
    names = [*numbered("a{}", 17), *numbered("p{}", 10), *numbered("s{}", 5)]
    assert len(blocks_of(names)[0]) == 3
    assert blocks_of(numbered("a{}", 17))[0] == []


def test_an_incomplete_block_and_other_numbers_are_no_items():
    assert blocks_of(numbered("hoos_a{}", 16))[0] == []
    assert blocks_of(numbered("ohs{}", 12), {"63": 5, "12": 9})[0] == []
    assert blocks_of(numbered("koos_a{}", 17))[0] == []


def test_a_score_that_the_file_has_already_is_not_made_again():
    blocks, left_out = blocks_of(numbered("ohs_{}", 12), taken={"ohs_0_48"})
    assert blocks == []
    assert left_out["ohs_1"] == "an item of ohs_0_48, which other columns give"


def test_a_later_visit_that_the_dictionary_lacks_is_said():
    _, left_out = blocks_of(numbered("odi_{}_12m", 10))
    assert left_out["odi_1_12m"].endswith("at a later visit, which the dictionary lacks")


def test_a_drafted_block_loads(tmp_path):
    from hiprisk.cohort.drafts.draft import draft_cohort
    from hiprisk.cohort.drafts.mapping_text import mapping_text

    names = numbered("hoos_a{}", 17)
    words = ("None", "Mild", "Moderate", "Severe", "Extreme")
    rows = [",".join([str(60 + i), *[words[(i + j) % 5] for j in range(17)]]) for i in range(10)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join([",".join(["age", *names]), *rows]) + "\n")
    text = mapping_text(draft_cohort(path), source="x.csv")
    items = mapping_from_text(text).variables["womac_function_0_100"].items
    assert items.labels == dict(zip(words, range(5), strict=True))
    assert "# DECIDE: missing rule: 14 of 17 answers" in text
