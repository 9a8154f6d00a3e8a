"""Model types: the mean, and what is refused."""

import numpy as np
import pytest

from hiprisk.config import LinearSettings, Range
from hiprisk.errors import ConfigError
from hiprisk.learning.model_types import MODEL_TYPES, FitTask, model_type_named


def test_an_unknown_family_is_refused():
    with pytest.raises(ConfigError, match="'net' is not a model type"):
        model_type_named("net")


def test_the_nearest_model_type_is_named():
    with pytest.raises(ConfigError, match="did you mean boosting"):
        model_type_named("bosting")


@pytest.mark.parametrize(
    ("y", "link", "expected"),
    [
        ([2.0, 4.0, 9.0], "identity", 5.0),
        ([1.0, 0.0, 0.0, 0.0], "logit", np.log(1 / 3)),
        ([0.0, 0.0, 0.0], "logit", np.log(0.5 / 3.5)),
    ],
)
def test_the_mean_model_predicts_the_mean_or_its_log_odds(y, link, expected):
    task = FitTask(names=(), link=link)
    fit = MODEL_TYPES["mean"].fit([np.empty((len(y), 0))], np.array(y), {}, task)
    np.testing.assert_allclose(fit.linear_predictor(np.empty((2, 0))), expected, rtol=1e-12)


def test_what_is_a_range_or_a_list_is_tuned_and_a_number_is_fixed():
    settings = LinearSettings(penalty=Range(low=0.1, high=1.0), l1_share=0.0, spline_knots=(0, 3))
    linear = MODEL_TYPES["linear"]
    assert list(linear.space(settings)) == ["penalty", "spline_knots"]
    assert linear.fixed(settings) == {"l1_share": 0.0}
