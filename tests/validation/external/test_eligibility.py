"""Whether a model can be evaluated on a cohort: what is refused, and with which advice."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.file_rows import FileRows
from hiprisk.cohort.findings import Finding
from hiprisk.config import ReplacementSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.participants.flow import FlowStep, unknown_codes_step
from hiprisk.validation.external.eligibility import (
    check_enough,
    check_predictions,
    check_usable,
    refuse_misread,
)
from hiprisk.values import UNKNOWN_CATEGORY, Note
from validated_people import OUTCOME, WORSE, cohort_of


def usable(cohort, outcome=OUTCOME, **options):
    check_usable(cohort, outcome, used=["age_years", "sex"], accept_units=False, **options)


def test_stacked_imputations_are_not_evaluated_as_people(people):
    cohort = cohort_of(people, imputation=("1", "2") * (len(people) // 2))
    with pytest.raises(ConfigError, match="each person would count several times"):
        usable(cohort)


def test_the_way_out_of_an_absent_hip_replacement_column_is_named(people):
    strategy = ReplacementSettings(strategy="exclude", variable="hip_replacement_before_followup")
    with pytest.raises(InputError, match="hip_replacement_before_followup") as refused:
        usable(cohort_of(people), dataclasses.replace(OUTCOME, hip_replacement=strategy))
    assert 'hip_replacement_before_followup: {value: "no"}' in str(refused.value)


@pytest.mark.parametrize(("n_unknown", "refused"), [(15, False), (16, True)])
def test_more_than_one_unknown_code_in_twenty_makes_the_others_doubtful(people, n_unknown, refused):
    unreadable = {Note(UNKNOWN_CATEGORY, "sex"): np.arange(300) >= 300 - n_unknown}
    cohort = cohort_of(people, unreadable=unreadable, rows=FileRows(np.arange(300) + 2))
    if not refused:
        usable(cohort)
        return
    with pytest.raises(InputError, match="the codes of 16 of 300 rows are no level") as caught:
        usable(cohort)
    assert (caught.value.code, caught.value.row, caught.value.column) == (
        UNKNOWN_CATEGORY, 286, "sex",
    )  # fmt: skip


def test_unknown_codes_of_what_the_model_does_not_use_do_not_matter(people):
    usable(cohort_of(people, unreadable={Note(UNKNOWN_CATEGORY, "site"): np.ones(300, bool)}))


def finding(code, column="age_years"):
    return Finding(code=code, severity="error", message="odd", advice="look", column=column,
                   count=3)  # fmt: skip


def test_only_a_suspected_unit_can_be_accepted(people):
    cohort = cohort_of(people)
    with pytest.raises(InputError, match=r"odd.*look; or --accept-units"):
        refuse_misread([finding("UNIT_SUSPECT")], cohort, accept_units=False)
    refuse_misread([finding("UNIT_SUSPECT")], cohort, accept_units=True)
    with pytest.raises(InputError, match="odd") as refused:
        refuse_misread([finding("SHIFTED_CODES")], cohort, accept_units=True)
    assert "--accept-units" not in str(refused.value)


def test_a_finding_about_another_column_does_not_refuse_a_model(people):
    other = dataclasses.replace(cohort_of(people), findings=(finding("SHIFTED_CODES", "site"),))
    usable(other)


def test_a_published_score_may_run_over_the_end_of_its_scale_by_a_quarter(people):
    check_predictions("p", OUTCOME, cohort_of(people.assign(p=125.0)))
    with pytest.raises(InputError, match=r"must lie in \[0, 100\]; 300 of 300 do not"):
        check_predictions("p", OUTCOME, cohort_of(people.assign(p=125.1)))


def test_a_score_without_bounds_has_no_end_to_run_over(people):
    endless = dataclasses.replace(OUTCOME, bounds=None)
    found = check_predictions("p", endless, cohort_of(people.assign(p=-1e6)))
    assert not found.any()


def test_a_risk_may_not(people):
    check_predictions("p", WORSE, cohort_of(people.assign(p=1.0)))
    percent = r"must lie in \[0, 1\]; 300 of 300 .*this may be percent: divide the column by 100"
    with pytest.raises(InputError, match=percent):
        check_predictions("p", WORSE, cohort_of(people.assign(p=1.01)))
    with pytest.raises(InputError, match=r"divide the column by 100"):
        check_predictions("p", WORSE, cohort_of(people.assign(p=100.0)))
    for neither in (-0.1, 100.1):
        with pytest.raises(InputError, match=r"a risk is from 0 to 1, not in percent"):
            check_predictions("p", WORSE, cohort_of(people.assign(p=neither)))


def test_one_prediction_in_twenty_may_be_off_its_scale_and_more_are_another_scale(people):
    few = people.assign(p=np.where(np.arange(300) < 15, 9.0, 0.5))
    assert check_predictions("p", WORSE, cohort_of(few)).tolist() == [True] * 15 + [False] * 285
    many = people.assign(p=np.where(np.arange(300) < 16, 9.0, 0.5))
    with pytest.raises(InputError, match=r"16 of 300 do not"):
        check_predictions("p", WORSE, cohort_of(many))


def test_the_hard_range_of_the_columns_own_variable_is_the_scale(people):
    own = Variable(name="p", label="p", kind="number", source="own", hard=(-10.0, 200.0))
    dictionary = load_dictionary().with_variables([own])
    found = check_predictions("p", OUTCOME, cohort_of(people.assign(p=150.0),
                                                      dictionary=dictionary))  # fmt: skip
    assert not found.any()
    with pytest.raises(InputError, match=r"must lie in \[-10, 200\]; 300 of 300"):
        check_predictions("p", OUTCOME, cohort_of(people.assign(p=201.0), dictionary=dictionary))


def test_enough_is_twenty_people_and_five_of_each_kind():
    check_enough(np.r_[np.ones(5), np.zeros(15)], WORSE, file="c.csv")
    with pytest.raises(InputError, match="16 events among 20 people"):
        check_enough(np.r_[np.ones(16), np.zeros(4)], WORSE, file="c.csv")
    with pytest.raises(InputError, match="19 people"):
        check_enough(np.arange(19.0), OUTCOME, file="c.csv")
    with pytest.raises(InputError, match="does not vary"):
        check_enough(np.full(40, 7.0), OUTCOME, file="c.csv")


def test_a_column_that_the_mapping_names_and_the_file_lacks_is_named(people):
    frame = people.drop(columns="womac_function_followup_0_100")
    cohort = cohort_of(frame, absent={"womac_function_followup_0_100": ("WOMF36",)})
    with pytest.raises(InputError, match="the mapping makes it of WOMF36, which the file lacks"):
        usable(cohort)


def test_too_few_people_say_where_the_others_went():
    flow = [
        FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=60),
        FlowStep(label="outcome unknown", n_left_out=4, n_remaining=56),
        FlowStep(label="no prediction (see reasons)", n_left_out=56, n_remaining=0),
    ]
    words = (
        r"0 people with outcome and prediction are too few to evaluate a model \(at least 20\): of "
        r"60 rows 4 outcome unknown; 56 no prediction \(see reasons\) \(TOO_MANY_MISSING 56\)"
    )
    with pytest.raises(InputError, match=words):
        check_enough(np.zeros(0), OUTCOME, file="x.csv", flow=flow,
                     reasons={"TOO_MANY_MISSING": 56})  # fmt: skip


def test_too_few_people_or_events_name_the_codes_that_are_no_level():
    flow = [
        FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=60),
        *unknown_codes_step(np.arange(60) < 35),
        FlowStep(label="outcome unknown", n_left_out=35, n_remaining=25),
    ]
    words = (
        r"25 events among 25 people.*: of 60 rows 35 outcome unknown; outcome: 35 codes are no "
        r"declared level, taken as unknown \(.*state which code is which in the mapping: worsened: "
        r"\{column: C, levels: \{CODE: no, CODE: yes\}\}"
    )
    outcome = dataclasses.replace(WORSE, levels=("no", "yes"))
    with pytest.raises(InputError, match=words):
        check_enough(np.ones(25), outcome, file="x.csv", flow=flow)
    with pytest.raises(InputError, match=r"10 people with outcome and .*35 codes are no declared"):
        check_enough(np.ones(10), outcome, file="x.csv", flow=flow)


def test_unknown_codes_of_the_outcome_are_unknown_outcomes_however_many(people):
    unreadable = {Note(UNKNOWN_CATEGORY, OUTCOME.variable): np.arange(300) < 60}
    usable(cohort_of(people, unreadable=unreadable))


def test_neither_the_outcome_nor_a_category_is_a_prediction(people):
    with pytest.raises(InputError, match="this is the outcome, and no prediction of it"):
        check_predictions(OUTCOME.variable, OUTCOME, cohort_of(people))
    with pytest.raises(InputError, match="of the kind category, and predictions are numbers"):
        check_predictions("sex", OUTCOME, cohort_of(people))
