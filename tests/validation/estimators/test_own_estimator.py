"""hiprisk's own estimator judged as anybody's: the figures of a study."""

import numpy as np
import pandas as pd
import pytest

from fitted_studies import study
from hiprisk.learning.candidates import unfitted_estimator, with_plan_of
from hiprisk.metrics.registry import metrics_for
from hiprisk.validation import bootstrap_optimism
from hiprisk.validation.internal import optimism
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.resamples import draw_resamples


def test_the_linear_estimator_has_the_optimism_of_its_study():
    config, people, dictionary, design, data = study(n=150)
    # With missing values a study draws imputations of its own for each resample.
    rows = np.flatnonzero(~np.isnan(data.columns).any(axis=1) & ~np.isnan(data.outcome))
    data, frame = data.rows(rows), people.frame.iloc[rows]

    def unfitted():
        made = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
        made.params = {"penalty": 0.05, "l1_share": 0.0, "spline_knots": 0.0}
        return made

    whole = unfitted().fit(frame, data.outcome)
    own = optimism.bootstrap_optimism(
        StudyProcedure(with_plan_of(unfitted(), whole), data),
        data.outcome,
        apparent=whole.predict(frame),
        metrics=metrics_for("continuous"),
        resamples=draw_resamples(data.groups, n_resamples=6, seed=3),
    ).table
    judged = bootstrap_optimism(
        unfitted(), frame, data.outcome, groups=data.groups, n_resamples=6, seed=3,
        metrics=[one.name for one in metrics_for("continuous")],
    )  # fmt: skip
    pd.testing.assert_frame_equal(judged.to_frame(), own.to_frame(), rtol=1e-12)
    assert judged.rows[0].optimism == pytest.approx(own.rows[0].optimism, rel=1e-12)
