"""All metrics on one page: by evaluation, then outcome and events, with names and intervals."""

import re

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.tracking.metrics_page import evaluation_of, metrics_page, ordered
from small_bundle import write_small_bundle

WHOLE = {"value": 0.5, "low": 0.4, "high": 0.6}
ALONE = {"value": 2.0, "low": None, "high": None}
METRICS = {
    "added_back_r2": WHOLE, "c_statistic_worsening_corrected": WHOLE, "r2_corrected": WHOLE,
    "mean_difference_adjusted_all": ALONE, "rmse_apparent": ALONE, "r2_holdout_reference": ALONE,
}  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = write_small_bundle(tmp_path_factory.mktemp("page"), evidence={"metrics": METRICS})
    return metrics_page(read_bundle(folder))


def test_every_metric_stands_there_once_with_its_name(page):
    for name in METRICS:
        assert page.count(f"<code>{name}</code>") == 1
    assert page.count("0.400 to 0.600") == 3


def test_sections_follow_how_metrics_were_evaluated(page):
    assert re.findall("<h2>(.*?)</h2>", page) == [
        "Summary", "Optimism-corrected", "Hold-out: the reference prediction",
        "Apparent (of the participants the model was fitted to: optimistic)", "What blocks add",
        "Effects",
    ]  # fmt: skip
    assert re.findall("<caption>(.*?)</caption>", page)[:2] == [
        "Outcome", "Worse by at least 10 points",
    ]  # fmt: skip


def test_a_simulated_model_says_so(page):
    assert 'class="banner">SIMULATED DATA' in page


def test_the_longest_end_of_a_name_counts():
    assert evaluation_of("r2_holdout_reference") == "holdout_reference"
    assert evaluation_of("added_back_r2") == evaluation_of("mean_difference_adjusted_all") == ""
    assert ordered(["rmse_apparent", "a", "r2_corrected"]) == ["r2_corrected", "rmse_apparent", "a"]
