"""What a sheet expects: intervals from its refits, and what it cannot say."""

import dataclasses

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.expected.risks import model_based_concordance
from hiprisk.validation.expected.computing import (
    NO_BASELINE,
    NO_REFITS,
    expected_of_risks,
    expected_performance,
)
from ordinal_sheet import ordinal_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def by_name(found):
    return dict(found.named())


def test_every_figure_of_a_continuous_outcome(frame):
    found = expected_performance(small_sheet(), frame, thresholds=(0.2,))
    names = [name for name, _ in found.named()]
    assert names[:4] == ["r2", "rmse", "mae", "mean_outcome"]
    assert {"coverage_95", "width_95", "net_benefit_0.2_worsening", "event_rate_acceptable_state",
            "c_statistic_worsening", "brier_worsening"} < set(names)  # fmt: skip
    assert (found.n, found.n_incomplete, found.interval_note) == (60, 7, "")
    # Two people lack the baseline.
    assert [event.n for event in found.events] == [58, 60]


def test_every_interval_holds_its_figure(frame):
    for sheet in (small_sheet(), small_sheet(kind="binary"), ordinal_sheet()):
        found = by_name(expected_performance(sheet, frame, thresholds=(0.2,)))
        for name, one in found.items():
            if not name.startswith("width_"):
                assert one.low <= one.value <= one.high, name


def test_the_width_of_an_interval_is_what_it_is(frame):
    width = by_name(expected_performance(small_sheet(), frame))["width_80"]
    assert (width.low, width.high) == (None, None)


def test_uncorrected_the_concordance_is_van_klaverens(frame):
    sheet = small_sheet(kind="binary")
    found = expected_performance(sheet, frame)
    from hiprisk.validation.expected.people import ScoredPeople

    risk = ScoredPeople.of(sheet, frame, ()).predictive().predicted
    assert found.uncorrected["c_statistic"] == pytest.approx(model_based_concordance(risk))
    assert by_name(found)["c_statistic"].value != found.uncorrected["c_statistic"]


def test_boosting_has_no_interval_and_says_so(frame):
    found = expected_performance(tree_sheet(), frame)
    assert (found.n_refits, found.interval_note) == (0, NO_REFITS)
    assert all(one.low is None for _, one in found.named())
    assert by_name(found)["r2"].value == found.uncorrected["r2"]


def test_without_the_baseline_an_event_from_it_has_a_reason(frame):
    found = expected_performance(small_sheet(), frame.drop(columns="womac_function_0_100"))
    worsening, acceptable = found.events
    assert (worsening.n, worsening.estimates, worsening.reason) == (0, (), NO_BASELINE)
    assert acceptable.reason is None


def test_a_published_model_without_a_distribution_is_refused(frame):
    bare = dataclasses.replace(small_sheet(), distribution=None)
    with pytest.raises(InputError, match="no distribution of the outcome about its prediction"):
        expected_performance(bare, frame)


def test_many_rows_give_the_interval_of_some_of_them(monkeypatch, frame):
    whole = by_name(expected_performance(small_sheet(kind="binary"), frame))["c_statistic"]
    monkeypatch.setattr("hiprisk.validation.expected.computing.MOST_ROWS", 40)
    some = by_name(expected_performance(small_sheet(kind="binary"), frame))["c_statistic"]
    again = by_name(expected_performance(small_sheet(kind="binary"), frame))["c_statistic"]
    assert some == again
    assert some.value == pytest.approx(whole.value, abs=0.01)


def test_risks_of_a_column_expect_something_of_themselves():
    risk = np.array([0.1, 0.4, 0.6, 0.8])
    found = by_name(expected_of_risks(risk, (0.5,)))
    assert found["c_statistic"].value == pytest.approx(model_based_concordance(risk))
    assert found["event_rate"].value == pytest.approx(0.475)
    assert found["net_benefit_0.5"].value == pytest.approx((0.2 + 0.6) / 4)
