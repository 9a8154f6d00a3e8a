"""What ``hiprisk validate`` prints: every figure once, under words that a person reads."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hiprisk.cli.show.main_figures import estimate_rows
from hiprisk.cli.show.validation import show_validation
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.calibration import FormulaInterval
from hiprisk.validation.sites.calibration_results import ClusteredCalibration
from validated_people import evaluated


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(7)
    n = 120
    people = pd.DataFrame(
        {
            "age_years": rng.normal(72, 8, n).clip(19, 109),
            "sex": np.resize(np.array(["female", "male"], dtype=object), n),
            "lbp_any": rng.choice(["no", "yes"], n).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
        }
    )
    drawn = 10 + 0.1 * people["age_years"] + 0.6 * people["womac_function_0_100"]
    people["womac_function_followup_0_100"] = (drawn + rng.normal(3, 12, n)).clip(0, 100)
    people.loc[0, "age_years"] = 500.0
    return people


@pytest.fixture(scope="module")
def result(frame):
    return evaluated(frame, by=("sex",))[1]


@pytest.fixture
def shown(result, capsys):
    show_validation(result, full=True)
    return capsys.readouterr().out


def test_the_head_says_model_estimand_cohort_and_summary(shown, result):
    lines = shown.splitlines()
    assert lines[0] == "A small model (small@1)"
    assert lines[1] == "predicts x"
    assert lines[2].startswith("evaluated on ")
    for line in result.summary:
        assert line in lines


def test_figures_are_those_of_the_result(shown, result):
    for one in result.performance.metrics:
        (row,) = estimate_rows([one])
        assert re.search(r"\s+".join(map(re.escape, filter(None, row))), shown), one.name


def test_formulas_stand_below_with_a_mark_at_those_that_the_sentences_are_from(shown, result):
    block = shown.partition("Calibration by the usual formulas")[2].partition("\n\n")[0]
    marked = [line for line in block.splitlines()[1:] if "*" in line]
    assert [line.split(" *")[0] for line in marked] == [
        "calibration in the large  Student's t",
        "calibration slope         least squares, HC3",
    ]
    assert len(block.splitlines()) == 3 + len(result.performance.formula_intervals)


def test_a_formula_that_fails_says_why(frame, capsys):
    found = evaluated(frame)[1]
    lacking = FormulaInterval(
        metric="calibration_slope", method="hc3", estimate=None, reason="nobody varies"
    )
    performance = replace(found.performance, formula_intervals=(lacking,))
    show_validation(replace(found, performance=performance), full=True)
    out = capsys.readouterr().out
    assert "calibration slope (least squares, HC3): not available (nobody varies)" in out


def test_parts_follow_in_the_order_in_which_one_asks(shown):
    heads = [
        "Calibration by the usual formulas", "Distance from the calibration curve",
        "Predictive distribution",
        "Coverage of the prediction intervals", "Event: ", "people", "By group:",
        "By sex",
    ]  # fmt: skip
    places = [shown.index(f"\n{head}") for head in heads]
    assert places == sorted(places)


def test_no_name_for_machines_is_read_by_a_person(shown):
    # But for the codes of reasons, which stand in the scored file.
    assert not re.findall(r"(?<!\()\b[a-z]+_[a-z0-9_]+\b", shown)


def test_metrics_without_an_interval_have_an_empty_cell():
    rows = estimate_rows(
        [Estimate(name="mae", value=9.8765), Estimate(name="r2", value=0.3, low=0.1, high=0.5)]
    )
    assert rows == [["mean absolute error", "9.877", ""], ["R²", "0.30", "0.10 to 0.50"]]


def test_calibration_by_site_is_shown_at_a_few_predictions(result, capsys):
    curves = ClusteredCalibration(
        kind="continuous", predicted=(20.0, 30.0, 40.0), observed=(21.0, 31.0, 41.0),
        low=(19.0, 29.0, 39.0), high=(23.0, 33.0, 43.0), new_low=(11.0, 21.0, 31.0),
        new_high=(31.0, 41.0, 51.0), tau2=(4.0, 4.0, 4.0), n_sites=(3, 3, 3), sites=(),
        left_out={"site 4": "too few people with a known outcome, fewer than 20"}, rule="",
        level=0.95,
    )  # fmt: skip
    show_validation(replace(result, clustered_calibration=curves), full=True)
    out = capsys.readouterr().out
    lines = [re.sub(r"\s+", " ", line).strip() for line in out.splitlines()]
    assert "20.000 21.000 19.000 to 23.000 11.000 to 31.000" in lines
    assert "site 4 has no curve: too few people with a known outcome, fewer than 20" in lines
    assert "These numbers count the sites in order of first appearance." in lines
