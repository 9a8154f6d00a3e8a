"""Expected metrics of a risk: hand counts, brute force in R, and what refuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit
from hiprisk.metrics.discrimination import c_statistic
from hiprisk.metrics.expected.risks import (
    expected_brier,
    expected_net_benefits,
    model_based_concordance,
)

ORACLE = Path(__file__).parents[2] / "oracles" / "model_based_concordance.csv"


def cases():
    table = pd.read_csv(ORACLE, comment="#")
    for row in table.itertuples():
        p, q = ([float(v) for v in text.split()] for text in (row.risk, row.probability))
        yield pytest.param(p, q, row, id=str(row.Index))


@pytest.mark.parametrize(("risk", "probability", "frozen"), list(cases()))
def test_brute_force_in_r(risk, probability, frozen):
    assert model_based_concordance(risk, probability) == pytest.approx(
        frozen.concordance, rel=1e-12
    )
    assert expected_brier(risk, probability) == pytest.approx(frozen.brier, rel=1e-12)
    (benefit,) = expected_net_benefits(risk, [0.3], probability)
    assert benefit == pytest.approx(frozen.net_benefit, rel=1e-12)


def test_concordance_equals_a_hand_count_of_four():
    # Ordered pairs (i has the event, j has not): 12 of them, weights q_i (1 - q_j).
    risk = [0.1, 0.2, 0.2, 0.5]
    concordant = (0.2 * 0.9 + 0.2 * 0.9) + 0.5 * (0.9 + 0.8 + 0.8)
    tied = 2 * 0.2 * 0.8
    discordant = 0.1 * (0.8 + 0.8 + 0.5) + (0.2 + 0.2) * 0.5
    assert model_based_concordance(risk) == pytest.approx(
        (concordant + tied / 2) / (concordant + tied + discordant), rel=1e-12
    )


def test_certain_outcomes_give_the_observed_metrics():
    rng = np.random.default_rng(1)
    risk = np.round(rng.random(60), 1)
    y = (rng.random(60) < risk).astype(float)
    assert model_based_concordance(risk, y) == pytest.approx(c_statistic(y, risk), rel=1e-12)
    assert expected_brier(risk, y) == pytest.approx(np.mean((y - risk) ** 2), rel=1e-12)
    at = (0.2, 0.5)
    assert expected_net_benefits(risk, at, y) == pytest.approx(
        [net_benefit(y, risk, threshold=t) for t in at], rel=1e-12
    )


def test_drawn_outcomes_average_to_them():
    # 4,000 draws of 300 outcomes: the Monte-Carlo error of C is about 0.0005.
    rng = np.random.default_rng(2)
    risk = rng.beta(2, 4, 300)
    probability = np.clip(risk + rng.normal(0, 0.1, 300), 0.01, 0.99)
    drawn = (rng.random((4_000, 300)) < probability).astype(float)
    assert model_based_concordance(risk, probability) == pytest.approx(
        np.mean([c_statistic(y, risk) for y in drawn[:1_500]]), abs=0.003
    )
    assert expected_brier(risk, probability) == pytest.approx(
        np.mean((drawn - risk) ** 2), abs=0.001
    )


def test_nobody_can_differ():
    with pytest.raises(InputError, match="no two people can differ in outcome"):
        model_based_concordance([0.0, 0.0, 0.0])
    with pytest.raises(InputError, match="no two people can differ in outcome"):
        model_based_concordance([0.4])


def test_a_risk_off_its_scale_is_refused():
    with pytest.raises(InputError, match=r"'risk' must lie in \[0, 1\].*position 1: got 40"):
        expected_brier([0.2, 40.0])
    with pytest.raises(InputError, match=r"'probability' must lie in \[0, 1\].*position 0"):
        expected_brier([0.2, 0.4], [-0.1, 0.4])
    with pytest.raises(InputError, match="'probability' has 1 entries, 'risk' has 2"):
        expected_brier([0.2, 0.4], [0.1])
    with pytest.raises(InputError, match="'threshold' must lie inside"):
        expected_net_benefits([0.2], [1.0])
