"""A mapping may name the codes of an SPSS or Stata file or their labels."""

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from hiprisk.cli import main
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.cohort.reading import read_cohort
from hiprisk.cohort.value_labels import mapping_by_codes, table_in_labels
from hiprisk.errors import ConfigError
from hiprisk.values import LevelReader

LABELS = {
    "gender": {1: "Male", 2: "Female", 9: "refused"},
    "lbp": {1: "Yes", 2: "No", 8: "Don't know"},
    "visit": {0: "Baseline", 1: "12 months"},
}


@pytest.fixture
def cohort(tmp_path):
    frame = pd.DataFrame(
        {"gender": [1.0, 2, 9, 1], "lbp": [1.0, 2, 8, 1], "visit": [0.0, 0, 0, 1],
         "age": [63.0, 70, 99, 64]}
    )  # fmt: skip
    pyreadstat.write_sav(frame, tmp_path / "in.sav", variable_value_labels=LABELS,
                         missing_ranges={"gender": [9], "age": [99]})  # fmt: skip

    def read(text):
        return read_cohort(tmp_path / "in.sav", mapping_from_text(text))

    return read


def values(cohort, name):
    return [None if value != value else value for value in cohort.frame[name].astype(object)]


def test_labels_that_are_levels_and_declared_missing_values_need_no_words(cohort):
    found = cohort("variables: {sex: gender, age_years: age}")
    assert values(found, "sex") == ["male", "female", None, "male"]
    assert values(found, "age_years") == [63, 70, None, 64]
    assert found.n_errors == 0


def test_yes_as_1_and_no_as_2_are_read_by_their_labels_and_the_rest_is_an_error(cohort):
    found = cohort("variables: {lbp_any: lbp, age_years: age}")
    assert values(found, "lbp_any") == ["yes", "no", None, "yes"]
    assert [f.rows for f in found.findings if f.code == "UNKNOWN_CATEGORY"] == [(3,)]


@pytest.mark.parametrize(
    "source",
    [
        "{column: lbp, levels: {Yes: yes, No: no}, missing: [Don't know]}",
        "{column: lbp, levels: {'1': yes, '2': no}, missing: ['8']}",
    ],
)
def test_levels_and_missing_texts_are_codes_or_labels(cohort, source):
    found = cohort(f"where: {{visit: [Baseline]}}\nvariables: {{lbp_any: {source}}}")
    assert values(found, "lbp_any") == ["yes", "no", None]
    assert found.n_errors == 0


def test_items_take_points_by_label():
    labels = {"q1": {"1": "None", "2": "Mild"}, "q2": {"1": "Mild", "2": "None"}}
    block = TextBlock(1, pa.table({}), labels=labels, missing={"q1": ("9",)})
    text = (
        "variables: {rmdq_0_24: {items: {instrument: rmdq, labels: {None: 0, Mild: 1}, columns: {"
        + ", ".join(f"item_{i}: q{i}" for i in range(1, 25))
        + "}}}}"
    )
    source = mapping_by_codes(mapping_from_text(text), block).variables["rmdq_0_24"]
    points = source.items.item_labels
    assert (points["item_1"]["1"], points["item_1"]["2"], points["item_2"]["1"]) == (0, 1, 1)
    assert source.missing == ("9",)


def test_a_file_without_labels_leaves_the_mapping_as_it_is():
    mapping = mapping_from_text("variables: {age_years: age}")
    assert mapping_by_codes(mapping, TextBlock(1, pa.table({}))) is mapping


def test_a_draft_sees_labels_where_every_code_has_one():
    table = pa.table({"sex": ["1", "2", "9"], "age": ["63", "99", ""], "q": ["1", "2", "1"]})
    block = TextBlock(
        1, table, labels={"sex": {"1": "Male", "2": "Female"}, "q": {"1": "low"}},
        missing={"sex": ("9",), "age": ("99",)},
    )  # fmt: skip
    assert table_in_labels(block).to_pydict() == {
        "sex": ["Male", "Female", ""], "age": ["63", "", ""], "q": ["1", "2", "1"],
    }  # fmt: skip


def test_what_is_drafted_for_a_labelled_file_reads_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    many = pd.DataFrame({"gender": [1.0, 2] * 10, "lbp": [1.0, 2, 2, 1] * 5, "age": [63.0, 70] * 10,
                         "walks": [1.0, 2] * 10})  # fmt: skip
    labels = {**LABELS, "walks": {1: "with a stick", 2: "without help"}}
    pyreadstat.write_sav(many, "in.sav", variable_value_labels=labels)
    assert main(["init", "in.sav", "--out-dir", "d"]) == 0
    capsys.readouterr()
    found = read_cohort("in.sav", load_mapping("d/in.mapping.yaml"))
    assert values(found, "sex")[:2] == ["male", "female"]
    assert values(found, "walks")[:2] == ["with a stick", "without help"]
    assert found.n_errors == 0


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("unknown", None),
        ("Not known", None),
        ("N/A", None),
        # None may be an answer: the code keeps what the mapping, or nobody, says of it.
        ("None", "UNKNOWN_CATEGORY"),
        ("refused", "UNKNOWN_CATEGORY"),
    ],
)
def test_a_word_for_missing_means_it_as_a_label_and_as_a_cell(tmp_path, label, expected):
    labels = {"sex": {1: "Male", 2: "Female", 3: label}, "age_years": {99: label, 0: "None"}}
    frame = pd.DataFrame({"sex": [1.0, 2, 3], "age_years": [63.0, 70, 99]})
    pyreadstat.write_sav(frame, tmp_path / "in.sav", variable_value_labels=labels)
    found = read_cohort(tmp_path / "in.sav")
    assert values(found, "sex") == ["male", "female", None]
    codes = {note.code for note in found.unreadable if note.variable == "sex"}
    assert codes == ({expected} if expected else set())
    assert values(found, "age_years") == [63, 70, 99 if expected else None]


def test_a_level_is_no_word_for_missing_and_a_stated_code_is_a_level():
    block = TextBlock(1, pa.table({}), labels={"s": {"1": "no", "2": "yes", "3": "Unknown"}})
    text = "variables: {{lbp_any: {{column: s{}}}}}"
    told = mapping_by_codes(mapping_from_text(text.format("")), block).variables["lbp_any"]
    assert (told.levels, told.missing) == ({"1": "no", "2": "yes"}, ("3",))
    stated = ", levels: {'1': no, '2': yes, '3': no}"
    told = mapping_by_codes(mapping_from_text(text.format(stated)), block).variables["lbp_any"]
    assert LevelReader(("no", "yes"), codes=told.levels, missing=told.missing).read("3")[0] == "no"


def test_a_code_that_answers_another_item_is_not_missing():
    labels = {"q1": {"9": "unknown", "8": "n/a"}, "q2": {"9": "nine", "8": "unknown"}}
    block = TextBlock(1, pa.table({}), labels=labels)
    columns = ", ".join(f"item_{i}: q{i}" for i in range(1, 25))
    text = f"variables: {{rmdq_0_24: {{items: {{instrument: rmdq, columns: {{{columns}}}}}}}}}"
    told = mapping_by_codes(mapping_from_text(text), block).variables["rmdq_0_24"]
    assert told.missing == ("8",)


def test_a_code_and_its_label_with_two_meanings_are_refused(cohort):
    with pytest.raises(ConfigError, match=r"lbp_any\.levels: 'No' is the label of .*'2'") as caught:
        cohort("variables: {lbp_any: {column: lbp, levels: {'1': yes, '2': yes, No: no}}}")
    assert caught.value.exit_code == 2
    same = cohort("variables: {lbp_any: {column: lbp, levels: {'1': yes, '2': no, No: no}}}")
    assert values(same, "lbp_any") == ["yes", "no", None, "yes"]
