"""Lines of drafts: what is open is marked, and loads as text whatever it holds."""

from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.drafts.yaml_lines import doubtful, head, n_undecided, quoted, undecided
from hiprisk.yaml_strict import parse_yaml


def test_lines_that_need_a_person_are_counted_below_the_head():
    text = "\n".join(
        [*head("x.csv"), undecided("a", ["b", "c"]), doubtful("d: 1", ["sure?"]), "e: 2"]
    )
    assert n_undecided(text) == 2
    assert "a: DECIDE  # one of: b, c" in text
    assert "d: 1  # DECIDE: sure?" in text


@given(st.text(max_size=20).filter(lambda text: text < "\ud800" or text > "\udfff"))
def test_quoted_text_comes_back(text):
    data, _ = parse_yaml(f"key: {quoted(text)}", name="x")
    assert data["key"] == text


def test_a_name_with_line_ends_stays_in_its_comment():
    assert len("\n".join(head("a\nb.csv")).splitlines()) == len(head("x"))
