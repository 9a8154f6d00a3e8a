"""What blocks add, as a result: each form says the same, few resamples are said."""

import dataclasses
import json


def test_verdicts_of_few_resamples_carry_a_caution(result):
    assert result.n_resamples == 20
    assert result.sentences()[-1].startswith("CAUTION: the intervals come from only 20 resamples")
    enough = dataclasses.replace(result, n_resamples=200)
    assert not any("CAUTION" in line for line in enough.sentences())


def test_each_form_holds_the_same_result(result):
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    frame = result.to_frame()
    row = frame[(frame["blocks"] == "back") & (frame["metric"] == "r2")].iloc[0]
    gain = plain["additions"][0]["gains"]["r2"]
    assert (gain["value"], gain["low"], gain["high"]) == (row["gain"], row["low"], row["high"])
    assert plain["additions"][0]["verdict"] == row["verdict"]
    assert plain["summary"] == list(result.sentences())


def test_an_addition_is_found_whatever_the_order_of_its_blocks(result):
    both = result.addition("hip_motion", "back")
    assert both.blocks == ("back", "hip_motion")
    assert (both.name, both.label) == ("back + hip_motion", "low back pain + hip motion")
    assert both.gain("rmse").name == "rmse"


def test_the_frame_has_a_verdict_in_the_declared_measure_alone(result):
    frame = result.to_frame()
    with_verdict = frame[frame["verdict"].notna()]
    assert set(with_verdict["metric"]) == {result.metric}
    n_cases = sum(1 + len(one.error_free) for one in result.additions)
    assert len(with_verdict) == n_cases
    empty = dataclasses.replace(result, additions=()).to_frame()
    assert list(empty.columns) == list(frame.columns)


def test_real_people_carry_no_warning_of_simulated_ones(result):
    real = dataclasses.replace(result, provenance="real", n_resamples=500)
    assert real.sentences() == tuple(one.sentence for one in result.additions)
