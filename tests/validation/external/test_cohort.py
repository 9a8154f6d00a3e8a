"""Who is evaluated in a cohort of new people, and what is refused."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.file_rows import FileRows
from hiprisk.cohort.findings import Finding
from hiprisk.config import ReplacementSettings
from hiprisk.errors import InputError
from hiprisk.serving.dataframe import answer_frame
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import TrainingSummary
from hiprisk.validation.external.cohort import cohort_of_predictions, predict_cohort
from hiprisk.validation.external.validation import validate_externally
from hiprisk.values import Note
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, WORSE, cohort_of, evaluated


def test_predictions_are_those_of_the_sheet(people):
    sheet = small_sheet(provenance="real")
    people.loc[::5, "lbp_any"] = None
    found = predict_cohort(sheet, OUTCOME, cohort_of(people))
    served = answer_frame(SheetEvaluator(sheet), people)["predicted"].to_numpy()
    assert np.array_equal(found.predicted, served)
    assert found.imputed_share == {"lbp_any": 0.2}
    inside = (found.predicted > 0) & (found.predicted < 100)
    assert found.lp[inside] == pytest.approx(found.predicted[inside], abs=1e-9)


@pytest.mark.slow
def test_every_row_is_counted(people):
    people.loc[0, "age_years"] = 300.0
    people.loc[1, "sex"] = "unheard of"
    people.loc[2:4, "womac_function_followup_0_100"] = np.nan
    found, _ = evaluated(people)
    assert found.n == 295
    assert dict(found.reasons) == {"OUT_OF_RANGE(age_years)": 1, "UNKNOWN_CATEGORY(sex)": 1}
    assert [(s.n_left_out, s.n_remaining) for s in found.flow] == [(0, 300), (3, 297), (2, 295)]


def test_cells_that_could_not_be_read_are_a_reason_not_a_missing_value(people):
    mask = np.arange(300) == 10
    people.loc[10, "sex"] = None
    cohort = cohort_of(people, unreadable={Note("UNKNOWN_CATEGORY", "sex"): mask})
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert dict(found.reasons) == {"UNKNOWN_CATEGORY(sex)": 1}
    assert found.n == 299


def test_the_strategy_for_hip_replacement_is_the_models(people):
    people["hip_replacement_before_followup"] = np.where(np.arange(300) < 30, "yes", "no")
    strategy = ReplacementSettings(strategy="exclude", variable="hip_replacement_before_followup")
    outcome = dataclasses.replace(OUTCOME, hip_replacement=strategy)
    found = predict_cohort(small_sheet(provenance="real"), outcome, cohort_of(people))
    assert found.n == 270
    assert found.flow[1].label == "hip replaced before follow-up (excluded)"
    assert (len(found.scored), len(found.first_visit)) == (270, 300)


def test_a_cohort_without_the_outcome_is_refused(people):
    frame = people.drop(columns="womac_function_followup_0_100")
    with pytest.raises(InputError, match="the cohort has no 'womac_function_followup_0_100'"):
        evaluated(frame)


def test_codes_that_look_shifted_are_refused(people):
    finding = Finding(code="SHIFTED_CODES", severity="error", message="coded 1 and 2?",
                      advice="state the levels", column="lbp_any", count=200)  # fmt: skip
    cohort = dataclasses.replace(cohort_of(people), findings=(finding,))
    with pytest.raises(InputError, match="coded 1 and 2"):
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort, accept_units=True)


def test_another_unit_is_refused_unless_accepted(people):
    people["womac_function_0_100"] /= 100.0
    cohort = cohort_of(people)
    with pytest.raises(InputError, match=r"another unit or scale.*--accept-units"):
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert (
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort, accept_units=True).n == 300
    )


def test_an_outcome_on_another_scale_within_its_bounds_is_refused_as_a_predictor_is(people):
    outcome = dataclasses.replace(OUTCOME, unit="points 0-100", bounds=(0.0, 100.0))
    known = people[outcome.variable].quantile([0.25, 0.5, 0.75]).to_numpy()
    then = TrainingSummary(median=float(known[1]), iqr=float(known[2] - known[0]))
    sheet, cohort = small_sheet(provenance="real"), cohort_of(people)
    assert predict_cohort(sheet, outcome, cohort, outcome_in_development=then).n == 300
    people[outcome.variable] /= 10.0
    tenths = cohort_of(people)
    with pytest.raises(InputError, match=r"given from 0 to 10\?.*--accept-units"):
        predict_cohort(sheet, outcome, tenths, outcome_in_development=then)
    found = predict_cohort(sheet, outcome, tenths, accept_units=True, outcome_in_development=then)
    assert "UNIT_SUSPECT" in [finding.code for finding in found.warnings]


def test_a_few_outcomes_off_their_scale_are_unknown_counted_and_said(people):
    people.loc[5:6, "womac_function_followup_0_100"] = 999.0
    finding = Finding(code="OUT_OF_RANGE", severity="error", message="outside 0 to 100",
                      advice="correct them", column=OUTCOME.variable, count=2)  # fmt: skip
    cohort = dataclasses.replace(cohort_of(people), findings=(finding,))
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert found.n == 298
    labels = [step.label for step in found.flow]
    assert "outcome: 2 values outside 0 to 100, taken as unknown" in labels
    assert [one.code for one in found.warnings] == ["OUT_OF_RANGE"]


def test_an_outcome_on_another_scale_is_refused(people):
    people.loc[:15, "womac_function_followup_0_100"] = 140.0
    with pytest.raises(InputError, match=r"the outcome must lie in \[0, 100\]"):
        evaluated(people)


def test_too_few_people_or_events_are_refused(people):
    with pytest.raises(InputError, match="19 people with outcome and prediction are too few"):
        evaluated(people.head(19))
    people["worsened"] = np.where(np.arange(300) < 4, "yes", "no")
    with pytest.raises(InputError, match="4 events among 300 people"):
        evaluated(people, sheet=small_sheet(kind="binary", provenance="real"), outcome=WORSE)


def test_predictions_in_a_column_are_judged_as_they_stand(people):
    people["p"] = people["womac_function_followup_0_100"] - 2.0
    people.loc[0, "p"] = np.nan
    found = cohort_of_predictions("p", OUTCOME, cohort_of(people))
    assert dict(found.reasons) == {"NO_PREDICTION(p)": 1}
    result = validate_externally(found, OUTCOME, model=MODEL, n_resamples=60)
    by_name = {e.name: e.value for e in result.performance.metrics}
    assert by_name["calibration_in_the_large"] == pytest.approx(2.0)
    assert by_name["rmse"] == pytest.approx(2.0)


def test_an_absent_column_of_predictions_and_percentages_are_refused(people):
    with pytest.raises(InputError, match="no such column of predictions"):
        cohort_of_predictions("p", OUTCOME, cohort_of(people))
    people["p"] = 40.0
    with pytest.raises(InputError, match=r"predictions must lie in \[0, 1\]; 300 of 300"):
        cohort_of_predictions("p", WORSE, cohort_of(people))


def test_a_few_predictions_off_their_scale_are_the_reason_of_their_rows(people):
    people["p"] = 0.3
    people.loc[4:15, "p"] = 9.0
    people.loc[30, "p"] = np.nan
    people = people.head(299)
    rows = FileRows(np.arange(299) + 2)
    found = cohort_of_predictions("p", WORSE, cohort_of(people, rows=rows))
    assert dict(found.reasons) == {"NO_PREDICTION(p)": 1, "OUT_OF_RANGE(p)": 12}
    assert (found.n, len(found.scored)) == (286, 286)
    [warning] = found.warnings
    assert (warning.code, warning.severity, warning.count) == ("OUT_OF_RANGE", "warning", 12)
    assert warning.rows == tuple(range(6, 16))


def test_a_cohort_without_what_a_prediction_needs_is_refused_by_label(people):
    frame = people.drop(columns=["womac_function_0_100", "age_years", "lbp_any"])
    with pytest.raises(InputError, match="no row can be predicted without WOMAC function") as no:
        predict_cohort(small_sheet(), OUTCOME, cohort_of(frame))
    assert no.value.code == "MISSING_COLUMN"


@pytest.mark.parametrize("noted", [False, True])
def test_codes_of_the_outcome_that_mean_nothing_are_unknown_counted_and_said(people, noted):
    """9, and Yes beside yes: they were people without the event, in silence."""
    sheet = small_sheet(kind="binary", provenance="real")
    worse = np.where(people["womac_function_followup_0_100"] > 45, "yes", "no").astype(object)
    clean = predict_cohort(sheet, WORSE, cohort_of(people.assign(worsened=worse)))
    odd = worse.copy()
    odd[:6], odd[6:9] = "9", "Yes"
    step = "outcome: 9 codes are no declared level, taken as unknown"
    if noted:  # as the reader does where it knows the levels
        mask = np.arange(300) < 9
        odd[mask] = None
        finding = Finding(code="UNKNOWN_CATEGORY", severity="error", message="no level",
                          advice="state them", column="worsened", count=9)  # fmt: skip
        cohort = cohort_of(people.assign(worsened=odd),
                           unreadable={Note("UNKNOWN_CATEGORY", "worsened"): mask})  # fmt: skip
        cohort = dataclasses.replace(cohort, findings=(finding,))
        found = predict_cohort(sheet, WORSE, cohort)
        [warning] = found.warnings
        assert (warning.code, warning.severity) == ("UNKNOWN_CATEGORY", "warning")
        assert warning.advice.startswith("taken as unknown")
    else:
        found = predict_cohort(sheet, WORSE, cohort_of(people.assign(worsened=odd)))
    assert step in [one.label for one in found.flow]
    assert found.n == 291
    assert found.observed.tolist() == clean.observed[9:].tolist()


@pytest.mark.parametrize("column", ["womac_function_0_100", OUTCOME.variable, "odi_0_100"])
def test_items_that_look_coded_otherwise_are_warned_of_where_they_matter(people, column):
    suspect = Finding(
        code="ITEM_CODING", severity="warning", column=column, message="m", advice="a"
    )
    cohort = dataclasses.replace(cohort_of(people), findings=(suspect,))
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert (suspect in found.warnings) == (column != "odi_0_100")
    certain = dataclasses.replace(suspect, severity="error")
    cohort = dataclasses.replace(cohort, findings=(certain,))
    if column == "odi_0_100":
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
        return
    with pytest.raises(InputError, match=f"{column}: m") as refused:
        predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert refused.value.code == "ITEM_CODING"


def test_cells_of_a_continuous_outcome_that_cannot_be_read_are_said(people):
    people.loc[:2, OUTCOME.variable] = np.nan
    mask = np.arange(300) < 3
    finding = Finding(code="NOT_A_NUMBER", severity="error", message="cells are no numbers",
                      advice="correct them", column=OUTCOME.variable, count=3)  # fmt: skip
    cohort = cohort_of(people, unreadable={Note("NOT_A_NUMBER", OUTCOME.variable): mask})
    cohort = dataclasses.replace(cohort, findings=(finding,))
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort)
    assert [one.code for one in found.warnings] == ["NOT_A_NUMBER"]
    # Where none of them is among the rows that are selected, there is nothing to say.
    none = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort.take(np.arange(100, 300)))
    assert none.warnings == ()


def test_events_that_need_a_baseline_which_nobody_has_are_said_and_not_evaluated(people):
    """It ended with: 'observed' must be one non-empty column."""
    frame = people.drop(columns="womac_function_0_100")
    sheet = small_sheet(provenance="real")
    found, result = evaluated(frame, sheet=sheet, by=())
    assert [event.name for event in sheet.outcome.events] == ["worsening", "acceptable_state"]
    assert [event["name"] for event in result.to_dict()["events"]] == ["acceptable_state"]
    [warning] = [one for one in found.warnings if one.code == "MISSING_COLUMN"]
    assert warning.column == "womac_function_0_100"
    assert warning.message == "nobody's baseline is known: worsening cannot be evaluated"


def test_an_outcome_that_runs_against_its_baseline_is_warned_of(people):
    people["womac_function_followup_0_100"] = 100 - people["womac_function_followup_0_100"]
    found = predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort_of(people))
    [warning] = [one for one in found.warnings if one.code == "DIRECTION_SUSPECT"]
    assert warning.column == "womac_function_followup_0_100"
    assert "one of the two may run the other way" in warning.message
