"""A long file beside the development cohort: blocks change nothing, late shifts are seen."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.shift.streaming import WHOLE_ROWS, FileComparison, RowSample
from hiprisk.sheet.format import TrainingSummary, VariableSpec
from small_bundle import small_sheet


def fed(comparison, columns, block):
    n_rows = len(next(iter(columns.values())))
    for start in range(0, n_rows, block):
        part = {name: values[start : start + block] for name, values in columns.items()}
        comparison.add(part, rows=np.arange(start, min(start + block, n_rows)) + 2)
    return comparison.findings()


def people(n, seed=1):
    rng = np.random.default_rng(seed)
    return {
        "age_years": rng.normal(65, 9, n).clip(20, 100),
        "sex": rng.choice(["female", "male"], n, p=[0.6, 0.4]).astype(object),
        "womac_function_0_100": rng.normal(38, 19, n).clip(0, 100),
    }


@pytest.mark.parametrize("size", [7, 100])
def test_a_sample_is_uniform_and_the_same_for_every_size_of_block(size):
    chances = np.random.default_rng(2).random(1000)
    rows = np.arange(1000.0)
    samples = []
    for block in (1, 13, 1000):
        sample = RowSample(size)
        for start in range(0, 1000, block):
            sample.add({"x": rows[start : start + block]}, chances[start : start + block])
        samples.append(sample.columns()["x"].tolist())
    assert samples[0] == samples[1] == samples[2]
    assert len(set(samples[0])) == size


def test_every_row_is_as_likely_to_be_kept():
    kept = np.zeros(60)
    rng = np.random.default_rng(4)
    for _ in range(4000):
        sample = RowSample(6)
        sample.add({"x": np.arange(60)}, rng.random(60))
        kept[sample.columns()["x"].astype(int)] += 1
    # 4,000 x 6 / 60 = 400 each, standard error 19.
    assert np.abs(kept - 400).max() < 4.5 * 19


def test_a_file_like_the_training_cohort_has_no_finding():
    assert fed(FileComparison(small_sheet()), people(20_000), 3_000) == ()


def test_findings_do_not_depend_on_the_blocks():
    there = people(12_000)
    there["womac_function_0_100"][7_000:] /= 100
    one, other = (fed(FileComparison(small_sheet()), there, block) for block in (12_000, 777))
    assert one == other != ()


def test_a_shift_that_begins_late_is_found_with_its_rows_and_its_cause():
    there = people(40_000)
    there["womac_function_0_100"][34_000:] /= 100
    [finding] = fed(FileComparison(small_sheet()), there, 5_000)
    assert (finding.code, finding.severity) == ("UNIT_SUSPECT", "warning")
    assert finding.rows == (34_002,)
    assert "rows 34002 to 40001" in finding.message
    assert "from_range: [0, 1]" in finding.advice
    assert finding.count == 6_000


def test_a_shift_of_the_whole_file_is_told_once():
    there = people(12_000)
    there["womac_function_0_100"] /= 100
    [finding] = fed(FileComparison(small_sheet()), there, 5_000)
    assert finding.severity == "error"
    assert finding.count == 0  # a sample of a longer file: no rows are counted


def test_a_sorted_file_is_not_taken_for_a_wrong_one():
    there = people(40_000)
    order = np.argsort(there["age_years"])
    assert fed(FileComparison(small_sheet()), {k: v[order] for k, v in there.items()}, 5_000) == ()


def test_degrees_sorted_are_no_radians():
    rng = np.random.default_rng(6)
    z = np.array([-2.326, -0.6745, 0.0, 0.6745, 2.326]) * 11 + 22
    training = TrainingSummary(low=z[0], high=z[4], median=z[2], iqr=z[3] - z[1])
    spec = VariableSpec(name="hip_internal_rotation_deg", label="r", unit="deg", kind="number",
                        hard=(-30.0, 80.0), training=training)  # fmt: skip
    sheet = dataclasses.replace(small_sheet(), variables=(spec,), columns=())
    values = np.sort(rng.normal(22, 11, 60_000).clip(-20, 70).round())
    comparison = FileComparison(sheet)
    comparison.add({spec.name: values}, rows=np.arange(len(values)) + 2)
    assert comparison._windows.findings() == []


def test_memory_is_bounded():
    comparison = FileComparison(small_sheet())
    for _ in range(10):
        comparison.add(people(5_000), rows=np.arange(5_000) + 2)
    kept = comparison._whole.columns()
    assert {len(values) for values in kept.values()} == {WHOLE_ROWS}
    assert sum(len(part) for part in comparison._windows._kept) <= 2_000


def test_no_stretch_goes_on_from_one_file_to_the_next():
    comparison, there = FileComparison(small_sheet()), people(40_000)
    there["womac_function_0_100"][37_000:] /= 100
    for file, part in (("a.csv", slice(37_000)), ("b.csv", slice(37_000, None))):
        rows = np.arange(len(there["sex"][part])) + 2
        comparison.add({k: v[part] for k, v in there.items()}, rows=rows, file=file)
    [finding] = comparison.findings()
    assert "the values in rows 2 to 3001 of b.csv differ" in finding.message
    assert (finding.rows, finding.files) == ((2,), ("b.csv",))


@pytest.mark.parametrize("block", [700, 2_000, 5_001])
def test_parts_that_follow_one_another_say_what_the_whole_says(block):
    n_rows = 12_345
    columns = people(n_rows)
    columns["womac_function_0_100"][4_000:9_500] /= 100.0
    rows = np.arange(n_rows) + 2
    whole = FileComparison(small_sheet())
    whole.add(columns, rows=rows)
    parts = FileComparison(small_sheet())
    for start in range(0, n_rows, block):
        here = {name: values[start : start + block] for name, values in columns.items()}
        one = FileComparison(small_sheet(), n_before=start)
        one.add(here, rows=rows[start : start + block])
        parts.follow(one.part())
    assert parts.findings() == whole.findings()
    assert len(whole.findings()) == 1
