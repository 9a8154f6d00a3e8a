"""Every part of the evidence that JSON has is in a table too."""

import io
from types import SimpleNamespace

import pandas as pd
import pytest

from hiprisk.evidence.part_tables import part_frames
from hiprisk.features.pooling import PooledTest
from hiprisk.inference.association.result import (
    AssociationRow,
    NegativeControl,
    StratumDifference,
)
from hiprisk.learning.model_choice import CandidateResult
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.clinical_utility.optimism import corrected_curve
from hiprisk.metrics.decomposition.parts import brier_decomposition, mse_decomposition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.validation.performance.results import EventPerformance, Performance


def effect(stratum, value):
    return AssociationRow(
        stratum=stratum, model="adjusted", measure="mean_difference",
        estimate=Estimate(name="x", value=value, low=value - 1, high=value + 1), se=0.5, df=50.0,
        share_missing=0.1, n=100, n_exposed=40, n_events=None, n_clusters=100,
    )  # fmt: skip


def event():
    y, risk = [0, 1, 1, 0, 1, 0] * 20, [0.2, 0.7, 0.6, 0.4, 0.5, 0.3] * 20
    curve = decision_curve_band(y, risk, thresholds=[0.3, 0.5], n_resamples=20, seed=1)
    result = EventPerformance(
        name="worse", label="worse", n=120, n_events=60, decision=curve,
        calibration=calibration_curve(y, risk, kind="binary"),
        decomposition=brier_decomposition(y, risk),
    )  # fmt: skip
    less = corrected_curve(curve, [0.01, 0.02])
    return SimpleNamespace(out_of_fold=result, decision=less, optimism=None)


@pytest.fixture
def tables():
    test = PooledTest(method="D1", statistic=4.0, df=2, df_denominator=80.0, p_value=0.02, riv=0.1)
    addition = SimpleNamespace(
        name="back", verdict="adds", tests=(test,), decisions=(),
        new_information=Estimate(name="new_information", value=0.2, low=0.1, high=0.3),
    )  # fmt: skip
    difference = StratumDifference(
        model="adjusted", measure="mean_difference", stratum="hip", versus="knee",
        estimate=Estimate(name="d", value=1.0, low=-1.0, high=3.0), se=1.0, df=60.0, wald=1.0,
        p_value=0.3,
    )  # fmt: skip
    control = NegativeControl(
        kind="stratum", where="nobody", reason="none can be", row=effect("nobody", 0.1),
        as_expected=True,
    )  # fmt: skip
    family = CandidateResult(
        name="linear", loss=2.0, gain_over_mean=0.3, params={}, chosen=True,
        trials=({"number": 0, "loss": 2.5, "penalty": 0.1}, {"number": 1, "loss": 2.0}),
    )  # fmt: skip
    evidence = SimpleNamespace(
        flow=(
            FlowStep(label="in the file", n_left_out=0, n_remaining=10),
            FlowStep(label="no outcome", n_left_out=2, n_remaining=8),
        ),
        families=(family,),
        comparisons=(),
        out_of_fold=Performance(
            n=120,
            decompositions={"mse": mse_decomposition([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])},
        ),
        events=SimpleNamespace(events=(event(),)),
        subgroups=None,
        holdout=SimpleNamespace(
            reference_comparison=SimpleNamespace(to_frame=lambda: pd.DataFrame({"low": [0.1]}))
        ),
        sites=SimpleNamespace(
            clustered_calibration=SimpleNamespace(to_frame=lambda: pd.DataFrame({"site": ["a"]}))
        ),
        added=SimpleNamespace(additions=(addition,)),
        association=SimpleNamespace(differences=(difference,), negative_control=control),
    )
    return dict(part_frames(evidence))


def test_every_part_has_its_rows(tables):
    rows = {name: len(frame) for name, frame in tables.items()}
    assert rows == {
        "flow": 2, "candidates": 2, "calibration_curves": 100, "decision_curves": 12,
        "decompositions": 2, "site_calibration": 1,
        "murphy_diagram": 1,
        "added_information": 1, "added_tests": 1, "association_differences": 1,
        "association_negative_control": 1,
    }  # fmt: skip


def test_tables_hold_the_figures(tables):
    decisions = tables["decision_curves"].set_index(["estimated", "strategy", "threshold"])
    own, less = (
        decisions.loc[(how, "model", 0.5)] for how in ("out of fold", "corrected for optimism")
    )
    assert less["net_benefit"] == pytest.approx(own["net_benefit"] - 0.02)
    assert less["avoided_high"] == pytest.approx(own["avoided_high"] - 2.0)
    difference = tables["association_differences"].iloc[0]
    assert (difference["value"], difference["low"], difference["stratum"]) == (1.0, -1.0, "hip")
    assert tables["association_negative_control"]["as_expected"].tolist() == [True]
    assert tables["added_tests"]["p_value"].tolist() == [0.02]
    assert tables["candidates"]["loss"].tolist() == [2.5, 2.0]


def test_tables_go_to_parquet_and_back(tables):
    for frame in tables.values():
        kept = io.BytesIO()
        frame.to_parquet(kept, index=False)
        pd.testing.assert_frame_equal(pd.read_parquet(kept), frame)
