"""Decision curves: hand counts, dcurves, weights, frame."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.clinical_utility.net_benefit import (
    net_benefit,
)
from metric_examples import example, oracle, report_figures

Y, RISK = [1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2]


def test_harm_and_prevalence_equal_hand_count():
    curve = decision_curve(Y, RISK, thresholds=[0.2, 0.5], prevalence=0.1, harm=0.01)
    # Sensitivity 1 and 1/2, false positives 1/2 and 1/2 of those without the event.
    expected = [0.1 - 0.45 * 0.25 - 0.01, 0.05 - 0.45 - 0.01]
    assert curve.model == pytest.approx(expected, rel=1e-12)
    assert curve.act_on_all == pytest.approx([0.1 - 0.9 * 0.25, 0.1 - 0.9], rel=1e-12)


def test_case_control_treat_all_equals_dcurves():
    # R dcurves 0.5.1, tests/testthat/test-dca.R: prevalence .15, threshold .25, act on all.
    curve = decision_curve(Y, RISK, thresholds=[0.25], prevalence=0.15)
    assert curve.act_on_all[0] == pytest.approx(-0.13333333, abs=1e-8)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.2, 0.5, 1])), min_size=1),
    st.sampled_from([0.1, 0.15, 0.2, 0.5, 0.99]),
)
def test_curve_equals_the_single_function(pairs, threshold):
    y = np.array([float(event) for event, _ in pairs])
    risk = np.array([value for _, value in pairs])
    curve = decision_curve(y, risk, thresholds=[threshold])
    single = net_benefit(y, risk, threshold=threshold)
    assert curve.model[0] == pytest.approx(single, abs=1e-12)
    assert single <= y.mean() + 1e-12


def test_curve_with_weights_is_the_curve_of_replications():
    y, risk = example("binary")
    counts = np.random.default_rng(1).integers(0, 3, len(y))
    rows = np.repeat(np.arange(len(y)), counts)
    weighted = decision_curve(y, risk, weights=counts, prevalence=0.3, harm=0.002)
    repeated = decision_curve(y[rows], risk[rows], prevalence=0.3, harm=0.002)
    assert weighted.model == pytest.approx(repeated.model, abs=1e-12)
    assert weighted.n == repeated.n == counts.sum()


def test_frame_has_every_strategy_and_plain_dict():
    curve = decision_curve(Y, RISK, thresholds=[0.2, 0.5])
    frame = curve.to_frame()
    assert frame["strategy"].value_counts().to_dict() == {
        "model": 2, "act_on_all": 2, "act_on_none": 2
    }  # fmt: skip
    model = frame[frame["strategy"] == "model"].iloc[0]
    assert model["interventions_avoided_per_100"] == pytest.approx(25.0)
    assert model["standardised"] == pytest.approx(0.875)
    assert curve.to_dict()["model"] == list(curve.model)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: decision_curve(Y, RISK, thresholds=[]), "there is none"),
    (lambda: decision_curve(Y, RISK, prevalence=1.2), "'prevalence' must lie inside"),
    (lambda: decision_curve([1, 1], [0.5, 0.4], prevalence=0.2), "with the event and without"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_net_benefit_and_what_follows_from_it_are_those_of_r():
    people, rows = oracle("data"), pd.DataFrame(report_figures()["utility"])
    curve = decision_curve(people["y"], people["risk"], thresholds=rows["threshold"])
    assert curve.model == pytest.approx(rows["net_benefit"].tolist(), rel=1e-12)
    assert curve.standardised(curve.model) == pytest.approx(
        rows["standardised"].tolist(), rel=1e-12
    )
    assert curve.interventions_avoided() == pytest.approx(rows["avoided"].tolist(), rel=1e-9)
    rare = decision_curve(people["y"], people["risk"], thresholds=rows["threshold"], prevalence=0.1)
    assert rare.model == pytest.approx(rows["at_prevalence_0.1"].tolist(), rel=1e-9)
