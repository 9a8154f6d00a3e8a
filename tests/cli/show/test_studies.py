"""Two studies on a terminal: differences by section, lists by what they do not share."""

import re

from hiprisk.cli.show.studies import show_studies
from hiprisk.evidence.study_comparison import compare_studies
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.performance.paired import PairedComparison, PairedDifference
from report_words import names_in
from two_bundles import two_bundles


def shown(capsys, *args, full=False, **changed):
    """What is printed, columns a single blank apart."""
    show_studies(compare_studies(*two_bundles(*args, **changed)), full=full)
    return re.sub(" +", " ", capsys.readouterr().out)


def test_short_lists_are_shown_whole_by_their_labels(capsys, tmp_path):
    config = {
        "blocks": {"core": ["age_years", "bmi_kg_m2"], "back": ["lbp_any"]},
        "confounders": ["sex"],
        "block_labels": {"back": "low back pain"},
    }
    out = shown(capsys, tmp_path, config=config)
    assert "- Core (blocks): age, sex -> age, body mass index\n" in out
    assert "- Confounders: not stated -> sex\n" in out
    assert "The same in both: cohort, model, software\n" in out


def test_many_differences_stay_on_a_screen_and_full_has_all(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    many = {f"key_{i}": "x " * 300 for i in range(60)}
    out = shown(capsys, tmp_path / "short", config=many, cohort_fingerprint="f" * 64)
    lines = out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert re.search(r"Settings of the study \(\d+ of 61\)", out)
    assert "- Key 10: not stated -> a long text\n" in out
    assert out.count("No difference: they were evaluated on other people") == 1
    full = shown(capsys, tmp_path / "full", full=True, config=many, cohort_fingerprint="f" * 64)
    assert full.count("- Key") == 60
    assert "a long text" not in full
    assert "--full" not in full


def test_no_machine_name_is_shown(capsys, tmp_path):
    config = {"validation": {"interval_resamples": 50}, "block_labels": {"back": "low back pain"}}
    out = shown(capsys, tmp_path, full=True, config=config, outcome={"horizon_months": 24.0},
                evidence={"n_analysed": 200, "n_people": 200})  # fmt: skip
    assert names_in(out) == []
    assert "- Months of follow-up (outcome): 12 -> 24\n" in out


def test_metrics_with_their_difference(capsys, tmp_path):
    metrics = {"r2_corrected": {"value": 0.345, "low": 0.2, "high": 0.5}}
    out = shown(capsys, tmp_path, metrics=metrics)
    assert "Performance, optimism-corrected (95 % CI)\n" in out
    assert "R² 0.30 (0.20 to 0.40) 0.34 (0.20 to 0.50) +0.04\n" in out
    assert "No main metric that both have" in shown(capsys, tmp_path, metrics={"x": 1})


def test_one_evaluation_without_a_difference_is_named(capsys, tmp_path):
    validation = {"holdout": {"variable": "site"}}
    out = shown(capsys, tmp_path, config={"validation": validation})
    assert "No difference: other people were held out" in out


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
    assert "No calibration slope: predictions do not vary\nCAUTION: beware\n" in out
    assert "root mean squared error" not in out
    assert paired.to_dict()["elementary_scores"] is None


def test_texts_are_whole(capsys, tmp_path):
    out = shown(capsys, tmp_path, outcome={"estimand": "WOMAC function in 12 months, if seen"})
    assert "-> WOMAC function in 12 months, if seen\n" in out.replace("\n ", " ")
    assert "..." not in out


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
