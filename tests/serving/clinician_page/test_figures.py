"""Figures of a bundle's evidence, by the names that its JSON has."""

from hiprisk.serving.clinician_page.figures import (
    best_evaluation,
    block_gains,
    effect_row,
    estimate_of,
)

R2 = {"value": 0.3, "low": 0.2, "high": 0.4}


def test_the_best_evaluation_counts():
    evidence = {"metrics": {"r2_out_of_fold": R2, "r2_apparent": R2}}
    found, how = best_evaluation(evidence, "r2")
    assert (found.value, found.low, found.high, how) == (0.3, 0.2, 0.4, "out-of-fold")
    evidence["metrics"]["r2_corrected"] = {**R2, "value": 0.25}
    found, how = best_evaluation(evidence, "r2")
    assert (found.value, how) == (0.25, "optimism-corrected")


def test_a_figure_without_a_value_is_none():
    assert estimate_of({"metrics": {"r2_corrected": {**R2, "value": None}}}, "r2_corrected") is None
    assert estimate_of({}, "r2_corrected") is None
    assert best_evaluation({}, "r2") is None


def test_blocks_are_told_one_by_one_in_the_declared_measure():
    def addition(*blocks, **more):
        gain = {"label": "R²", "low": 0.01}
        return {"blocks": list(blocks), "verdict": "adds", "gains": {"r2": gain}, **more}

    added = {
        "smallest_gain_worth_having": {"metric": "r2", "value": 0.01},
        "additions": [
            addition("back", label="low back pain"), addition("hip_motion"),
            addition("back", "hip_motion"),
        ],
    }  # fmt: skip
    gains, minimum = block_gains({"added": added})
    assert [one.label for one in gains] == ["low back pain", "hip motion"]
    assert minimum == "R² 0.01"
    assert block_gains({"added": None}) == ([], "")


def test_the_most_adjusted_row_over_everybody_is_taken():
    crude, first, second = {"model": "crude"}, {"model": "adjusted", "n": 2}, {"model": "adjusted"}
    assert effect_row({"association": {"rows": [crude, first, second]}}) == first
    assert effect_row({"association": None}) is None
