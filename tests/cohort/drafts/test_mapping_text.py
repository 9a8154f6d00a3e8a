"""The drafted mapping: one line a variable, or a section where there is more to say."""

from hiprisk.cohort.drafts.mapping_text import mapping_text
from hiprisk.cohort.drafts.proposals import Draft, Proposal
from hiprisk.cohort.mapping import mapping_from_text


def test_a_section_says_codes_missing_texts_and_scale():
    proposals = (
        Proposal(column="Sex", variable="sex", levels={"F": "female", "M": "male"}, missing=("9",)),
        Proposal(column="h", variable="height_cm", unit="m", doubts=("metres?",)),
        Proposal(column="odi", variable="odi_0_100", from_range=(0.0, 1.0)),
        Proposal(column="notes", left_out="free text"),
    )
    text = mapping_text(Draft(proposals=proposals, encoding="cp1252"), source="x.csv")
    mapping = mapping_from_text(text)
    assert mapping.format.encoding == "cp1252"
    assert mapping.variables["sex"].levels == {"F": "female", "M": "male"}
    assert mapping.variables["sex"].missing == ("9",)
    assert mapping.variables["height_cm"].unit == "m"
    assert mapping.variables["odi_0_100"].from_range == (0.0, 1.0)
    assert "  height_cm:  # DECIDE: metres?\n" in text
    assert '#   "notes": free text\n' in text


def test_codes_that_are_not_written_down_are_asked_for_in_a_line_of_their_own():
    item = Proposal(column="lbp", variable="lbp_any", levels={"ja": "yes", "nein": "no"}, n_other=2)
    text = mapping_text(Draft(proposals=(item,)), source="x.csv")
    assert (
        '    # missing: ["CODE"]  # DECIDE: 2 rows hold other codes, too rare to be written here: '
        "unknown, or missing?\n"
    ) in text
    assert "lbp_any:\n" in text
    assert mapping_from_text(text).variables["lbp_any"].missing == ()
