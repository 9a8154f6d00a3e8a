"""Variables of the wrong kind for their role are refused before a file is read."""

import re

import pytest

from hiprisk.cohort.own_variables import own_dictionary_from_text
from hiprisk.errors import ConfigError
from hiprisk.features.derived import with_declared
from hiprisk.features.roles import check_roles
from study_text import small_study

DICTIONARY = own_dictionary_from_text(
    "score: {label: score, kind: number}\n"
    "state: {label: state, kind: category, levels: [well, ill]}\n"
    "day: {label: day, kind: date}\n"
    "ward: {label: ward, kind: identifier}\n"
)
BINARY = (
    "outcome.kind=binary", "outcome.events=[]", "outcome.bounds=null", "families={logistic: {}}",
    "outcome.smallest_gain_worth_having={metric: brier, value: 0.01}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["outcome.variable=state"],
         "outcome.variable: 'state' is of the kind category, and this needs number (state "
         "outcome.kind: binary and outcome.event_level"),
        ([*BINARY, "outcome.variable=score", "outcome.event_level=ill"],
         "outcome.variable: 'score' is of the kind number, and this needs category (a number has "
         "no event_level"),
        ([*BINARY, "outcome.variable=state", "outcome.event_level=il"],
         "outcome.event_level: 'il' is no level of state; known: well, ill (did you mean ill?)"),
        ([*BINARY, "outcome.variable=state", "outcome.event_level=ill",
          "outcome.levels=[ill, dead]"],
         "outcome.levels: 'dead' is no level of state; known: well, ill"),
        (["families={linear: {splines: [age_year]}}"],
         "families.linear.splines: 'age_year' is in no block, and cannot have a spline (did you "
         "mean age_years?)"),
        (["families={linear: {splines: [lbp_any]}}"],
         "families.linear.splines: 'lbp_any' is a category, and a spline is of a number"),
        (["outcome.variable=scores"],
         "outcome.variable: the dictionary has no variable 'scores' (did you mean score?)"),
        (["outcome.baseline=day"], "outcome.baseline: 'day' is of the kind date"),
        (["blocks.back=[ward]"],
         "blocks: 'ward' is of the kind identifier, and this needs number or category"),
        (["blocks.back=[lbp_anny]"],
         "blocks: 'lbp_anny' is neither a variable of the dictionary nor a derived feature (did "
         "you mean lbp_any?)"),
        (["association={exposure: lbp_anny, level: yes}"],
         "association.exposure: 'lbp_anny' is neither a variable of the dictionary nor a derived"),
        (["association={exposure: lbp_any, level: yes, splines: {sex: 3}}"],
         "association.splines: 'sex' is of the kind category, and this needs number"),
        (["association={exposure: lbp_any, level: yes, auxiliary: [ward]}"],
         "association.auxiliary: 'ward' is of the kind identifier"),
        (["measurement_error={lbp_any: 1}"],
         "measurement_error: 'lbp_any' is of the kind category, and this needs number"),
        (["imputation.auxiliary=[womac_pane_0_100]"],
         "imputation.auxiliary: the dictionary has no variable 'womac_pane_0_100' (did you mean "
         "womac_pain_0_100?)"),
        (["imputation.auxiliary=[womac_function_followup_0_100]"],
         "imputation.auxiliary: 'womac_function_followup_0_100' is the outcome, and informs"),
        (["imputation.auxiliary=[age_years]"], "'age_years' is a predictor, and informs"),
        (["imputation.auxiliary=[sex, sex]"], "'sex' comes twice, and informs"),
        (["imputation.auxiliary=[day]"], "imputation.auxiliary: 'day' is of the kind date"),
        (["validation.reference_prediction=state"],
         "validation.reference_prediction: 'state' is of the kind category"),
        (["validation.reference_prediction=womac_function_followup_0_100"],
         "validation.reference_prediction: this is the outcome, and no prediction of it"),
        (["association={exposure: state, level: ill, strata: score}"],
         "association.strata: 'score' is of the kind number"),
        (["association={exposure: day}"], "association.exposure: 'day' is of the kind date"),
        (["outcome.hip_replacement={strategy: exclude, variable: state}"],
         "outcome.hip_replacement.variable: 'yes' is no level of state; known: well, ill"),
    ],
)  # fmt: skip
def test_a_variable_of_the_wrong_kind_is_refused(overrides, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        check_roles(small_study(*overrides), DICTIONARY)


@pytest.mark.parametrize(
    "overrides",
    [[], ["outcome.variable=score"], [*BINARY, "outcome.variable=state",
     "outcome.event_level=ill"], ["blocks.back=[state, score, hip_flexion_worse_deg]"]],
)  # fmt: skip
def test_variables_of_the_right_kind_pass(overrides):
    check_roles(small_study(*overrides), DICTIONARY)


@pytest.mark.parametrize("where", ["blocks.back=[leak]", "association={exposure: leak}"])
def test_a_feature_that_is_made_of_the_outcome_is_refused(where):
    config = small_study(
        "derived={half: {label: h, op: product, of: [womac_function_followup_0_100, 0.5]}, "
        "leak: {label: l, op: difference, of: [half, age_years]}}",
        where,
    )
    dictionary = with_declared(DICTIONARY, config.derived)
    message = "derived.leak: the feature is made of 'womac_function_followup_0_100'"
    with pytest.raises(ConfigError, match=message):
        check_roles(config, dictionary)
