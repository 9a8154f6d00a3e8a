"""Definitions of low back pain beyond yes or no."""

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.features.back import CHRONIC_MONTHS, back_features


def test_each_feature_ends_with_its_own_step_and_uses_dictionary_variables():
    for name, steps in back_features().items():
        assert steps[-1].name == name
        made = {step.name for step in steps}
        sources = {
            str(of).split("=")[0] for step in steps for of in step.of if isinstance(of, str)
        } - made
        assert sources <= set(load_dictionary())


def test_chronic_pain_lasts_for_three_months_or_longer():
    [chronic] = back_features()["lbp_chronic"]
    assert (chronic.op, chronic.of) == ("indicator", ("lbp_duration_months", CHRONIC_MONTHS))
    assert CHRONIC_MONTHS == 3.0
