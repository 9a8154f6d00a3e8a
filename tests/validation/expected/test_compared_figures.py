"""Expected beside observed: a difference by case mix, and one by the model."""

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.compared_figures import (
    ComparedFigure,
    compared_figures,
    difference_of_estimates,
)
from hiprisk.validation.expected.computing import expected_performance
from small_bundle import small_sheet


def figure(**changes):
    given = {
        "name": "c_statistic",
        "expected": Estimate(name="c_statistic", value=0.70, low=0.66, high=0.73),
        "first_visit": Estimate(name="c_statistic", value=0.72, low=0.68, high=0.75),
        "development": 0.76,
        "observed": Estimate(name="c_statistic", value=0.61, low=0.57, high=0.66),
    }
    return ComparedFigure(**{**given, **changes})


def test_case_mix_and_what_is_beyond_it():
    one = figure()
    # Case mix is of everybody at the first visit, what is beyond it of the people evaluated.
    assert one.by_case_mix == pytest.approx(0.72 - 0.76)
    assert one.difference.value == pytest.approx(0.61 - 0.70)
    assert one.beyond_chance is True


def test_the_interval_of_a_difference_is_from_both():
    # Ends: -0.09 - sqrt(0.04^2 + 0.03^2) and -0.09 + sqrt(0.05^2 + 0.04^2).
    found = figure().difference
    assert (found.low, found.high) == pytest.approx((-0.09 - 0.05, -0.09 + 0.0640312), abs=1e-6)


def test_an_expected_figure_without_an_interval_counts_as_exact():
    exact = Estimate(name="c_statistic", value=0.64)
    found = difference_of_estimates(figure().observed, exact, name="c_statistic")
    assert (found.low, found.high) == pytest.approx((-0.07, 0.02))
    assert figure(expected=exact).beyond_chance is False


def test_without_outcomes_or_development_nothing_is_said_of_them():
    one = figure(observed=None, development=None)
    assert (one.difference, one.by_case_mix, one.beyond_chance) == (None, None, None)
    plain = one.to_dict()
    assert plain["observed"] is None
    assert plain["expected"] == {"value": 0.70, "low": 0.66, "high": 0.73}


def test_an_observed_figure_without_an_interval_has_no_verdict():
    one = figure(observed=Estimate(name="c_statistic", value=0.2))
    assert one.difference.value == pytest.approx(-0.5)
    assert one.beyond_chance is None


def test_figures_meet_by_name(frame):
    found = compared_figures(
        expected_performance(small_sheet(), frame),
        development={"r2": 0.5, "brier_worsening": 0.1},
        observed={"mae": Estimate(name="mae", value=12.0)},
    )
    by_name = {one.name: one for one in found}
    assert by_name["r2"].development == 0.5
    assert by_name["mae"].observed.value == 12.0
    assert (by_name["mae"].development, by_name["r2"].observed) == (None, None)
