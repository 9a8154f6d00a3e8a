"""Candidate model types: the mean is always one, and only those that are named are tried."""

import json

import pytest

from hiprisk.config.model_types import (
    BUILT_IN,
    BoostingSettings,
    LinearSettings,
    ModelTypeSettings,
)
from hiprisk.config.reading import resolved
from hiprisk.errors import ConfigError
from study_text import small_study


def test_the_mean_comes_first_and_what_is_not_named_is_not_tried():
    named = ModelTypeSettings(boosting=BoostingSettings(), linear=LinearSettings()).named()
    assert list(named) == ["mean", "linear", "boosting"]


def test_the_mean_may_be_left_out():
    assert list(ModelTypeSettings(mean=None, linear=LinearSettings()).named()) == ["linear"]


FOREST = "{estimator: sklearn.ensemble.RandomForestRegressor"


def families(text: str) -> ModelTypeSettings:
    return small_study(f"families={text}").families


def test_a_candidate_with_a_class_stands_among_the_others_under_its_name() -> None:
    found = families(
        f"{{boosting: {{}}, forest: {FOREST}, search: {{min_samples_leaf: [5, 10]}}}}}}"
    )
    assert list(found.named()) == ["mean", "boosting", "forest"]
    assert found.own["forest"].search == {"min_samples_leaf": (5, 10)}


def test_settings_keep_the_type_that_the_file_gives_them() -> None:
    search = "{a: [1, 2.0, sqrt, null, true], b: {low: 1, high: 9}, c: {low: 1.0, high: 9}}"
    found = families(f"{{forest: {FOREST}, fixed: {{d: 3, e: 3.0}}, search: {search}}}}}")
    own = found.own["forest"]
    assert [type(one) for one in own.search["a"]] == [int, float, str, type(None), bool]  # type: ignore[union-attr]
    assert [own.search[name].is_whole for name in "bc"] == [True, False]  # type: ignore[union-attr]
    assert [type(one) for one in own.fixed.values()] == [int, float]


def test_a_resolved_config_reads_as_it_was_written() -> None:
    text = (
        f"{{linear: {{}}, forest: {FOREST}, search: {{a: [null, 1], b: {{low: 1, high: 2.5}}}}}}}}"
    )
    study = small_study(f"families={text}")
    plain = resolved(study)["families"]
    assert list(plain) == ["mean", "linear", "logistic", "ordinal", "boosting", "forest"]
    assert small_study(f"families={json.dumps(plain)}") == study
    assert list(resolved(small_study())["families"]) == list(BUILT_IN)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{forest: {search: {a: [1]}}}", r"families.forest.estimator.*this key is required"),
        ("{forest: {estimator: RandomForest}}", "must match the pattern"),
        (
            f"{{forest: {FOREST}, serch: {{a: [1]}}}}}}",
            r"families.forest.serch.*did you mean search",
        ),
        (f"{{forest: {FOREST}, search: {{a: []}}}}}}", "at least one value"),
        (f"{{forest: {FOREST}, search: {{a: {{low: 2, high: 1}}}}}}}}", "low must be smaller"),
        (
            f"{{forest: {FOREST}, search: {{a: {{low: 0, high: 1, log: true}}}}}}}}",
            "must be positive",
        ),
        (f"{{forest: {FOREST}, search: {{a: [1]}}, fixed: {{a: 1}}}}}}", "a is fixed and searched"),
        (f"{{forest: {FOREST}, fixed: {{random_state: 1}}}}}}", "comes from the seed of the study"),
        (f"{{forest: {FOREST}, fixed: {{n_jobs: 4}}}}}}", "n_jobs is 1"),
        (f"{{mean: null, forest: {FOREST}, benchmark: true}}}}", "a benchmark is never chosen"),
        (f"{{own: {{forest: {FOREST}}}}}}}", "beside the others, not below own"),
        (f"{{Forest: {FOREST}}}}}", "must match the pattern"),
        ("{boostin: {n_trees: 5}}", "this key is not known .did you mean boosting"),
        (f"{{linear: {FOREST}}}}}", r"families.linear.estimator.*this key is not known"),
    ],
)
def test_a_candidate_that_is_not_stated_right_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ConfigError, match=rule):
        families(text)
