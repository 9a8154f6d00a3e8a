"""The estimator of a study."""

import numpy as np
import pytest

from fitted_studies import SETTINGS, fitted
from hiprisk.learning.candidates import (
    unfitted_estimator,
)
from hiprisk.learning.pipeline import InputsInParts, impute_for_fitting, imputed_inputs


def test_people_of_whom_all_is_known_are_predicted_once_and_in_their_place(continuous):
    config, _, dictionary, design, data = continuous
    estimator = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    estimator.params = SETTINGS["linear"]
    estimator.fit_numeric(data.columns, data.outcome, auxiliary=data.auxiliary)
    inputs = imputed_inputs(estimator, data.columns)
    lacking = np.isnan(data.columns).any(axis=1)
    assert (inputs.incomplete == lacking).all()
    assert 0 < len(inputs.whole) < len(data.columns)
    drawn = estimator.linear_predictors(data.columns)
    assert (drawn[:, ~lacking] == drawn[0, ~lacking]).all()
    alone = estimator.linear_predictors(data.columns[lacking])
    assert (drawn[:, lacking] == alone).all()
    known = estimator.linear_predictors(data.columns[~lacking])
    assert known.shape == (1, int((~lacking).sum()))
    assert (known[0] == drawn[0, ~lacking]).all()


def test_parameters_are_drawn_by_persons_and_as_ever_where_each_has_one_row(continuous):
    config, _, dictionary, design, data = continuous
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=False)
    n = len(data.outcome)

    def imputed(groups):
        given = (data.columns, data.outcome, data.auxiliary, data.start)
        return impute_for_fitting(blank, *given, groups)[1]

    rows = imputed(None)
    # In whatever order their numbers come.
    for each, other in zip(rows, imputed(np.arange(n)[::-1]), strict=True):
        np.testing.assert_array_equal(each, other)
    pairs = imputed(np.arange(n) // 2)
    assert any((one != two).any() for one, two in zip(rows, pairs, strict=True))


@pytest.mark.parametrize("family", ["linear", "ordinal", "boosting"])
def test_predictions_part_by_part_are_those_of_all_at_once(monkeypatch, continuous, family):
    estimator, columns = fitted(continuous, family), continuous[-1].columns
    at_once = imputed_inputs(estimator, columns)
    for limit, value in {"PART_ROWS": 70, "MOST_AT_ONCE": 70, "KEPT_BYTES": 0}.items():
        monkeypatch.setattr(f"hiprisk.learning.pipeline.{limit}", value)
    in_parts = imputed_inputs(estimator, columns)
    assert isinstance(in_parts, InputsInParts)
    for asked in ("linear_predictors", "ordinal_predictor", "at_least"):
        if family == "ordinal" or asked == "linear_predictors":
            found, expected = (getattr(one, asked)(estimator.fit_) for one in (in_parts, at_once))
            assert found.shape == expected.shape
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    known = columns[~np.isnan(columns).any(axis=1)]
    assert InputsInParts(estimator, known).linear_predictors(estimator.fit_).shape[0] == 1
    assert estimator.predict_numeric(columns) == pytest.approx(
        estimator.to_prediction(at_once.linear_predictors(estimator.fit_)), rel=1e-12
    )
