"""Own candidates are tried on simulated people before the work."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from candidate_study import candidate_config
from hiprisk.config import EstimatorSettings, SettingRange
from hiprisk.errors import ConfigError
from hiprisk.learning.own.checking import check_own_candidates, corners

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "own-candidates.md"


def config(section):
    return candidate_config(f"families={{linear: {{}}, mine: {section}}}")


def test_every_value_of_a_list_and_both_ends_are_tried():
    settings = EstimatorSettings(
        estimator="a.B",
        fixed={"c": True},
        search={"a": ("x", None, "y"), "b": SettingRange(low=1, high=9)},
    )
    assert list(corners(settings)) == [
        {"c": True, "a": "x", "b": 1},
        {"c": True, "a": None, "b": 9},
        {"c": True, "a": "y", "b": 1},
    ]
    assert list(corners(EstimatorSettings(estimator="a.B"))) == [{}]


def test_candidates_that_can_be_fitted_pass():
    check_own_candidates(candidate_config())


def test_the_candidates_of_the_how_to_can_be_fitted(tmp_path, monkeypatch):
    pytest.importorskip("lightgbm")
    blocks = re.findall(r"```(yaml|python)\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.S)
    (families,) = (text for language, text in blocks if language == "yaml")
    stated = yaml.safe_load(families)["families"]
    check_own_candidates(candidate_config(f"families={json.dumps(stated)}"))
    (code,) = (text for language, text in blocks if "ComponentsSVR" in text)
    (tmp_path / "of_the_how_to.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    check_own_candidates(config("{estimator: of_the_how_to.ComponentsSVR, search: {C: [0.1, 1]}}"))


def test_a_value_that_the_class_refuses_is_told_in_its_words():
    wrong = config("{estimator: sklearn.linear_model.Ridge, search: {alpha: {low: -1.0, high: 1}}}")
    with pytest.raises(
        ConfigError, match=r"families.mine: .* with alpha: -1.0: InvalidParameterError: .*'alpha'"
    ):
        check_own_candidates(wrong)


def test_settings_that_no_sheet_can_hold_are_refused_unless_it_is_a_benchmark():
    pytest.importorskip("lightgbm")
    section = "{estimator: lightgbm.LGBMRegressor, fixed: {n_estimators: 3, linear_tree: true"
    with pytest.raises(ConfigError, match=r"cannot be written as a sheet with .*benchmark: true"):
        check_own_candidates(config(f"{section}}}}}"))
    check_own_candidates(config(f"{section}}}, benchmark: true}}"))


def test_benchmarks_alone_are_refused():
    near = "near: {estimator: sklearn.neighbors.KNeighborsRegressor}"
    with pytest.raises(ConfigError, match="no candidate can be chosen: near can only be compared"):
        check_own_candidates(candidate_config(f"families={{mean: null, {near}}}"))


def test_a_class_that_predicts_otherwise_each_time_is_refused(tmp_path, monkeypatch):
    (tmp_path / "never_twice.py").write_text(
        "import itertools\n"
        "from sklearn.dummy import DummyRegressor\n"
        "count = itertools.count()\n"
        "class Model(DummyRegressor):\n"
        "    def predict(self, X):\n"
        "        return super().predict(X) + next(count)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(ConfigError, match="predicts otherwise when it is fitted again"):
        check_own_candidates(config("{estimator: never_twice.Model}"))
