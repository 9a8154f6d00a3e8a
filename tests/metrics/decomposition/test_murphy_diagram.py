"""Murphy diagrams: by hand, by another program, and by what they integrate to."""

import dataclasses
import json

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit
from hiprisk.metrics.decomposition.murphy_diagram import (
    N_THRESHOLDS,
    elementary_scores,
    murphy_diagram,
    quantile_elementary_scores,
)
from hiprisk.metrics.decomposition.quantile_scores import quantile_score_values
from hiprisk.metrics.scores import mse
from metric_examples import ORACLES, example, oracle

FROZEN = json.loads((ORACLES / "decomposition.json").read_text("utf-8"))
EVENTS = np.array([0, 1, 0, 1, 0, 1])
RISKS = np.array([0.2, 0.4, 0.2, 0.8, 0.6, 0.9])


def test_six_people_by_hand():
    # At 0.5 one event is missed (0.5) and one non-event treated (0.5); at 0.3 two: 0.3 of one.
    diagram = murphy_diagram(EVENTS, RISKS, np.full(6, 0.5), thresholds=[0.3, 0.5])
    assert diagram.model == pytest.approx((0.3 / 6, 1.0 / 6), abs=1e-15)
    assert diagram.reference == pytest.approx((0.9 / 6, 1.5 / 6), abs=1e-15)
    assert diagram.difference == pytest.approx((-0.6 / 6, -0.5 / 6), abs=1e-15)
    assert diagram.n == 6.0


@pytest.mark.parametrize("kind", ["binary", "continuous"])
@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
def test_equals_model_diagnostics(kind, weighting):
    data = oracle("data")
    y, p = ("y", "risk") if kind == "binary" else ("observed", "predicted")
    weights = 1.0 + data["group"].to_numpy() % 3 if weighting == "weighted" else None
    diagram = murphy_diagram(
        data[y], data[p], data[p], weights=weights, thresholds=FROZEN["thresholds"][kind]
    )
    assert diagram.model == pytest.approx(FROZEN[kind][weighting]["elementary_scores"], rel=1e-12)
    assert set(diagram.difference) == {0.0}


@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
def test_equals_probcal(weighting):
    data, frozen = oracle("data"), FROZEN["probcal"]
    weights = 1.0 + data["group"].to_numpy() % 3 if weighting == "weighted" else None
    diagram = murphy_diagram(
        data["y"], data["risk"], data["risk"], weights=weights, thresholds=frozen["thresholds"]
    )
    assert diagram.model == pytest.approx(frozen[weighting]["elementary_scores"], rel=1e-12)


@pytest.mark.slow
def test_twice_the_area_is_the_squared_error():
    y, p = example("continuous", n=80)
    values = np.concatenate([y, p])
    grid = np.linspace(values.min(), values.max(), 20_001)
    diagram = murphy_diagram(y, p, np.full(len(y), 40.0), thresholds=grid)
    area = 2.0 * np.trapezoid(diagram.model, grid)
    assert area == pytest.approx(mse(y, p), rel=1e-3)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.61])
def test_of_a_risk_it_is_what_net_benefit_lacks(threshold):
    y, p = EVENTS.astype(float), RISKS
    cost = elementary_scores(y, p, threshold).mean()
    gain = net_benefit(y, p, threshold=threshold)
    assert cost == pytest.approx((1.0 - threshold) * (y.mean() - gain), abs=1e-15)


def test_as_a_table():
    y, p = example("continuous")
    diagram = murphy_diagram(y, p, np.full(len(y), y.mean()), names=("linear", "mean"))
    frame = diagram.to_frame()
    assert list(frame) == ["threshold", "model", "reference", "difference", "low", "high"]
    assert len(frame) == N_THRESHOLDS
    assert frame["threshold"].iloc[0] == min(y.min(), p.min())
    assert (frame["low"] <= frame["difference"]).all()
    assert (frame["difference"] <= frame["high"]).all()
    # Where they differ most, the model is better than the mean beyond chance.
    assert frame.loc[frame["difference"].idxmin(), "high"] < 0.0
    plain = json.loads(json.dumps(diagram.to_dict()))
    assert plain["model_name"] == "linear"
    assert plain["thresholds"] == list(diagram.thresholds)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign"):
        diagram.level = 0.9


def test_weights_are_replications_and_groups_widen():
    y, p = example("binary", n=100)
    q, counts = np.full(len(y), 0.5), np.random.default_rng(1).integers(0, 3, len(y))
    again = np.repeat(np.arange(len(y)), counts)
    options = {"thresholds": [0.3, 0.45]}
    weighted = murphy_diagram(y, p, q, weights=counts, **options)
    repeated = murphy_diagram(y[again], p[again], q[again], **options)
    for name in ("model", "reference", "difference", "low", "high", "n"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), rel=1e-10)
    grouped = murphy_diagram(
        np.tile(y, 2), np.tile(p, 2), np.tile(q, 2), groups=np.tile(np.arange(100), 2), **options
    )
    once = murphy_diagram(y, p, q, **options)
    assert grouped.low == pytest.approx(once.low, rel=1e-10)
    assert grouped.high == pytest.approx(once.high, rel=1e-10)


def test_one_person_has_no_interval():
    diagram = murphy_diagram([1], [0.2], [0.6], thresholds=[0.4])
    assert diagram.difference == (0.6,)
    assert np.isnan([*diagram.low, *diagram.high]).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"thresholds": []}, "one or more finite numbers"),
        ({"thresholds": [0.1, np.nan]}, "one or more finite numbers"),
        ({"thresholds": [0.4, 0.2]}, r"must increase; 0\.2 follows 0\.4"),
        ({"groups": np.zeros(2, dtype=int)}, "'groups' has 2 entries, 'observed' has 6"),
        ({"reference": [0.5]}, "'reference' has 1 entries, 'observed' has 6"),
        ({"reference": [np.nan] * 6}, "'reference' has 6 missing or infinite entries"),
    ],
)
def test_bad_input_is_refused(changed, message):
    arguments = {"observed": EVENTS, "predicted": RISKS, "reference": RISKS} | changed
    with pytest.raises(InputError, match=message):
        murphy_diagram(**arguments)


def test_elementary_scores_of_a_quantile_by_hand_and_by_another_program():
    y, q = np.array([1.0, 5.0, 5.0, 1.0]), np.array([4.0, 2.0, 4.0, 2.0])
    found = quantile_elementary_scores(y, q, 3.0, probability=0.9)
    # Above 3 alone: the prediction of the first, the outcome of the second.
    assert found == pytest.approx([0.1, 0.9, 0.0, 0.0])
    frozen = FROZEN["quantile"]["unweighted"]
    data = oracle("data")
    y, p = data["observed"].to_numpy(float), data["predicted"].to_numpy(float)
    for probability in ("0.1", "0.5", "0.975"):
        diagram = murphy_diagram(
            y, p, p + 1.0, thresholds=[FROZEN["thresholds"]["continuous"][2]],
            probability=float(probability),
        )  # fmt: skip
        assert diagram.model[0] == pytest.approx(frozen[probability]["elementary_score"], rel=1e-12)
        assert diagram.probability == float(probability)


@pytest.mark.slow
def test_the_integral_of_a_quantiles_elementary_scores_is_its_quantile_score():
    y, p = example("continuous", n=80)
    grid = np.linspace(-50.0, 150.0, 40_001)
    diagram = murphy_diagram(y, p, np.full(80, 40.0), thresholds=grid, probability=0.8)
    expected = quantile_score_values(y, p, probability=0.8).mean()
    assert np.sum(diagram.model) * (grid[1] - grid[0]) == pytest.approx(expected, rel=1e-3)


def test_resampled_intervals_are_about_those_of_a_mean_and_a_seed_repeats_them():
    y, p = example("continuous", n=300)
    q = np.full(300, y.mean())
    formula = murphy_diagram(y, p, q)
    one, again = (murphy_diagram(y, p, q, n_resamples=400, seed=3) for _ in range(2))
    assert one == again
    assert one.difference == formula.difference
    width = [np.subtract(found.high, found.low)[30:70] for found in (one, formula)]
    assert width[0] == pytest.approx(width[1], rel=0.25)
    groups = np.arange(300) // 2
    twice = np.repeat(np.arange(300), 2)
    persons = murphy_diagram(y[twice], p[twice], q[twice], groups=twice, n_resamples=400, seed=3)
    assert persons.low == pytest.approx(one.low)
    assert murphy_diagram(y, p, q, groups=groups, n_resamples=50).n == 300


def test_one_person_has_no_interval_in_json():
    assert murphy_diagram([1], [0.2], [0.6], thresholds=[0.4]).to_dict()["low"] == [None]


def test_a_probability_outside_its_range_is_refused():
    with pytest.raises(InputError, match=r"'probability' must lie inside \(0, 1\)"):
        murphy_diagram([1.0], [0.2], [0.6], probability=1.0)
