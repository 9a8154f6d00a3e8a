"""What a proposal says of its column."""

from hiprisk.cohort.drafts.proposals import Proposal


def test_questions_are_those_of_mapping_and_dictionary():
    proposal = Proposal(column="x", doubts=("a?",), own_doubts=("b?",))
    assert proposal.questions == ("a?", "b?")


def test_an_item_of_a_score_is_used():
    assert Proposal(column="x", part_of="ohs_0_48").is_used
    assert not Proposal(column="x", left_out="free text").is_used
