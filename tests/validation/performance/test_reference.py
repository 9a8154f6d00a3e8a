"""A model beside a reference prediction: the people who have both, and what is said of them."""

import dataclasses
import json

import numpy as np
import pytest

from hiprisk.metrics.decomposition.murphy_diagram import murphy_diagram
from hiprisk.metrics.scores import brier, mse
from hiprisk.validation.performance.reference import compare_with_reference
from metric_examples import example


def compared(kind="continuous", *, reference=None, n=300, **more):
    y, p = example(kind, n=n)
    given = np.full(n, y.mean()) if reference is None else reference(y, p)
    options = {"groups": np.arange(n), "names": ("ours", "theirs"), "n_resamples": 200, "seed": 1}
    return y, p, given, compare_with_reference(y, p, given, kind=kind, **(options | more))


@pytest.mark.parametrize(("kind", "score"), [("continuous", mse), ("binary", brier)])
def test_both_are_evaluated_on_the_people_who_have_the_reference(kind, score):
    def some(y, p):
        given = np.full(len(y), y.mean())
        given[:40] = np.nan
        return given

    y, p, given, found = compared(kind, reference=some)
    assert (found.n, found.n_without) == (260, 40)
    assert found.model.score == pytest.approx(score(y[40:], p[40:]))
    assert found.reference.score == pytest.approx(score(y[40:], given[40:]))
    assert found.reference.discrimination == pytest.approx(0.0, abs=1e-12)
    expected = murphy_diagram(
        y[40:], p[40:], given[40:], groups=np.arange(40, 300), n_resamples=200, seed=1,
        names=("ours", "theirs"),
    )  # fmt: skip
    assert found.murphy_diagram == expected
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    name = "brier" if kind == "binary" else "mse"
    assert plain["decompositions"][name]["model"] == found.model.to_dict()
    assert plain["murphy_diagram"]["difference"] == list(expected.difference)
    assert len(found.to_frame()) == 101


def test_nobody_with_a_reference_is_no_comparison():
    assert compared(reference=lambda y, p: np.full(len(y), np.nan))[-1] is None


def with_band(found, low, high):
    diagram = dataclasses.replace(found.murphy_diagram, low=low, high=high)
    return dataclasses.replace(found, murphy_diagram=diagram)


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        ((-2.0, -1.0), (-1.0, 0.5), "The elementary score is lower than that of theirs at 1 of 2 "
         "thresholds (pointwise 95 % CI), higher at none."),
        ((1.0, -1.0), (2.0, 0.5), "The elementary score is higher than that of theirs at 1 of 2 "
         "thresholds (pointwise 95 % CI), lower at none."),
        ((-1.0, -1.0), (1.0, 0.5), "No evidence of a difference from theirs at any of 2 "
         "thresholds (pointwise 95 % CI)."),
        ((-2.0, 1.0), (-1.0, 2.0), "The elementary score is lower than that of theirs at 1 and "
         "higher at 1 of 2 thresholds (pointwise 95 % CI): which is better depends on the score."),
    ],
)  # fmt: skip
def test_sentence(low, high, sentence):
    assert with_band(compared(n=60)[-1], low, high).sentence() == sentence


def test_few_thresholds_are_what_chance_leaves():
    found = compared(n=60)[-1]
    low, high = np.full(101, -1.0), np.full(101, 1.0)
    low[:3] = 0.5
    assert with_band(found, tuple(low), tuple(high)).sentence() == (
        "Little evidence of a difference from theirs: the pointwise 95 % CI excludes 0 at 3 of 101 "
        "thresholds, and would at 5 by chance."
    )
