"""Derived features that a study declares: what they are made of, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.own_variables import own_dictionary_from_text
from hiprisk.config.derived import DerivedSettings
from hiprisk.errors import ConfigError
from hiprisk.features.derived import features_of, variables_behind, with_declared
from hiprisk.features.design import plan_design

DICTIONARY = own_dictionary_from_text(
    "left_kg: {label: left, kind: number}\n"
    "right_kg: {label: right, kind: number}\n"
    "arm: {label: arm, kind: category, levels: [a, b, c]}\n"
    "day: {label: day, kind: date}\n"
)
FRAME = pd.DataFrame(
    {
        "left_kg": [10.0, 20.0, 0.0],
        "right_kg": [12.0, 5.0, 0.0],
        "arm": pd.Series(["a", "b", "c"], dtype=object),
    }
)


def declared(**features):
    settings = {
        name: DerivedSettings(label=name.replace("_", " "), op=op, of=of)
        for name, (op, *of) in features.items()
    }
    return with_declared(DICTIONARY, settings)


def inputs(predictors, **features):
    design = plan_design(predictors, declared(**features), FRAME)
    return design, design.model_inputs(design.numeric(FRAME))


@pytest.mark.parametrize(
    ("op", "second", "expected"),
    [
        ("minimum", "right_kg", [10.0, 5.0, 0.0]),
        ("maximum", "right_kg", [12.0, 20.0, 0.0]),
        ("difference", "right_kg", [-2.0, 15.0, 0.0]),
        ("product", "right_kg", [120.0, 100.0, 0.0]),
        ("indicator", 20, [0.0, 1.0, 0.0]),
        # A denominator nearer to zero than 1e-6 counts as 1e-6, here and on the page.
        ("ratio", "right_kg", [10.0 / 12.0, 4.0, 0.0]),
    ],
)
def test_each_expression_is_the_sheet_s(op, second, expected):
    _, numbers = inputs(["x"], x=(op, "left_kg", second))
    assert np.allclose(numbers[:, 0], expected, rtol=1e-12, atol=0)


def test_a_feature_of_a_feature_brings_its_steps_in_order():
    design, numbers = inputs(
        ["share"], share=("ratio", "weaker", "left_kg"), weaker=("minimum", "left_kg", "right_kg")
    )
    assert [one.name for one in design.derived] == ["weaker", "share"]
    assert (design.variables, design.inputs) == (("left_kg", "right_kg"), ("share",))
    assert numbers[1, 0] == 0.25


def test_a_level_is_one_where_somebody_has_it():
    _, numbers = inputs(["x"], x=("product", "arm=b", "left_kg"))
    assert list(numbers[:, 0]) == [0.0, 20.0, 0.0]


def test_packaged_features_are_operands_too():
    dictionary = declared(x=("product", "hip_flexion_worse_deg", 2))
    assert variables_behind(["x"], dictionary) == {
        "hip_flexion_right_deg", "hip_flexion_left_deg",
    }  # fmt: skip
    assert [step.name for step in features_of(dictionary)["x"]] == ["hip_flexion_worse_deg", "x"]


def test_the_first_level_that_occurs_has_no_column():
    with pytest.raises(ConfigError, match=r"derived.x.of: 'a' is the first level of arm"):
        inputs(["x"], x=("product", "arm=a", "left_kg"))


@pytest.mark.parametrize(
    ("features", "rule"),
    [
        ({"left_kg": ("minimum", "right_kg", 1)}, "'left_kg' is the name of a variable already"),
        ({"lbp_chronic": ("minimum", "right_kg", 1)}, "is the name of a derived feature already"),
        ({"x": ("minimum", "lefd_kg", 1)}, r"derived.x.of: 'lefd_kg' is neither .*left_kg"),
        ({"x": ("minimum", "arm", 1)}, r"'arm' is a category .name one of its levels: arm=c"),
        ({"x": ("minimum", "arm=d", 1)}, "'d' is no level of arm; known: a, b, c"),
        ({"x": ("minimum", "day", 1)}, r"'day' is no number \(date\)"),
        ({"x": ("minimum", "left_kg=a", 1)}, r"'left_kg=a' is no number"),
        ({"x": ("minimum", "x", 1)}, "these go in a circle: x -> x"),
        (
            {"x": ("minimum", "y", 1), "y": ("maximum", "z", 1), "z": ("product", "y", 2)},
            "these go in a circle: y -> z -> y",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused(features, rule):
    with pytest.raises(ConfigError, match=rule):
        declared(**features)


def test_a_variable_with_the_name_of_a_packaged_feature_is_refused():
    dictionary = own_dictionary_from_text("lbp_chronic: {label: x, kind: number}")
    with pytest.raises(ConfigError, match="'lbp_chronic' is a derived feature of hiprisk"):
        with_declared(dictionary, {})


def test_a_predictor_that_is_nothing_is_refused_with_what_was_meant():
    with pytest.raises(ConfigError, match=r"'left_kgs' is neither .*did you mean left_kg"):
        plan_design(["left_kgs"], declared(), FRAME)
