"""Stacked imputations, copies and duplicates."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hiprisk.cohort.checks.structure import IMPUTATION_NAME, copy_findings, structure_findings
from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.cohort.reading import read_cohort


def stack(path, *, times=5, people=40, column="Impnr"):
    rows = (f"{i},{j},{j % 9}\n" for i in range(1, times + 1) for j in range(people))
    path.write_text(f"{column},ID,Pain\n" + "".join(rows))
    return path


def codes(findings):
    return {finding.code: finding for finding in findings}


@pytest.mark.parametrize(
    "variables", ["{lbp_nrs_0_10: Pain}", "{person_id: ID, lbp_nrs_0_10: Pain}"]
)
@pytest.mark.parametrize("times", [2, 5])
def test_a_stack_is_refused_with_and_without_persons(tmp_path, variables, times):
    cohort = read_cohort(
        stack(tmp_path / "x.csv", times=times), mapping_from_text(f"variables: {variables}")
    )
    finding = codes(cohort.findings)["STACKED_IMPUTATIONS"]
    assert (finding.severity, finding.count) == ("error", 40 * times)


def test_one_imputation_of_a_named_stack_is_people(tmp_path):
    mapping = mapping_from_text(
        "imputation_column: Impnr\nimputations: ['2']\n"
        "variables: {person_id: ID, lbp_nrs_0_10: Pain}"
    )
    cohort = read_cohort(stack(tmp_path / "x.csv"), mapping)
    assert cohort.n_rows == 40
    assert not codes(cohort.findings).keys() & {"STACKED_IMPUTATIONS", "STACKED_ROWS"}


def test_all_imputations_of_a_named_stack_are_read_with_a_warning(tmp_path):
    mapping = mapping_from_text(
        "imputation_column: Impnr\nvariables: {person_id: ID, lbp_nrs_0_10: Pain}"
    )
    finding = codes(read_cohort(stack(tmp_path / "x.csv"), mapping).findings)["STACKED_ROWS"]
    assert finding.severity == "warning"
    assert "up to 5 rows a person" in finding.message
    assert "validate, update and associate pool over them" in finding.advice


def test_a_named_stack_without_persons_is_told_too(tmp_path):
    mapping = mapping_from_text("imputation_column: Impnr\nvariables: {lbp_nrs_0_10: Pain}")
    finding = codes(read_cohort(stack(tmp_path / "x.csv"), mapping).findings)["STACKED_ROWS"]
    assert (finding.severity, finding.count) == ("warning", 200)
    assert "5 imputations are read" in finding.message


@pytest.mark.parametrize("name", [".imp", "Impnr", "imputation", "Imputation_", "_mi_m", "imp_id"])
def test_names_of_imputation_numbers(name):
    assert IMPUTATION_NAME.fullmatch(name.lower())


@pytest.mark.parametrize("name", ["important", "implant", "improved", "pain", "m"])
def test_other_names_are_none(name):
    assert not IMPUTATION_NAME.fullmatch(name)


def test_unequal_parts_are_no_stack():
    source = {"imp": pa.chunked_array([["1", "1", "2"]])}
    frame = pd.DataFrame({"age_years": [50.0, 60.0, 70.0]})
    assert not list(structure_findings(frame, grain="person", stacked=False, source=source))


def test_a_number_that_is_the_same_in_every_row_is_a_duplicate():
    values = np.r_[np.linspace(0, 90, 30), np.nan]
    frame = pd.DataFrame({"womac_pain_0_100": values, "womac_total_0_100": values})
    [finding] = copy_findings(frame)
    assert (finding.code, finding.column) == ("DUPLICATE_COLUMN", "womac_total_0_100")
    assert "the same as womac_pain_0_100" in finding.message


def test_a_followup_that_nearly_copies_another_score_is_suspect():
    rng = np.random.default_rng(1)
    later = rng.uniform(0, 100, 60)
    frame = pd.DataFrame(
        {
            "womac_function_0_100": 100 - later + rng.normal(0, 0.5, 60),
            "womac_pain_0_100": rng.uniform(0, 100, 60),
            "womac_function_followup_0_100": later,
        }
    )
    [finding] = copy_findings(frame)
    assert (finding.code, finding.column) == ("LEAKAGE_SUSPECT", "womac_function_0_100")


def test_grades_that_agree_by_chance_are_no_duplicate():
    grades = np.tile([0.0, 1.0, 2.0], 10)
    assert not list(copy_findings(pd.DataFrame({"kl_grade": grades, "eq5d_pain": grades})))


def test_findings_come_in_the_same_order_whatever_the_hash_seed():
    code = (
        "import numpy as np, pandas as pd\n"
        "from hiprisk.cohort.checks.structure import copy_findings\n"
        "y, z = np.random.default_rng(0).normal(size=(2, 50))\n"
        "frame = pd.DataFrame({'womac_function_followup_0_100': y, 'a': y, 'b': y, 'c': y,\n"
        "                      'd': z, 'e': z, 'f': z})\n"
        "print([(f.code, f.column, f.message) for f in copy_findings(frame)])\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(printed) == 1


def people_in_two_hospitals(path, *, copies):
    """Forty people whose mapped numbers come twice, of whom some are copied whole."""
    rows = [f"{20 + i},{i * 1.5:g},{i * 2.25:g}" for i in range(40)]
    own = [f"P{i},{row},H1" for i, row in enumerate(rows)]
    other = [f"Q{i},{row},H2" for i, row in enumerate(rows)]
    path.write_text("\n".join(["pid,a,b,c,hospital", *own, *other, *own[:copies]]) + "\n")
    return path


THREE_NUMBERS = (
    "variables: {age_years: a, womac_pain_0_100: b, womac_function_0_100: {column: c, missing: []}}"
)


@pytest.mark.parametrize("copies", [0, 3])
def test_rows_that_differ_in_any_column_of_the_file_are_no_copies(tmp_path, copies):
    path = people_in_two_hospitals(tmp_path / "x.csv", copies=copies)
    found = codes(read_cohort(path, mapping_from_text(THREE_NUMBERS)).findings).get("COPIED_ROWS")
    assert (found.count if found else 0) == copies
    assert found is None or found.rows == (82, 83, 84)


def test_the_case_of_few_mapped_variables_has_no_copies():
    folder = Path(__file__).parents[2] / "cases" / "same_in_mapped_columns"
    cohort = read_cohort(folder / "cohort.csv", load_mapping(folder / "map.yaml"))
    assert "COPIED_ROWS" not in codes(cohort.findings)
