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
from hiprisk.learning.own.checking import (
    TrialPart,
    check_own_candidates,
    check_own_fits,
    corners,
    plain_words,
)

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to"


def config(section):
    return candidate_config(f"families={{linear: {{}}, mine: {section}}}")


FEW = TrialPart(400, 4)


def check(study, part=FEW):
    check_own_candidates(study)
    check_own_fits(study, lambda refitted: part)


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
    check(candidate_config())


def blocks_of(page, language):
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.mark.slow
def test_the_candidates_of_the_how_to_can_be_fitted(tmp_path, monkeypatch):
    pytest.importorskip("lightgbm")
    (families,) = blocks_of("own-candidates.md", "yaml")
    check(candidate_config(f"families={json.dumps(yaml.safe_load(families)['families'])}"))
    (code,), (families,) = blocks_of("own-class.md", "python"), blocks_of("own-class.md", "yaml")
    (tmp_path / "mypackage.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "mypackage", raising=False)
    check(candidate_config(f"families={json.dumps(yaml.safe_load(families)['families'])}"))


def test_a_value_that_the_class_refuses_is_told_in_its_words():
    wrong = config("{estimator: sklearn.linear_model.Ridge, search: {alpha: {low: -1.0, high: 1}}}")
    with pytest.raises(
        ConfigError, match=r"families.mine: .* with alpha: -1.0: InvalidParameterError: .*'alpha'"
    ):
        check(wrong)


def test_settings_that_no_sheet_can_hold_are_refused_unless_it_is_a_benchmark():
    pytest.importorskip("lightgbm")
    section = "{estimator: lightgbm.LGBMRegressor, fixed: {n_estimators: 3, linear_tree: true"
    with pytest.raises(ConfigError, match=r"cannot be written as a sheet with .*benchmark: true"):
        check(config(f"{section}}}}}"))
    check(config(f"{section}}}, benchmark: true}}"))


def test_benchmarks_alone_are_refused():
    near = "near: {estimator: sklearn.neighbors.KNeighborsRegressor}"
    with pytest.raises(ConfigError, match="no candidate can be chosen: near can only be compared"):
        check(candidate_config(f"families={{mean: null, {near}}}"))


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
        check(config("{estimator: never_twice.Model}"))


def neighbours(n):
    return config(
        f"{{estimator: sklearn.neighbors.KNeighborsRegressor, fixed: {{n_neighbors: {n}}}}}"
    )


def test_a_setting_that_needs_more_people_than_the_study_has_is_refused():
    check(neighbours(90), TrialPart(90, 4))
    with pytest.raises(
        ConfigError,
        match=r"families.mine: .* cannot be fitted to 90 simulated people with 4 inputs .*"
        r"n_neighbors: 91: ValueError: Expected n_neighbors <= n_samples_fit",
    ):
        check(neighbours(91), TrialPart(90, 4))


def test_what_refuses_a_few_may_take_as_many_as_the_study_has():
    check(neighbours(500), TrialPart(900, 4))
    with pytest.raises(ConfigError, match="cannot be fitted to 900 simulated people"):
        check(neighbours(901), TrialPart(900, 4))


def test_the_trial_has_as_many_inputs_as_the_study():
    many = config(
        "{estimator: sklearn.cross_decomposition.PLSRegression, fixed: {n_components: 6}}"
    )
    check(many, TrialPart(100, 6))
    with pytest.raises(ConfigError, match=r"with 5 inputs .*n_components"):
        check(many, TrialPart(100, 5))


def test_simulated_people_have_the_event_as_often_as_the_part():
    part = TrialPart(1000, 2, 30)
    assert part.simulated()[1].sum() == 30
    assert part.at_most(400).simulated()[1].sum() == 12
    assert TrialPart(50, 2, 0).simulated()[1].sum() == 1
    assert TrialPart(100, 2, 98).size < TrialPart(90, 2, 45).size


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("[21:24:23] /build/src/gbm/gbm.cc:24: Unknown gbm type x\nStack trace:\n [bt] (0) /lib",
         "Unknown gbm type x"),
        ("Check failed: (num_leaves) > (1) at /build/src/io/config.cpp, line 352 .",
         "Check failed: (num_leaves) > (1)"),
        ("\nvalue 2 exceeds the bound\nsubsample: ratio", "value 2 exceeds the bound"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_library_is_quoted_without_the_places_of_its_own_source(message, said):
    assert plain_words(message) == said


def test_lightgbm_writes_nothing_beside_the_letter(capfd):
    pytest.importorskip("lightgbm")
    with pytest.raises(ConfigError, match=r"\(num_leaves\) > \(1\) \(correct"):
        check(config("{estimator: lightgbm.LGBMRegressor, fixed: {num_leaves: 1}}"))
    assert capfd.readouterr() == ("", "")
