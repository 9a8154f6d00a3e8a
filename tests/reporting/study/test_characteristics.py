"""Table 1: a row a quantity, mean or median, one of two levels, missing values below."""

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.evidence.participants.baseline_characteristics import table_one
from hiprisk.reporting.study.characteristics import characteristics_table
from hiprisk.wording.quantities import TOO_FEW

N = 40


def shown(missing=True, **columns):
    frame = pd.DataFrame(columns)
    table = table_one(
        frame, list(columns), dictionary=load_dictionary(),
        groups={"all": np.ones(len(frame), dtype=bool)}, smallest_cell=5,
    )  # fmt: skip
    return characteristics_table(table, caption="x", missing=missing).rows


def test_a_number_is_a_mean_or_where_it_is_skewed_a_median():
    ages = np.linspace(50, 90, N)
    [age] = shown(age_years=ages)
    assert age == ("age (years), mean (SD)", f"70.0 ({ages.std(ddof=1):.1f})")
    [counts] = shown(comorbidity_count=np.repeat([0.0, 10.0], [30, 10]))
    assert counts == (
        "number of comorbidities (conditions), median (quartiles)", "0.0 (0.0 to 2.5)",
    )  # fmt: skip


def test_of_two_levels_one_is_shown_and_missing_values_have_a_row():
    sex = np.resize(np.array(["female", "male", None, "male"], dtype=object), N)
    assert shown(sex=sex) == (("sex: female", "10 (33.3 %)"), ("  missing", "10 (25.0 %)"))
    assert shown(missing=False, sex=sex) == (("sex: female", "10 (33.3 %)"),)
    [pain] = shown(lbp_any=np.resize(np.array(["no", "yes"], dtype=object), N))
    assert pain == ("low back pain at the first visit: yes", "20 (50.0 %)")


def test_more_levels_are_rows_in_words_and_few_people_are_not_shown():
    bands = np.array(["50_to_59"] * 30 + ["60_to_69"] * 8 + ["70_to_79"] * 2, dtype=object)
    rows = dict(shown(age_band=bands))
    assert rows["age in ten-year bands"] == ""
    assert rows["  50 to 59"] == "30 (75.0 %)"
    assert rows["  70 to 79"] == rows["  60 to 69"] == TOO_FEW


def test_a_score_that_is_measured_again_says_which_is_of_the_first_visit():
    scores = np.linspace(20, 60, N)
    first, later = shown(womac_function_0_100=scores, womac_function_followup_0_100=scores)
    assert first[0].startswith("WOMAC function at the first visit (points 0-100), ")
    assert later[0].startswith("WOMAC function at follow-up (points 0-100), ")
    [alone] = shown(womac_function_0_100=scores)
    assert alone[0].startswith("WOMAC function (points 0-100), ")
