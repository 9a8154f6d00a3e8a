"""The rules of a study config beyond the type of each key."""

import dataclasses

import pytest

from hiprisk.config import StudyConfig
from hiprisk.errors import ConfigError
from study_text import check_refused, small_study

EVENT = "{name: x, label: x, direction: above, reference: %s, value: %s}"


def test_predictors_stand_once_in_the_order_of_the_blocks():
    study = small_study("blocks.back=[lbp_any, age_years]")
    assert study.predictors == ("age_years", "womac_function_0_100", "lbp_any")


def test_the_mean_is_always_a_candidate_and_the_first():
    assert list(small_study().families.named()) == ["mean", "linear"]
    only = small_study("families={mean: {}}")
    assert list(only.families.named()) == ["mean"]


def test_settings_are_frozen():
    study = small_study()
    with pytest.raises(dataclasses.FrozenInstanceError, match="seed"):
        study.seed = 2
    assert hash(study.outcome)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("confounders=[height_cm]", "confounder height_cm is in no block"),
        ("blocks.core=[age_years, womac_function_followup_0_100]",
         "womac_function_followup_0_100 belongs to the outcome and cannot be a predictor"),
        ("families={logistic: {}}", "the model type logistic does not fit a continuous outcome"),
        ("families={ordinal: {link: cauchit}}", "families.ordinal.link"),
        ("families={ordinal: {l1_share: 0}}", "families.ordinal.l1_share"),
        ("families={mean: null}", "name at least one model type"),
        ("families.linear={penalty: {low: 1, high: 0.1}}", "low must be smaller than high"),
        ("families.linear={penalty: {low: 0, high: 1, log: true}}", "a log range must be positive"),
        ("cohort.file=a.csv", "give either simulate or file, not both"),
        ("cohort.simulate.n=10", "--set cohort.simulate.n: must be at least 20"),
        ("outcome.bounds=[100, 0]", "bounds must ascend"),
        ("outcome.events=[]", "a continuous outcome needs at least one event"),
        ("outcome.baseline=null", "an event refers to the baseline"),
        ("outcome.event_level=yes", "dichotomise and event_level belong to a binary outcome"),
        ("outcome.kind=binary", "a binary outcome needs either dichotomise or event_level"),
        ("outcome.levels=[no, yes]", "levels belong to a binary outcome with an event_level"),
        (f"outcome.events=[{EVENT % ('fixed', 412)}]",
         "the value of event x must lie inside outcome.bounds"),
        (f"outcome.events=[{EVENT % ('baseline', 100)}]",
         "event x is a change larger than the range of outcome.bounds"),
        (f"outcome.events=[{EVENT % ('fixed', 5)}, {EVENT % ('fixed', 6)}]",
         "two events have the same name"),
        ("validation.holdout={variable: site, test: [a], develop: [a, b]}",
         "develop and test share a level"),
        ("imputation.draws_at_prediction=3", "must be a multiple of 2"),
        ("outcome.horizon_months=0", "must be greater than 0"),
        ("outcome.horizon_months=.inf", "must be a number"),
        ("outcome.thresholds=[0.2, 0]", "--set outcome.thresholds.1: must be greater than 0"),
        ("outcome.thresholds=[1]", "--set outcome.thresholds.0: must be less than 1"),
        ("outcome.thresholds=[.nan]", "--set outcome.thresholds.0: must be a number"),
        ("outcome.smallest_gain_worth_having.metric=rsme",
         "must be one of 'r2', 'rmse', 'crps', 'c_statistic', 'brier', 'scaled_brier' "
         "(did you mean rmse?)"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused(override, message):
    check_refused(message, override)


def test_a_binary_outcome_has_no_events():
    check_refused(
        "events belong to a continuous outcome", "outcome.kind=binary", "outcome.event_level=yes"
    )


def test_a_binary_study_has_logistic_models():
    study = small_study(
        "outcome.kind=binary", "outcome.event_level=yes", "outcome.events=[]",
        "families={logistic: {}}",
    )  # fmt: skip
    assert isinstance(study, StudyConfig)
    assert list(study.families.named()) == ["mean", "logistic"]


@pytest.mark.parametrize("levels", ["[no, maybe]", "[yes]", "[yes, yes]"])
def test_levels_of_an_outcome_hold_its_event_and_another(levels):
    check_refused(
        "levels are two or more, event_level among them",
        "outcome.kind=binary", "outcome.event_level=yes", f"outcome.levels={levels}",
        "outcome.events=[]", "families={logistic: {}}",
    )  # fmt: skip


def test_a_level_may_be_written_as_a_number():
    study = small_study(
        "outcome.kind=binary", "outcome.event_level=1", "outcome.levels=[0, 1]",
        "outcome.events=[]", "families={logistic: {}}", "cohort.where={site: [2]}",
    )  # fmt: skip
    assert (study.outcome.event_level, study.outcome.levels) == ("1", ("0", "1"))
    assert study.cohort.where == {"site": ("2",)}


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("cohort.where={smoking: []}", "cohort.where.smoking"),
        (
            "validation.holdout={variable: site, test: [a], develop: []}",
            "validation.holdout.develop",
        ),
    ],
)
def test_a_list_of_levels_that_names_none_is_refused(override, key):
    with pytest.raises(ConfigError, match=rf"{key}: must have at least 1 item"):
        small_study(override)


def test_an_ordinal_model_needs_a_bounded_score():
    check_refused(
        "the model type ordinal is of a bounded score; state outcome.bounds",
        "families={ordinal: {}}",
        "outcome.bounds=null",
    )


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("families={ordinal: {}}", "the model type ordinal does not fit a binary outcome"),
        ("tuning.loss=crps", "tuning.loss: crps is of a continuous outcome"),
    ],
)
def test_a_binary_outcome_has_neither_an_ordinal_model_nor_a_crps(override, said):
    binary = (
        "outcome.kind=binary", "outcome.events=[]", "families={logistic: {}}",
        "outcome.dichotomise={name: w, label: w, direction: above, reference: baseline, value: 10}",
        "outcome.smallest_gain_worth_having={metric: brier, value: 0.01}",
    )  # fmt: skip
    assert small_study(*binary).tuning.loss == "mse"
    check_refused(said, *binary, override)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("outcome.baseline=womac_function_followup_0_100", "the baseline is the outcome itself"),
        ("outcome.thresholds=[0.2, 0.3, 0.2]", "a threshold comes twice"),
        ("outcome.smallest_gain_worth_having.value=1", "no gain in r2 is 1 or more"),
        ("blocks.back=[lbp_any, lbp_any]", "lbp_any comes twice in block back"),
        ("block_labels={bck: low back pain}", "bck is no block; did you mean back"),
        ("block_labels={back: ' '}", "the label of back is empty"),
        ("confounders=[age_yeers]", "confounder age_yeers is in no block; did you mean age_years?"),
    ],
)
def test_what_can_only_be_a_slip_is_refused(override, said):
    check_refused(said, override)


def test_a_gain_in_units_of_the_outcome_may_be_large():
    gain = small_study("outcome.smallest_gain_worth_having={metric: rmse, value: 2}")
    assert gain.outcome.smallest_gain_worth_having.value == 2
