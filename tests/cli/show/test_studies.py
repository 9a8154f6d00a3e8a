"""Two studies on a terminal: differences by section, lists by what they do not share."""

import re

import pytest

from hiprisk.cli.show.studies import show_studies
from hiprisk.evidence.study_comparison import compare_studies
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.performance.paired import PairedComparison, PairedDifference
from two_bundles import CONFIG, two_bundles


def shown(capsys, *args, **changed):
    """What is printed, columns a single blank apart."""
    show_studies(compare_studies(*two_bundles(*args, **changed)))
    return re.sub(" +", " ", capsys.readouterr().out)


def test_a_list_shows_what_the_other_has_not(capsys, tmp_path):
    config = {
        "blocks": {"core": ["age_years", "bmi_kg_m2"], "back": ["lbp_any"]},
        "confounders": ["sex"],
    }
    out = shown(capsys, tmp_path, config=config)
    assert "config blocks.core sex bmi_kg_m2" in out
    assert 'config confounders absent ["sex"]' in out
    assert "same: cohort, code, model" in out


@pytest.mark.parametrize(
    ("core", "cells"),
    [
        (["sex", "age_years"], "in another order in another order"),
        (["age_years"], "sex no other"),
        ([], "age_years, sex none"),
    ],
)
def test_lists_that_hold_no_other(capsys, tmp_path, core, cells):
    blocks = {**CONFIG["blocks"], "core": core}
    assert f"blocks.core {cells}" in shown(capsys, tmp_path, config={"blocks": blocks})


def test_many_differences_stay_on_a_screen(capsys, tmp_path):
    many = {f"key_{i}": "x" * 100 for i in range(60)}
    out = shown(capsys, tmp_path, config=many, cohort_fingerprint="f" * 64)
    assert "and 54 more (--json)" in out
    assert f"{'x' * 31}..." in out
    assert len(out.splitlines()) <= 40
    assert "no difference: they were evaluated on other people" in out


def test_metrics_with_their_difference(capsys, tmp_path):
    metrics = {"r2_corrected": {"value": 0.345, "low": 0.2, "high": 0.5}}
    out = shown(capsys, tmp_path, metrics=metrics)
    assert "optimism-corrected 0.30 (0.20 to 0.40) 0.34 (0.20 to 0.50) +0.045" in out
    assert "no main metric that both have" in shown(capsys, tmp_path, metrics={"x": 1})


def test_one_evaluation_without_a_difference_is_named(capsys, tmp_path):
    validation = {"holdout": {"variable": "site"}}
    out = shown(capsys, tmp_path, config={"validation": validation})
    assert "no difference (hold-out): other people were held out" in out


def test_common_people_with_all_that_is_said_of_them(capsys, tmp_path):
    result = compare_studies(*two_bundles(tmp_path, config=dict.fromkeys("abcdefgh", 1)))
    value = Estimate(name="r2", value=0.3, low=0.2, high=0.4)
    gap = Estimate(name="r2", value=0.05, low=0.02, high=0.08)
    one = PairedDifference(
        metric="r2", label="R²", direction=1, first=value, second=value, difference=gap,
        end_errors=(0.001, 0.001),
    )  # fmt: skip
    paired = PairedComparison(
        names=result.names, kind="continuous", cohort="new.csv", cohort_fingerprint="f", n=240,
        n_people=120, n_only_first=1, n_only_second=3, differences=(one,),
        not_available={"calibration_slope": "predictions do not vary"}, elementary_scores=None,
        n_resamples=500, cautions=("beware",),
    )  # fmt: skip
    show_studies(result, paired)
    out = re.sub(" +", " ", capsys.readouterr().out)
    assert "Both on 240 rows of 120 people of new.csv; difference: other@1 minus small@1" in out
    assert "R² 0.30 (0.20 to 0.40) 0.30 (0.20 to 0.40) +0.050 (+0.020 to +0.080) other@1" in out
    assert "1 row that only small@1 can score: not compared\n3 rows that only other@1" in out
    assert "no calibration slope: predictions do not vary\nCAUTION: beware\n" in out
    assert "and 5 more (--json)" in out
    assert "root mean squared error" not in out
    assert paired.to_dict()["elementary_scores"] is None


def test_long_texts_are_shown_from_where_they_part(capsys, tmp_path):
    out = shown(capsys, tmp_path, outcome={"estimand": "WOMAC function in 12 months, if seen"})
    assert "model outcome.estimand ... no hip replacement by then;... ... seen" in out


def test_out_of_fold_figures_stand_in_where_nothing_is_corrected(capsys, tmp_path):
    metrics = {f"r2_{end}": {"value": 0.3, "low": None, "high": None}
               for end in ("corrected", "out_of_fold")}  # fmt: skip
    first, second = two_bundles(tmp_path, metrics=metrics)
    first.evidence["metrics"]["r2_out_of_fold"] = metrics["r2_out_of_fold"]
    show_studies(compare_studies(first, second))
    assert "out-of-fold" not in capsys.readouterr().out
    del first.evidence["metrics"]["r2_corrected"]
    show_studies(compare_studies(first, second))
    assert "out-of-fold" in capsys.readouterr().out
