"""A candidate's comparison as sentence, frame and JSON."""

import dataclasses
import json

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.candidates.results import CandidateComparison
from hiprisk.validation.performance.paired import PairedDifference


def r2(low, high):
    return PairedDifference(
        metric="r2",
        label="R²",
        direction=1,
        first=Estimate(name="r2", value=0.30),
        second=Estimate(name="r2", value=0.304),
        difference=Estimate(name="r2", value=0.004, low=low, high=high),
        end_errors=(0.0001, 0.0001),
    )


COMPARED = CandidateComparison(
    name="big_forest",
    model="linear",
    estimator="package.Forest",
    benchmark=True,
    params={"depth": None},
    n=200,
    loss=Estimate(name="loss", value=-1.0, low=-2.0, high=0.5),
    out_of_fold=(r2(0.002, 0.006),),
    n_holdout=50,
    holdout=(r2(-0.01, 0.02),),
)


def said(**changes):
    return dataclasses.replace(COMPARED, **changes).sentence()


def test_the_sentence_says_what_a_portable_model_costs():
    assert said() == (
        "Benchmark big forest (package.Forest): out-of-fold R² +0.0040 (95 % CI +0.0020 to "
        "+0.0060) against the model (linear): it is better, and cannot be shipped."
    )


def test_the_sentence_follows_the_interval():
    assert said(out_of_fold=(r2(-0.01, 0.02),)).endswith("inconclusive at this sample size.")
    assert said(out_of_fold=(r2(-0.02, -0.01),)).endswith("the model is better.")
    assert said(benchmark=False).endswith("(linear): it is better.")
    assert said(out_of_fold=()).endswith("no main metric can be computed of it.")


def test_the_frame_has_a_row_a_metric_and_set_of_people():
    frame = COMPARED.to_frame()
    assert list(frame["evaluated_on"]) == ["out_of_fold", "holdout"]
    assert list(frame["better"]) == ["second", "inconclusive"]
    assert frame.loc[0, ["difference", "low", "high"]].tolist() == [0.004, 0.002, 0.006]


def test_json_has_all_of_it():
    plain = json.loads(json.dumps(COMPARED.to_dict()))
    assert plain["loss"] == {"value": -1.0, "low": -2.0, "high": 0.5}
    assert plain["holdout"][0]["metric"] == "r2"
    assert plain["params"] == {"depth": None}
    assert plain["summary"] == COMPARED.sentence()
