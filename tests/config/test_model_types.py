"""Candidate model types: the mean is always one, and only those that are named are tried."""

from hiprisk.config.model_types import BoostingSettings, LinearSettings, ModelTypeSettings


def test_the_mean_comes_first_and_what_is_not_named_is_not_tried():
    named = ModelTypeSettings(boosting=BoostingSettings(), linear=LinearSettings()).named()
    assert list(named) == ["mean", "linear", "boosting"]


def test_the_mean_may_be_left_out():
    assert list(ModelTypeSettings(mean=None, linear=LinearSettings()).named()) == ["linear"]
