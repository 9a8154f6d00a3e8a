"""The one path: what is given, assessed, evaluated, and told row by row."""

import dataclasses

import numpy as np

from hiprisk.sheet.answers import OVERFLOW, answer, evaluate
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.values import Note
from raw_values import BASE, OWN, every_kind_sheet

SHEET = every_kind_sheet()
GIVEN = {**BASE, **OWN}
ROWS = [
    GIVEN,
    {**GIVEN, "marker": 10**299},
    {**GIVEN, "age_years": 12},
    {"womac_function_0_100": 9},
]


def evaluated(rows=ROWS, sheet=SHEET):
    return evaluate(SheetEvaluator(sheet), read_rows(sheet.variables, rows))


def test_numbers_that_run_out_are_a_reason_of_their_row_alone():
    found = evaluated()
    assert found.usable.tolist() == [True, False, False, True]
    assert found.assessment.reasons.of_row(1) == (OVERFLOW,)
    assert found.assessment.reasons.of_row(2) == (Note("OUT_OF_RANGE", "age_years"),)
    assert len(found.prediction.predicted) == len(found.known[0]) == 2
    alone = [evaluated([row]).prediction.predicted[0] for row in (ROWS[0], ROWS[3])]
    assert found.prediction.predicted.tolist() == alone


def test_an_infinite_linear_predictor_is_not_hidden_by_the_bounds_of_the_scale():
    # Nothing is missing, so the variance is 0, and the prediction itself would be held at 100.
    found = evaluated([ROWS[1]])
    assert SHEET.outcome.upper == 100.0
    assert found.assessment.reasons.of_row(0) == (OVERFLOW,)


def test_rows_without_a_prediction_have_no_flags_and_nothing_imputed():
    answers = answer(SheetEvaluator(SHEET), read_rows(SHEET.variables, ROWS))
    assert answers.row(2) == {
        **dict.fromkeys(answers.numbers),
        "imputed": [],
        "flags": [],
        "reason": ["OUT_OF_RANGE(age_years)"],
    }
    texts = answers.texts()
    assert texts["reason"].tolist() == ["", "OVERFLOW", "OUT_OF_RANGE(age_years)", ""]
    assert texts["flags"].tolist() == ["SIMULATED_MODEL", "", "", "SIMULATED_MODEL"]
    assert texts["imputed"][3] == "age_years;sex;lbp_any;marker;stage;smoking;severity"
    assert answers.reasons.counts() == {Note("OUT_OF_RANGE", "age_years"): 1, OVERFLOW: 1}
    assert answers.row(3)["imputed"] == texts["imputed"][3].split(";")


def test_no_rows_and_no_values_are_answered():
    for rows, reasons in (([], []), ([{}], ["TOO_MANY_MISSING"])):
        answers = answer(SheetEvaluator(SHEET), read_rows(SHEET.variables, rows))
        assert answers.texts()["reason"].tolist() == reasons
    lenient = dataclasses.replace(SHEET, max_imputed_weight=1.0)
    found = answer(SheetEvaluator(lenient), read_rows(lenient.variables, [{}]))
    assert np.isfinite(found.numbers["predicted"]).all()


def test_answers_stand_among_rows_that_were_not_asked_about():
    answers = answer(SheetEvaluator(SHEET), read_rows(SHEET.variables, ROWS))
    n = len(ROWS)
    selected = np.zeros(2 * n, dtype=bool)
    selected[1::2] = True
    whole = answers.among_all(selected)
    for name, values in answers.numbers.items():
        assert np.array_equal(whole.numbers[name][selected], values, equal_nan=True)
        assert np.isnan(whole.numbers[name][~selected]).all()
    texts, all_texts = answers.texts(), whole.texts()
    for name in texts:
        assert all_texts[name][selected].tolist() == texts[name].tolist()
    assert set(all_texts["reason"][~selected]) == {"NOT_SELECTED"}
    assert set(all_texts["flags"][~selected]) | set(all_texts["imputed"][~selected]) == {""}
    assert whole.refused.sum() == answers.refused.sum()
    assert answers.among_all(np.ones(n, dtype=bool)) is answers
