"""Which rows may be predicted, and what is worth knowing of them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.sheet.applicability import (
    NEW_SITE,
    assess,
    refuse_other_letter_case,
    refuse_unpredictable,
)
from hiprisk.sheet.columns import GivenColumns, cohort_columns, read_rows
from hiprisk.values import Note
from motion_sheet import MOTION, motion_sheet
from site_sheet import site_sheet
from small_bundle import small_sheet


def texts(*cells):
    return np.array([*cells, None], dtype=object)[:-1]


def assessed(**columns):
    n_rows = len(next(iter(columns.values())))
    return assess(small_sheet(), GivenColumns(columns=columns, n_rows=n_rows))


def test_values_outside_the_hard_range_are_reasons():
    result = assessed(
        age_years=np.array([17.9, 18.0, 110.0, 110.1]), womac_function_0_100=np.full(4, 50.0)
    )
    assert result.usable.tolist() == [False, True, True, False]
    assert result.reasons.joined()[0] == "OUT_OF_RANGE(age_years)"


def test_an_unknown_level_is_a_reason():
    result = assessed(sex=texts("male", "Male", None), womac_function_0_100=np.full(3, 50.0))
    assert result.reasons.joined().tolist() == ["", "UNKNOWN_CATEGORY(sex)", ""]


def test_too_little_known_is_a_reason():
    result = assessed(age_years=np.array([50.0]))
    assert result.usable.tolist() == [True]
    result = assessed(sex=texts("male"))
    assert list(result.reasons.masks) == [Note("TOO_MANY_MISSING")]


def test_outside_training_is_a_flag():
    result = assessed(age_years=np.array([60.0, 88.0, 95.0]), womac_function_0_100=np.full(3, 50.0))
    flags = result.flags.joined().tolist()
    assert flags[0] == "SIMULATED_MODEL"
    assert flags[1] == "EXTRAPOLATION(age_years);SIMULATED_MODEL"
    # Unusual too, but not seen weighs more: the wildest value has no weaker flag.
    assert flags[2] == "EXTRAPOLATION(age_years);SIMULATED_MODEL"


def test_unusual_is_a_flag_where_the_model_has_seen_such_values():
    sheet = small_sheet(provenance="real")
    specs = [dataclasses.replace(spec, soft=(55.0, 75.0)) if spec.name == "age_years" else spec
             for spec in sheet.variables]  # fmt: skip
    sheet = dataclasses.replace(sheet, variables=tuple(specs))
    columns = {"age_years": np.array([60.0, 80.0, 95.0])}
    flags = assess(sheet, GivenColumns(columns=columns, n_rows=3)).flags.joined().tolist()
    assert flags == ["", "UNUSUAL(age_years)", "EXTRAPOLATION(age_years)"]


def test_a_model_of_real_people_has_no_simulated_flag():
    sheet = small_sheet(provenance="real")
    columns = {"womac_function_0_100": np.array([50.0])}
    result = assess(sheet, GivenColumns(columns=columns, n_rows=1))
    assert not result.flags.masks


def test_several_reasons_stand_side_by_side():
    result = assessed(age_years=np.array([5.0]), sex=texts("x"))
    codes = result.reasons.joined()[0].split(";")
    assert codes == ["OUT_OF_RANGE(age_years)", "UNKNOWN_CATEGORY(sex)", "TOO_MANY_MISSING"][:2]


def test_infinity_and_what_is_near_it_is_not_finite():
    result = assessed(womac_function_0_100=np.array([np.inf, -1.1e300, 1e300]))
    assert result.reasons.joined().tolist() == [
        "NOT_FINITE(womac_function_0_100)",
        "NOT_FINITE(womac_function_0_100)",
        "OUT_OF_RANGE(womac_function_0_100)",
    ]


def test_what_could_not_be_read_is_a_reason_in_its_variables_place_and_not_missing():
    wrong = np.array([True, False])
    given = GivenColumns(
        columns={"sex": texts(None, None), "womac_function_0_100": np.array([np.nan, np.nan])},
        n_rows=2,
        unreadable={
            Note("NOT_A_NUMBER", "womac_function_0_100"): wrong,
            Note("UNKNOWN_CATEGORY", "sex"): wrong,
            Note("NOT_A_NUMBER", "bmi_kg_m2"): wrong,  # no variable of this model
            Note("BAD_ID", "person_id"): wrong,
        },
    )
    assert assess(small_sheet(), given).reasons.joined().tolist() == [
        "BAD_ID(person_id);UNKNOWN_CATEGORY(sex);NOT_A_NUMBER(womac_function_0_100)",
        "TOO_MANY_MISSING",
    ]


def test_three_small_angles_are_radians():
    nan = np.nan
    rows = [
        (1.9, 0.4, 0.6, "UNIT_SUSPECT(hip_flexion_deg)"),
        (nan, 0.4, 0.6, ""),  # two are too few to tell
        (95.0, 0.4, 0.6, ""),
        (3.2, 0.4, 0.6, ""),
        (3.19, -0.4, 0.6, "UNIT_SUSPECT(hip_flexion_deg)"),
        (0.0, 0.0, 0.0, ""),  # the same in either unit
        (1.9, -20.0, 0.6, ""),
        (1.9, 0.4, 200.0, "OUT_OF_RANGE(hip_abduction_deg)"),
    ]
    columns = {name: np.array([row[i] for row in rows]) for i, name in enumerate(MOTION)}
    columns["womac_function_0_100"] = np.full(len(rows), 50.0)
    found = assess(motion_sheet(), GivenColumns(columns=columns, n_rows=len(rows)))
    assert found.reasons.joined().tolist() == [row[3] for row in rows]
    del columns["hip_abduction_deg"]
    fewer = GivenColumns(columns=columns, n_rows=len(rows))
    assert not assess(motion_sheet(), fewer).reasons.any().any()


def test_a_file_without_the_variables_that_matter_is_refused_by_their_labels():
    sheet = small_sheet()
    names = {spec.name for spec in sheet.variables}
    refuse_unpredictable(sheet, names - {"sex"}, file="x.csv")
    words = r"x\.csv: womac_function_0_100: no row can be predicted without WOMAC function .*_0_100"
    with pytest.raises(InputError, match=words) as caught:
        refuse_unpredictable(sheet, {"sex"}, file="x.csv")
    assert caught.value.code == "MISSING_COLUMN"


def test_a_column_that_a_mapping_leaves_out_is_named():
    with pytest.raises(InputError, match=r"has a column of that name, which the mapping leaves"):
        refuse_other_letter_case(["sex"], ["Age", "sex"])


def test_a_model_of_unknown_people_needs_every_variable_that_it_weighs():
    sheet = dataclasses.replace(small_sheet(), max_imputed_weight=0.0)
    with pytest.raises(InputError, match=r"no row can be predicted without [^;]*\(sex\) \(hip"):
        refuse_unpredictable(sheet, {v.name for v in sheet.variables} - {"sex"}, file="x.csv")


def test_a_variable_without_weight_is_not_asked_for():
    sheet = small_sheet()
    light = tuple(
        dataclasses.replace(spec, weight=0.0) if spec.name == "sex" else spec
        for spec in sheet.variables
    )
    with pytest.raises(InputError, match="no row can be predicted without") as caught:
        refuse_unpredictable(dataclasses.replace(sheet, variables=light), (), file="x.csv")
    assert "(age_years)" in str(caught.value)
    assert "(sex)" not in str(caught.value)
    assert "more" not in str(caught.value)


PATIENT = {"age_years": 60, "sex": "male", "lbp_any": "no", "womac_function_0_100": 30}


def test_a_new_site_is_flagged_and_weighs_nothing():
    sheet = site_sheet()
    given = read_rows(sheet.variables, [{"site": "South"}, {"site": "East"}, {}, {"site": "3.0"}])
    found = assess(sheet, given)
    assert found.flags.masks[Note(NEW_SITE, "site")].tolist() == [False, True, False, False]
    assert Note("UNKNOWN_CATEGORY", "site") not in found.reasons.masks
    # A cohort's reader leaves the name as it is.
    frame = pd.DataFrame({"site": ["South", "East", None]})
    found = assess(sheet, cohort_columns(sheet.variables, frame))
    assert found.flags.masks[Note(NEW_SITE, "site")].tolist() == [False, True, False]
    # What cannot be given does not weigh; what is not given does.
    given = read_rows(sheet.variables, [{**PATIENT, "site": "East"}, PATIENT])
    strict = dataclasses.replace(sheet, max_imputed_weight=0.05)
    assert assess(strict, given).usable.tolist() == [True, False]


def test_an_unknown_level_of_another_variable_stays_refused():
    given = read_rows(
        site_sheet().variables, [{"sex": "x", "site": "East", "womac_function_0_100": 30}]
    )
    found = assess(site_sheet(), given)
    assert list(found.reasons.masks) == [Note("UNKNOWN_CATEGORY", "sex")]
