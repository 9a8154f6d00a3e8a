"""Unknown codes of categories, and what they probably mean."""

import pytest

from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.cohort.reading import iter_blocks
from hiprisk.cohort.shift.unknown_codes import CodingWatch
from hiprisk.sheet.format import VariableSpec

BACK = VariableSpec(
    name="lbp_any", label="back pain", unit="", kind="category", levels=("no", "yes")
)


def findings(folder, cells):
    (folder / "in.csv").write_text("lbp_any,age_years\n" + "".join(f"{c},60\n" for c in cells))
    watch = CodingWatch([BACK], None)
    for block in iter_blocks(folder / "in.csv"):
        watch.add(block)
    return watch.findings()


def test_known_codes_are_no_finding(tmp_path):
    assert findings(tmp_path, ["no", "yes", "0", "1", ""]) == ()


@pytest.mark.parametrize("two", ["2", "2.0"])
def test_2_beside_1_is_a_shifted_coding_with_both_readings(tmp_path, two):
    [found] = findings(tmp_path, ["1", two] * 10)
    assert (found.code, found.severity, found.count) == ("SHIFTED_CODES", "error", 10)
    assert found.rows[:2] == (3, 5)
    assert "either 1 is yes and 2 is no, or 1 is no and 2 is yes" in found.message


def test_codes_that_cannot_be_a_patients_are_named(tmp_path):
    [found] = findings(tmp_path, ["J", "N", "J", "no"])
    assert (found.code, found.severity) == ("CODES_UNKNOWN", "warning")
    assert found.message.endswith("among the levels no, yes, such as 'J', 'N'")


def test_other_texts_are_never_named(tmp_path):
    [found] = findings(tmp_path, ["Jane Roe"] * 4 + ["no"])
    assert "Jane" not in found.message
    assert found.message.startswith("80% of the codes")


def test_a_few_unknown_codes_are_typing_errors(tmp_path):
    assert findings(tmp_path, ["x"] * 2 + ["no"]) == ()
    assert findings(tmp_path, ["x"] * 3 + ["no"] * 100) == ()


@pytest.mark.parametrize("n_twos", [1, 2])
def test_a_single_2_is_enough_where_no_code_says_no(tmp_path, n_twos):
    [found] = findings(tmp_path, ["1"] * 30 + ["2"] * n_twos)
    assert (found.code, found.severity, found.count) == ("SHIFTED_CODES", "error", n_twos)
    assert found.message.startswith("the code 2 comes and no code says no: was it coded 1 and 2?")


@pytest.mark.parametrize("no", ["0", "no", "0.0"])
def test_a_2_or_two_beside_a_no_are_typing_errors(tmp_path, no):
    assert findings(tmp_path, ["1"] * 30 + ["2"] * 2 + [no]) == ()


def test_levels_that_the_mapping_states_are_not_shifted_by_a_typing_error(tmp_path):
    (tmp_path / "in.csv").write_text("back\n" + "1\n" * 30 + "2\n")
    mapping = mapping_from_text("variables: {lbp_any: {column: back, levels: {'1': yes, '0': no}}}")
    watch = CodingWatch([BACK], mapping)
    for block in iter_blocks(tmp_path / "in.csv", mapping):
        watch.add(block)
    assert watch.findings() == ()
