"""Risks of exactly 0 and 1: counted, said, and in no figure of the log odds."""

from pathlib import Path

import pytest

from commands import answer, run

CASE = Path(__file__).parents[1] / "cases" / "perfect_predictions"


def validate(capsys, file, *options):
    return answer(
        capsys, "validate", CASE / file, "--predictions", "p", "--by", "--resamples", "50", *options
    )


def test_one_certain_error_among_750_moves_no_slope(capsys):
    code, found = validate(capsys, "one.csv", "--outcome", "worsened")
    assert code == 0
    assert found["metrics"]["calibration_slope"]["value"] == pytest.approx(0.995, abs=5e-4)
    assert found["n_without_log_odds"] == 1
    assert any(
        "exactly 0 or 1: 1 person, 1 of them with the opposite outcome" in remark
        for remark in found["remarks"]
    )
    for name in ("ici", "emax", "emax_spline"):
        ends = found["metrics"][name]
        assert 0.0 <= ends["low"] <= ends["value"] <= ends["high"] <= 1.0


def test_a_third_of_certain_risks_leaves_the_figures_of_the_others(capsys):
    code, found = validate(capsys, "dcurves18.csv", "--study", CASE / "study.yaml")
    assert (code, found["n_without_log_odds"]) == (0, 14)
    assert found["metrics"]["nagelkerke_r2_as_is"]["value"] > -1.0
    assert found["metrics"]["calibration_slope"]["value"] > 0.5
    # Risks themselves, not their log odds.
    assert found["metrics"]["c_statistic"]["value"] == pytest.approx(0.512, abs=5e-4)
    remark = next(one for one in found["remarks"] if "slope is" in one)
    assert "wider than the target" in remark


def test_risks_that_are_all_0_or_1_have_no_slope_and_say_so(capsys, tmp_path):
    rows = "".join(f"{n},{'yes' if n % 3 else 'no'},{n % 2}\n" for n in range(60))
    file = tmp_path / "certain.csv"
    file.write_text("person_id,worsened,p\n" + rows)
    code, out, _ = run(capsys, "validate", file, "--predictions", "p", "--outcome", "worsened",
                       "--by", "--resamples", "50")  # fmt: skip
    assert code == 0
    assert "calibration slope" in out
    assert "not available (every risk is 0 or 1, which have no log odds)" in out
