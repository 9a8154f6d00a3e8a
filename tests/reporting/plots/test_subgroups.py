"""A metric by subgroup as a forest plot: every group is named, also one that is not shown."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.config import SubgroupSettings
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.plots.subgroups import draw_subgroups
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import subgroup_performance


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(1)
    levels = np.array(["low"] * 60 + ["medium"] * 50 + ["high"] * 30 + ["high"] * 2, dtype=object)
    frame = pd.DataFrame({"education": levels, "sex": np.resize(["female", "male"], 142)})
    frame.loc[:2, "sex"] = None
    predicted = rng.normal(size=142)
    settings = SubgroupSettings(by=("education", "sex"), resamples=50)
    sample = EvaluationSample(
        kind="continuous", observed=predicted + rng.normal(size=142), predicted=predicted,
        groups=np.arange(142),
    )  # fmt: skip
    return subgroup_performance(sample, frame, settings=settings, seed=1)


def test_forest_names_every_group_and_says_which_are_hidden(result):
    ax = draw_subgroups(result, metric="rmse")
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0] == "everybody (142)"
    assert "low (60)" in labels
    assert "unknown" in labels
    said = [text.get_text() for text in ax.texts]
    n_hidden = sum(group.suppressed for group in result.groups)
    assert said.count("not shown (too few)") == n_hidden == 2
    assert "heterogeneity (SD)" in labels
    assert any("p = " in text or "p < " in text for text in said)
    assert as_png(ax).startswith(b"\x89PNG")


def test_main_metric_is_drawn_where_none_is_named(result):
    assert draw_subgroups(result).get_xlabel() == "R², 95 % CI; dotted: everybody"
