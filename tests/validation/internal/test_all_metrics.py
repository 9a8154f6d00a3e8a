"""What else the refits of a bootstrap correct."""

import dataclasses

import numpy as np
import pytest

from hiprisk.metrics.registry import find_metric, further_metrics
from hiprisk.validation.internal.all_metrics import (
    _not_below_zero,
    beside_a_bootstrap,
    with_further_metrics,
)
from hiprisk.validation.internal.optimism import optimism_table
from hiprisk.validation.internal.optimism_table import OptimismRow
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import draw_resamples
from least_squares import LeastSquares


def test_rows_are_added_in_the_order_of_the_registry(data):
    x, y = data
    procedure = LeastSquares(x, y)
    refits = refit_all(procedure, draw_resamples(np.arange(50), n_resamples=5, seed=1))
    how = {"apparent": refits.predicted.mean(axis=0)}
    table = optimism_table(refits, y, metrics=[find_metric("continuous", "r2")], **how)
    found = with_further_metrics(table, refits, y, kind="continuous", **how)
    names = [one.name for one in beside_a_bootstrap("continuous")]
    assert names == [*(one.name for one in further_metrics("continuous")), "ici"]
    assert [row.metric for row in found.rows] == ["r2", *names]
    assert found.rows[0] == table.rows[0]
    assert found.rows[1].apparent == pytest.approx(np.mean((y - how["apparent"]) ** 2))


def test_an_error_of_the_curve_has_no_end_below_zero():
    row = OptimismRow(
        metric="ici", apparent=0.4, training=0.5, test=0.6, optimism=-0.1, corrected=0.5, low=-0.3,
        high=1.2, shifted_low=-0.1, shifted_high=1.0,
    )  # fmt: skip
    cut = _not_below_zero(row)
    assert (cut.low, cut.high, cut.shifted_low) == (0.0, 1.2, 0.0)
    other = dataclasses.replace(row, metric="g")
    assert _not_below_zero(other) == other
