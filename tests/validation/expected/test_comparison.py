"""Expected performance beside development and observation, as one result."""

import json

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.expected.computing import expected_performance
from small_bundle import small_sheet


@pytest.fixture(scope="module")
def comparison(frame):
    return ExpectedComparison.of(
        expected_performance(small_sheet(), frame),
        development={"r2": 0.5},
        observed={"mae": Estimate(name="mae", value=12.0, low=11.0, high=13.0)},
    )


def test_a_row_for_every_figure(comparison):
    table = comparison.to_frame().set_index("metric")
    assert table.loc["r2", "expected_in_development"] == 0.5
    assert table.loc["mae", "observed_low"] == 11.0
    assert len(table) == len(comparison.figures)


def test_json_has_every_comparison_and_what_it_says(comparison):
    plain = comparison.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert set(plain["compared"]) == set(plain["metrics"])
    assert plain["compared"]["mae"]["observed"]["value"] == 12.0
    assert plain["sentences"] == list(comparison.sentences)


def test_what_is_known_beside_the_expected(comparison, frame):
    assert comparison.has_development
    assert comparison.has_observed
    alone = ExpectedComparison.of(expected_performance(small_sheet(), frame))
    assert not (alone.has_development)
    assert not (alone.has_observed)
