"""Parameters of estimators, and the letters that refuse them."""

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError
from hiprisk.estimators import StudyClassifier, StudyRegressor
from hiprisk.estimators.settings import checked_dictionary, checked_settings, seed_of


def settings_of(estimator):
    types = {"model_types": estimator._model_types}
    return checked_settings({**estimator.get_params(), **types}, seed=1)


def test_parameters_become_settings_of_the_model_type():
    found = settings_of(StudyRegressor(penalty=1, l1_share=0.5))
    assert found.family == "linear"
    assert found.params == {"penalty": 1.0, "l1_share": 0.5, "spline_knots": 4.0}
    boosting = settings_of(StudyClassifier("boosting", n_trees=50))
    assert boosting.params["n_trees"] == 50.0
    assert boosting.folds == 0


def test_numpy_numbers_of_a_grid_are_numbers():
    found = settings_of(StudyRegressor(penalty=np.float32(0.5), n_imputations=np.int64(3)))
    assert found.params["penalty"] == 0.5
    assert found.imputation.imputations == 3


@pytest.mark.parametrize(
    ("changes", "letter"),
    [
        (
            {"model_type": "lasso"},
            r"model_type: must be one of 'linear', 'boosting', 'ordinal', got",
        ),
        ({"model_type": "logistic"}, r"model_type: must be one of 'linear', 'boosting'"),
        ({"model_type": "linaer"}, r"got 'linaer' \(did you mean linear\?\)"),
        ({"penalty": -1}, r"penalty: must be at least 0, got -1"),
        ({"penalty": [0.1, 1]}, r"penalty: must be a finite number, got \[0.1, 1\] .*GridSearchCV"),
        ({"penalty": True}, r"penalty: must be a finite number, got True"),
        ({"penalty": np.nan}, r"penalty: must be a finite number, got nan"),
        ({"l1_share": 2}, r"l1_share: must be at least 0 and at most 1, got 2"),
        ({"spline_knots": 2}, r"spline_knots: must be 0 \(straight lines\) or at least 3 knots"),
        ({"n_imputations": 0}, r"n_imputations: must be at least 1, got 0"),
        ({"n_draws": 3}, r"n_draws: .*multiple of 2, got 3"),
        ({"imputation": "mean"}, r"imputation: must be one of 'normal', 'chained', got 'mean'"),
        ({"interval_folds": 1}, r"interval_folds: must be 0 \(none\) or a whole number from 2"),
        ({"n_resamples": 5}, r"n_resamples: must be 0 \(none\) or a whole number from 20"),
        ({"model_type": "ordinal"}, r"bounds: an ordinal model is of a bounded score"),
        ({"model_type": "ordinal", "link": "log"}, r"link: must be one of 'logit'.*got 'log'"),
        ({"bounds": (1, 0)}, r"bounds: must be two finite numbers that ascend.*got \(1, 0\)"),
        ({"bounds": "0-100"}, r"bounds: must be two finite numbers that ascend"),
        ({"unknown_levels": "ignore"}, r"unknown_levels: must be one of 'error', 'missing'"),
        ({"model_type": "boosting", "n_trees": 0}, r"n_trees: must be at least 1, got 0"),
        ({"model_type": "boosting", "min_leaf": 2.5}, r"min_leaf: must be a whole number"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_refused_by_name(changes, letter):
    with pytest.raises(ConfigError, match=letter):
        settings_of(StudyRegressor(**changes))


def test_settings_of_another_model_type_are_not_looked_at():
    assert settings_of(StudyRegressor("linear", n_trees=0)).family == "linear"


def test_dictionaries_by_name_by_file_and_none(tmp_path):
    assert checked_dictionary("packaged") is load_dictionary()
    assert checked_dictionary(load_dictionary()) is load_dictionary()
    assert checked_dictionary(None) == {}
    own = tmp_path / "variables.yaml"
    own.write_text("grip_kg: {label: grip strength, kind: number, unit: kg}\n", encoding="utf-8")
    assert checked_dictionary(own)["grip_kg"].unit == "kg"
    with pytest.raises(ConfigError, match=r"dictionary: must be 'packaged', a YAML file.*got 3"):
        checked_dictionary(3)


def test_a_seed_is_that_of_a_study_or_drawn_from_a_random_state():
    assert seed_of(7) == seed_of(np.int64(7)) == 7
    assert seed_of(np.random.RandomState(5)) == seed_of(np.random.RandomState(5))
    assert seed_of(None) != seed_of(None)
    with pytest.raises(ConfigError, match="random_state: must be 0 or more, got -1"):
        seed_of(-1)
