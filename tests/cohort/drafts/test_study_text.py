"""The drafted study: outcome by its name, predictors of the first visit, open questions marked."""

import pytest

from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.study_text import config_text
from hiprisk.config import study_from_text
from hiprisk.errors import ConfigError


def packaged(*names):
    return [Proposal(column=name, variable=name) for name in names]


def own(name, kind="number", **more):
    variable = Variable(name=name, label=name, kind=kind, source="x", **more)
    return Proposal(column=name, variable=name, own=variable)


def study(proposals):
    return config_text(proposals, name="x", file="x.csv", mapping="m.yaml")


def test_a_packaged_score_at_followup_is_the_outcome():
    config = study_from_text(study(packaged("age_years", "ohs_0_48", "ohs_followup_0_48")))
    assert config.outcome.variable == "ohs_followup_0_48"
    assert (config.outcome.baseline, config.outcome.higher_is) == ("ohs_0_48", "better")
    assert config.predictors == ("age_years", "ohs_0_48")
    assert config.outcome.events[0].value == -8


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
    config = study_from_text(study([own("grip", hard=(0.0, 90.0)), own(later, hard=(0.0, 90.0))]))
    assert config.outcome.variable == later
    assert config.outcome.bounds == (0, 90)
    assert config.predictors == ("grip",)


def test_without_a_likely_outcome_it_is_asked():
    text = study([*packaged("age_years"), own("grip")])
    assert "  variable: DECIDE  # one of: grip, age_years; what is predicted" in text
    answered = study_from_text(text.replace("variable: DECIDE", "variable: grip"))
    assert answered.predictors == ("age_years",)
    with pytest.raises(ConfigError, match="this is still to be decided"):
        study_from_text(text)
