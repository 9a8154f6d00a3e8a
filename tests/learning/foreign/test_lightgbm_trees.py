"""LightGBM beyond its defaults."""

import numpy as np
import pytest

from foreign_models import NAMES, fitted, lightgbm, model_named, people
from hiprisk.learning.foreign.agreement import (
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError


def check_bits(estimator):
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = probe_rows(model, NAMES, n_rows=400)
    np.testing.assert_array_equal(
        sheet_prediction(model, NAMES, rows), library_prediction(estimator, rows)
    )
    return model


@pytest.mark.parametrize(
    "settings",
    [
        {"boosting_type": "rf", "subsample": 0.6, "subsample_freq": 1},
        {"boosting_type": "dart"},
        {"objective": "regression_l1"},
        {"boost_from_average": False},
        {"use_missing": False},
    ],
)
def test_every_way_of_boosting_to_the_last_bit(settings):
    model = check_bits(fitted(lightgbm("LGBMRegressor", **settings)))
    assert (model.divisor is not None) == (settings.get("boosting_type") == "rf")


def test_a_booster_is_its_estimator():
    estimator = model_named("LGBMRegressor")
    assert sheet_model_of(estimator.booster_, inputs=NAMES) == sheet_model_of(
        estimator, inputs=NAMES
    )


def test_after_early_stopping_the_best_iteration_counts():
    module = pytest.importorskip("lightgbm", reason="LightGBM is not installed")
    x, y, _ = people()
    estimator = module.LGBMRegressor(n_estimators=200, learning_rate=0.5, verbose=-1, n_jobs=1)
    stop = module.early_stopping(3, verbose=False)
    estimator.fit(x[:200], y[:200], eval_X=x[200:], eval_y=y[200:], callbacks=[stop])
    assert len(check_bits(estimator).trees) == estimator.best_iteration_


def test_missing_values_in_the_fit_change_nothing_for_complete_rows():
    x, y, _ = people()
    holes = np.where(np.random.default_rng(1).random(x.shape) < 0.2, np.nan, x)
    check_bits(lightgbm("LGBMRegressor").fit(holes, y))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"linear_tree": True}, "leaves hold regressions of their own"),
        ({"zero_as_missing": True}, "told to take 0 as missing"),
        ({"objective": "poisson"}, "objective 'poisson' has a link that a sheet lacks"),
        ({"reg_sqrt": True}, "objective 'regression sqrt' has a link that a sheet lacks"),
    ],
)
def test_what_a_sheet_lacks_is_refused(settings, message):
    x, y, _ = people()
    estimator = lightgbm("LGBMRegressor", **settings).fit(x, np.abs(y))
    with pytest.raises(NotPortableError, match=message):
        sheet_model_of(estimator, inputs=NAMES)


def test_stretched_log_odds_are_refused():
    estimator = fitted(lightgbm("LGBMClassifier", sigmoid=2.0))
    with pytest.raises(NotPortableError, match="sigmoid:2' stretches the log odds"):
        sheet_model_of(estimator, inputs=NAMES)


def test_splits_on_levels_are_refused():
    x, y, _ = people()
    x = x.copy()
    x[:, 0] = np.random.default_rng(0).integers(4, size=len(x))
    y = y + 40.0 * (x[:, 0] == 2)
    estimator = lightgbm("LGBMRegressor").fit(x, y, categorical_feature=[0])
    with pytest.raises(NotPortableError, match="asks for levels of a category"):
        sheet_model_of(estimator, inputs=NAMES)


def test_several_classes_of_a_booster_are_refused():
    x, y, _ = people()
    estimator = lightgbm("LGBMClassifier").fit(x, np.digitize(y, [40.0, 60.0]))
    with pytest.raises(NotPortableError, match="3 trees an iteration"):
        sheet_model_of(estimator.booster_, inputs=NAMES)
