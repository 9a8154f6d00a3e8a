"""The drafted dictionary, in the packaged file's own schema."""

from hiprisk.cohort.dictionary import Variable, dictionary_from_text
from hiprisk.cohort.drafts.dictionary_text import dictionary_text
from hiprisk.cohort.drafts.proposals import Proposal

GRIP = Variable(
    name="grip_kg", label="Grip (kg)", kind="number", source="x", unit="kg",
    hard=(0.0, 120.0), soft=(10.0, 60.0), integer=True, direction="higher_better",
)  # fmt: skip
LIMP = Variable(name="limp", label="Limp", kind="category", source="x", levels=("no", "yes"))


def test_entries_load_as_they_were():
    proposals = [
        Proposal(column=one.label, variable=one.name, own=one, own_doubts=("sure?",))
        for one in (GRIP, LIMP)
    ]
    text = dictionary_text(proposals, source="x.csv")
    found = dictionary_from_text(text)
    assert (found["grip_kg"], found["limp"]) == (GRIP, LIMP)
    assert "grip_kg:  # DECIDE: sure?" in text


def test_without_own_variables_there_is_no_text():
    assert dictionary_text([Proposal(column="age", variable="age_years")], source="x") == ""
