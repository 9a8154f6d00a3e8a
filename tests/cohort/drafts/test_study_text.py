"""The drafted study: outcome by its name, predictors of the first visit, open questions marked."""

import pytest

from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.study_text import config_text
from hiprisk.config import study_from_text
from hiprisk.errors import ConfigError

GRIP = {"hard": (0.0, 90.0), "soft": (0.0, 90.0)}


def packaged(*names):
    return [Proposal(column=name, variable=name) for name in names]


def own(name, kind="number", **more):
    variable = Variable(name=name, label=name, kind=kind, source="x", **more)
    return Proposal(column=name, variable=name, own=variable)


def study(proposals, **more):
    return config_text(proposals, name="x", file="x.csv", mapping="m.yaml", **more)


def test_a_packaged_score_at_followup_is_the_outcome():
    config = study_from_text(study(packaged("age_years", "ohs_0_48", "ohs_followup_0_48")))
    assert config.outcome.variable == "ohs_followup_0_48"
    assert (config.outcome.baseline, config.outcome.higher_is) == ("ohs_0_48", "better")
    assert config.predictors == ("age_years", "ohs_0_48")
    assert config.outcome.events[0].value == -8
    # A score with ends has a candidate that knows them.
    assert list(config.families.named()) == ["mean", "linear", "ordinal", "boosting"]


def test_an_own_category_of_two_levels_is_a_binary_outcome():
    levels = {"levels": ("no", "yes")}
    text = study([*packaged("age_years"), own("satisfied_12m", "category", **levels)])
    config = study_from_text(text)
    assert (config.outcome.kind, config.outcome.event_level) == ("binary", "yes")
    assert config.families.logistic is not None
    assert 'event_level: "yes"  # DECIDE: the event: no, yes?' in text


@pytest.mark.parametrize(
    "later", ["grip_followup", "post_grip", "grip_12m", "grip_6_months", "t2_grip"]
)
def test_what_is_known_later_is_the_outcome_and_no_predictor(later):
    config = study_from_text(study([own("grip", **GRIP), own(later, **GRIP)]))
    assert (config.outcome.variable, config.outcome.baseline) == (later, "grip")
    assert config.outcome.bounds == (0, 90)
    assert config.predictors == ("grip",)


def test_without_a_likely_outcome_it_is_asked():
    text = study([*packaged("age_years"), own("grip")])
    assert "  variable: DECIDE  # one of: grip, age_years; then take it out of blocks" in text
    answered = study_from_text(text.replace("variable: DECIDE", "variable: grip"))
    assert answered.predictors == ("age_years",)
    with pytest.raises(ConfigError, match="this is still to be decided"):
        study_from_text(text)


def test_a_stated_outcome_is_no_predictor():
    proposals = [*packaged("age_years"), own("grip", hard=(0.0, 200.0), soft=(10.0, 60.0))]
    config = study_from_text(study(proposals, outcome_column="grip"))
    assert (config.outcome.variable, config.predictors) == ("grip", ("age_years",))
    # A range of credible values is no scale with ends.
    assert config.outcome.bounds is None
    assert config.families.ordinal is None
    assert config.outcome.events[0].value == 35


def test_the_same_at_the_first_visit_is_the_baseline():
    scale = {"hard": (0.0, 10.0), "soft": (0.0, 10.0)}
    config = study_from_text(study([own("pain", **scale), own("pain_12m", **scale)]))
    assert (config.outcome.variable, config.outcome.baseline) == ("pain_12m", "pain")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("gripp", r"the file has no column 'gripp' \(did you mean grip\?\)"),
        ("notes", "nothing is made of the column 'notes': free text"),
        ("work", "'work' has 3 levels, and an outcome is a number or has two"),
    ],
)
def test_a_stated_outcome_that_cannot_be_one_is_refused(column, message):
    proposals = [
        own("grip"),
        own("work", "category", levels=("a", "b", "c")),
        Proposal(column="notes", left_out="free text"),
    ]
    with pytest.raises(ConfigError, match=message):
        study(proposals, outcome_column=column)


def test_the_baseline_of_a_score_is_found_by_its_column_and_later_scores_are_no_predictors():
    scale = {"hard": (0.0, 100.0), "soft": (0.0, 100.0), "direction": "higher_better"}
    columns = [
        Proposal(column="HOOS function BL", variable="hoos_adl_0_100"),
        own("hoos_function_12m", **scale),
        own("hoos_pain_t1", **scale),
    ]
    config = study_from_text(study(columns))
    assert (config.outcome.variable, config.outcome.baseline) == (
        "hoos_function_12m",
        "hoos_adl_0_100",
    )
    assert (config.outcome.higher_is, config.outcome.events[0].value) == ("better", -10)
    assert config.predictors == ("hoos_adl_0_100",)


def test_another_model_s_prediction_and_a_later_event_are_no_predictors_and_the_draft_says_so():
    event = {"levels": ("no", "yes")}
    columns = [own("cancer", "category", **event), own("dead", "category", **event)]
    text = study([*columns, own("cancerpredmarker"), own("marker")], outcome_column="cancer")
    assert study_from_text(text).predictors == ("marker",)
    assert "# not proposed, by the name predicted by another model: cancerpredmarker" in text
    assert "# not proposed, by the name known after the first visit: dead" in text
