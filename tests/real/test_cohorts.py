"""Real cohort files: read as their pages say, traps caught."""

from pathlib import Path

import pytest

from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.cohort.reading import read_cohort

MAPPINGS = Path(__file__).parents[2] / "configs" / "cohorts"
MAPPING = MAPPINGS / "nhs_proms_hip.yaml"

pytestmark = pytest.mark.real


def codes(cohort):
    return {(finding.code, finding.column) for finding in cohort.findings}


@pytest.mark.slow
def test_nhs_records_are_read_without_an_error(shared_dir):
    path = shared_dir / "data" / "nhs_proms_hip_sample15k.csv"
    cohort = read_cohort(path, load_mapping(MAPPING))
    assert cohort.n_rows == 15_000
    assert cohort.n_errors == 0
    assert cohort.provenance == "real"
    assert cohort.frame["cohort_year"].value_counts().to_dict() == {
        "2016/17": 5000, "2017/18": 5000, "2018/19": 5000,
    }  # fmt: skip
    assert cohort.frame["ohs_followup_0_48"].between(0, 48).all()
    # Age and sex are suppressed together where cells are small.
    assert (cohort.frame["sex"].isna() == cohort.frame["age_band"].isna()).all()


def test_nhs_sentinels_read_as_values_are_caught(shared_dir, tmp_path):
    lines = (shared_dir / "data" / "nhs_proms_hip_sample15k.csv").read_text().splitlines()[:200]
    header = lines[0].split(",")
    at = header.index("pre_eq_vas")
    for row in (5, 9, 20, 50):
        cells = lines[row].split(",")
        cells[at] = "999"
        lines[row] = ",".join(cells)
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines) + "\n")
    naive = mapping_from_text("variables: {eq_vas_0_100: pre_eq_vas, ohs_pain_0_4: ohs_pre_pain}")
    assert ("OUT_OF_RANGE", "eq_vas_0_100") in codes(read_cohort(path, naive))
    stated = mapping_from_text("variables: {eq_vas_0_100: {column: pre_eq_vas, missing: ['999']}}")
    assert ("OUT_OF_RANGE", "eq_vas_0_100") not in codes(read_cohort(path, stated))


def test_back_pain_file_has_its_published_missing_counts(shared_dir):
    mapping = mapping_from_text("variables: {lbp_nrs_0_10: Pain, age_years: Age, bmi_kg_m2: BMI}")
    frame = read_cohort(shared_dir / "data" / "psfmi_lbp_orig.csv", mapping).frame
    assert frame.isna().sum().to_dict() == {"lbp_nrs_0_10": 34, "age_years": 10, "bmi_kg_m2": 0}


def test_stacked_imputations_are_not_taken_for_people(shared_dir):
    path = shared_dir / "data" / "psfmi_lbpmilr.csv"
    naive = mapping_from_text("variables: {person_id: ID, lbp_nrs_0_10: Pain}")
    assert ("STACKED_IMPUTATIONS", "person_id") in codes(read_cohort(path, naive))
    named = mapping_from_text(
        "imputation_column: Impnr\nimputations: ['1']\n"
        "variables: {person_id: ID, lbp_nrs_0_10: Pain}"
    )
    cohort = read_cohort(path, named)
    assert cohort.n_rows == 159
    assert cohort.n_errors == 0


def test_real_hip_motion_lies_in_the_dictionarys_range(shared_dir):
    mapping = mapping_from_text(
        "grain: hip\nvariables: {person_id: person, hip_flexion_deg: fbef, hip_side: side}"
    )
    cohort = read_cohort(shared_dir / "data" / "faraway_hips.csv", mapping)
    assert cohort.n_errors == 0
    assert cohort.frame["hip_flexion_deg"].mean() == pytest.approx(114.49, abs=0.005)
    assert cohort.frame["hip_flexion_deg"].std() == pytest.approx(11.84, abs=0.005)


def test_gender_coded_one_and_two_is_refused_where_zero_and_one_are_stated(shared_dir, tmp_path):
    text = (shared_dir / "data" / "psfmi_hipstudy.csv").read_text()
    mapping = mapping_from_text(
        "variables: {sex: {column: Gender, levels: {'0': female, '1': male}}, age_years: Age}"
    )
    assert ("UNKNOWN_CATEGORY", "sex") not in codes(
        read_cohort(shared_dir / "data" / "psfmi_hipstudy.csv", mapping)
    )
    lines = text.splitlines()
    shifted = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[1] = str(int(cells[1]) + 1)
        shifted.append(",".join(cells))
    path = tmp_path / "external.csv"
    path.write_text("\n".join(shifted) + "\n")
    assert ("UNKNOWN_CATEGORY", "sex") in codes(read_cohort(path, mapping))


@pytest.mark.parametrize(
    ("name", "rows", "grain"),
    [
        ("psfmi_lbp_orig", 159, "person"),
        ("psfmi_lbpmilr", 159, "person"),
        ("psfmi_hipstudy", 426, "person"),
        ("faraway_hips", 78, "hip"),
    ],
)
def test_shipped_mappings_read_their_files(shared_dir, name, rows, grain):
    path = shared_dir / "data" / f"{name}.csv"
    cohort = read_cohort(path, load_mapping(MAPPINGS / f"{name}.yaml"))
    assert (cohort.n_rows, cohort.grain, cohort.n_errors) == (rows, grain, 0)


def test_a_stack_without_persons_is_not_taken_for_people(shared_dir):
    path = shared_dir / "data" / "psfmi_lbpmilr.csv"
    naive = mapping_from_text("variables: {lbp_nrs_0_10: Pain}")
    assert ("STACKED_IMPUTATIONS", "Impnr") in codes(read_cohort(path, naive))


@pytest.mark.slow
def test_no_real_score_is_taken_for_a_copy(shared_dir):
    path = shared_dir / "data" / "nhs_proms_hip_sample15k.csv"
    found = {code for code, _ in codes(read_cohort(path, load_mapping(MAPPING)))}
    assert not found & {"DUPLICATE_COLUMN", "LEAKAGE_SUSPECT", "FUTURE_DATE"}


def test_the_original_open_file_is_read_with_its_sentinels(shared_dir, tmp_path):
    lines = (shared_dir / "data" / "nhs_proms_hip_sample15k.csv").read_text().splitlines()[:6]
    header = lines[0].split(",")
    original = {"pre_eq_vas": "999", "ohs_pre_pain": "9", "gender": "*", "heart_disease": "9"}
    cells = lines[1].split(",")
    for column, sentinel in original.items():
        cells[header.index(column)] = sentinel
    path = tmp_path / "original.csv"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    first = read_cohort(path, load_mapping(MAPPING)).frame.iloc[0]
    assert first[["eq_vas_0_100", "ohs_pain_0_4", "sex"]].isna().all()
    assert first["heart_disease"] == "no"
