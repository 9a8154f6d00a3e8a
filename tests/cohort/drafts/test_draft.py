"""Drafts for an unknown file: they load, guess nothing silently, hold no patient's words."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.drafts.dictionary_text import dictionary_text
from hiprisk.cohort.drafts.draft import draft_cohort
from hiprisk.cohort.drafts.mapping_text import mapping_text
from hiprisk.cohort.drafts.proposals import Draft
from hiprisk.cohort.drafts.study_text import config_text
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.cohort.own_variables import own_dictionary_from_text
from hiprisk.yaml_strict import parse_yaml

SECRET = "Jane Roe"


@pytest.fixture
def draft(tmp_path):
    def write(text, name="x.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return {item.column: item for item in draft_cohort(path).proposals}

    return write


def text_of(proposals, source="x.csv"):
    return mapping_text(Draft(proposals=tuple(proposals.values())), source=source)


def test_the_most_alike_column_gets_the_variable_whatever_the_order(draft):
    found = draft("ohs_pre_stairs,ohs_pre_score,ohs_post_score\n1,20,40\n")
    assert {column: item.variable for column, item in found.items()} == {
        "ohs_pre_stairs": "ohs_stairs_0_4",
        "ohs_pre_score": "ohs_0_48",
        "ohs_post_score": "ohs_followup_0_48",
    }


def test_a_name_that_is_only_alike_is_a_question(draft):
    assert draft("hip_flexion_rigth\n100\n")["hip_flexion_rigth"].doubts == (
        "is this hip flexion, right? likeness of names 0.79",
    )


def test_a_person_is_never_guessed(draft):
    assert draft("person_idx\n12\n")["person_idx"].variable != "person_id"


def test_what_holds_no_dates_is_no_date(draft):
    assert draft("followup_dat\n12\n")["followup_dat"].variable != "followup_date"
    assert draft("followup_dat\n2001-02-03\n")["followup_dat"].variable == "followup_date"


def test_many_different_values_are_no_category(draft):
    rows = "".join(f"{day}\n" for day in range(40))
    assert draft(f"educatio\n{rows}")["educatio"].variable is None


@pytest.mark.parametrize(
    ("header", "values", "doubt"),
    [
        ("hip_flexion_right_deg", ["1.2", "1.9", "2.0"], "radians"),
        ("odi", ["0.1", "0.5", "0.9"], "a share from 0 to 1"),
        ("womac_function", ["10", "40", "66"], "raw 0-68 sum"),
        ("age", ["60", "999"], r"outside 18 to 110 (999): sentinels"),
        ("age", ["sixty"], "no cell is a number"),
    ],
)
def test_a_distribution_raises_its_question(draft, header, values, doubt):
    doubts = draft(header + "\n" + "\n".join(values) + "\n")[header].doubts
    assert doubt in "; ".join(doubts)


def test_no_patients_value_is_written_down(draft):
    rows = f"60,{SECRET}\n61,m\n62,f\n" + "70,m\n71,f\n" * 5 + "17,f\n"
    found = draft("age,gender\n" + rows)
    text = text_of(found)
    assert SECRET not in text
    assert '"m": "male"' in text
    assert "17" not in text
    assert "values outside 18 to 110: sentinels" in text


@pytest.mark.parametrize(
    ("rows", "is_one"), [("1,50\n1,60\n2,50\n2,60\n", True), ("1,50\n7,60\n", False)]
)
def test_the_number_of_stacked_imputations_must_be_decided(tmp_path, rows, is_one):
    path = tmp_path / "x.csv"
    path.write_text("Impnr,age\n" + rows)
    text = mapping_text(draft_cohort(path), source="x.csv")
    assert ('imputation_column: "Impnr"  # DECIDE: stacked imputations?' in text) == is_one


def test_a_draft_without_any_variable_loads(draft):
    assert mapping_from_text(text_of(draft("colour\nred\n"))).variables == {}


names = st.text(min_size=1, max_size=12).filter(lambda text: text.strip())


@pytest.mark.slow
@given(st.lists(names, min_size=1, max_size=4), names)
def test_a_draft_loads_whatever_the_names_are(tmp_path_factory, columns, source):
    from hiprisk.errors import HipRiskError

    path = tmp_path_factory.mktemp("draft") / "x.csv"
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in columns)
    try:
        path.write_text(quoted + ",age\n", encoding="utf-8", newline="")
        found = draft_cohort(path)
    except (HipRiskError, UnicodeEncodeError):
        return
    mapping_from_text(mapping_text(found, source=source))
    parse_yaml(config_text(found.proposals, name="x", file=source, mapping="m.yaml"), name="c.yaml")


CELLS = st.one_of(
    st.sampled_from(
        ["", "0", "1", "2", "9", "999", "Yes", "No", "ja", "None", "M", "F", "3.5", "-1", "1e400"]
    ),
    st.integers(-5, 120).map(str),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.3g}"),
    st.text("abc=:#'{}[]&*!|>%@`äß \\", min_size=1, max_size=6),
)
ANSWERED = re.compile(r"DECIDE  # one of: ([^,;\n]+).*")


@pytest.mark.slow
@given(
    names=st.lists(names, min_size=1, max_size=4, unique_by=lambda name: name.strip().lower()),
    cells=st.lists(st.lists(CELLS, min_size=1, max_size=3), min_size=1, max_size=4),
    n_rows=st.integers(1, 30),
)
def test_answered_drafts_load_whatever_the_cells_are(tmp_path_factory, names, cells, n_rows):
    from hiprisk.errors import HipRiskError

    path = tmp_path_factory.mktemp("draft") / "x.csv"
    table = [names] + [
        [column[(row + at) % len(column)] for at, column in enumerate((cells * 4)[: len(names)])]
        for row in range(n_rows)
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(table)
    try:
        draft = draft_cohort(path)
    except HipRiskError:
        return
    own = dictionary_text(draft.proposals, source="x.csv")
    dictionary = own_dictionary_from_text(ANSWERED.sub(r"\1", own)) if own else None
    text = ANSWERED.sub(r"\1", mapping_text(draft, source="x.csv"))
    assert mapping_from_text(text, dictionary=dictionary).variables.keys() == {
        item.variable for item in draft.proposals if item.variable
    }
