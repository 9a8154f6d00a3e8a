"""What is assumed of a model: stated or refused, and a little more or less of it."""

import pytest

from hiprisk.config import SampleSizeSettings
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize.assumptions import beside, changed, stated


def test_two_strengths_are_refused():
    with pytest.raises(ValueError, match="state one of r2, cox_snell"):
        SampleSizeSettings(nagelkerke=0.2, c_statistic=0.7)


def test_what_is_not_stated_names_the_key_and_the_option():
    assert stated(0.0, "c_statistic", "how well it discriminates") == 0.0
    with pytest.raises(ConfigError, match="c_statistic is not stated: how well") as refused:
        stated(None, "c_statistic", "how well it discriminates")
    assert (refused.value.code, refused.value.column) == ("NOT_STATED", "samplesize.c_statistic")
    assert refused.value.advice.endswith("or --c-statistic")


@pytest.mark.parametrize(("share", "low", "high"), [
    (0.3, 0.25, 0.35),
    (0.06, 0.03, 0.11),
    (0.02, 0.01, 0.07),
    (0.96, 0.91, 0.98),
])  # fmt: skip
def test_neighbours_of_a_share_stay_inside(share, low, high):
    assert beside(share) == (low, high)


def test_a_new_strength_takes_the_place_of_the_old():
    expected = SampleSizeSettings(nagelkerke=0.2, prevalence=0.3)
    other = changed(expected, "c_statistic", 0.8)
    assert (other.nagelkerke, other.c_statistic, other.prevalence) == (None, 0.8, 0.3)
    assert changed(expected, "prevalence", 0.4).nagelkerke == 0.2
