"""The optimism bootstrap: the same as a loop by hand, whatever the number of workers."""

import numpy as np
import pytest

from hiprisk.learning.unpenalised import fit_ols
from hiprisk.validation.internal.optimism import (
    bootstrap_optimism,
    estimates_632,
    optimism_row,
    optimism_table,
)
from hiprisk.validation.internal.optimism_intervals import optimism_interval
from hiprisk.validation.resampling.refits import Refits
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from least_squares import LeastSquares, boot
from metric_examples import metrics, report_figures


def test_the_table_equals_a_loop_by_hand(data):
    x, y = data
    row = boot(data).table.rows[0]
    training, test = [], []
    for resample in draw_resamples(np.arange(50), n_resamples=20, seed=1):
        rows = resample.rows
        design = np.column_stack([np.ones(50), x])
        beta, *_ = np.linalg.lstsq(design[rows], y[rows], rcond=None)
        fitted = design[rows] @ beta
        own = y[rows]
        training.append(1 - ((own - fitted) ** 2).sum() / ((own - own.mean()) ** 2).sum())
        test.append(1 - ((y - design @ beta) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    assert row.training == pytest.approx(np.mean(training), rel=1e-10)
    assert row.test == pytest.approx(np.mean(test), rel=1e-10)
    assert row.corrected == pytest.approx(row.apparent - np.mean(training) + np.mean(test))


def test_the_number_of_workers_changes_no_bit(data):
    one, two = boot(data, workers=1), boot(data, workers=2)
    assert one.table == two.table
    assert (one.coefficients == two.coefficients).all()


def test_people_without_an_outcome_are_in_no_metric(data):
    x, y = data
    longer = np.vstack([x, np.zeros((5, 3))])
    unknown = np.r_[y, np.full(5, np.nan)]

    def procedure(resample):
        known = ~np.isnan(unknown)
        weights = resample.counts.astype(float)[known]
        fit = fit_ols(longer[known], unknown[known], weights=weights)
        return Refit(fit.coefficients[0] + longer @ fit.coefficients[1:])

    resamples = draw_resamples(np.arange(55), n_resamples=5, seed=1)
    result = bootstrap_optimism(
        procedure, unknown, apparent=np.zeros(55), metrics=metrics("continuous", "rmse"),
        resamples=resamples,
    )  # fmt: skip
    assert result.table.rows[0].apparent == pytest.approx(np.sqrt(np.mean(y**2)))


def test_noma_interval_is_the_training_values_percentiles_less_the_optimism(data):
    x, y = data
    row = boot(data).table.rows[1]
    training = []
    for resample in draw_resamples(np.arange(50), n_resamples=20, seed=1):
        design = np.column_stack([np.ones(50), x])[resample.rows]
        beta, *_ = np.linalg.lstsq(design, y[resample.rows], rcond=None)
        training.append(np.sqrt(np.mean((y[resample.rows] - design @ beta) ** 2)))
    low, high = min(training), max(training)  # rank 0.025 x 21 is below the first
    expected = (low - row.optimism, high - row.optimism)
    assert (row.shifted_low, row.shifted_high) == pytest.approx(expected)


def test_632_of_more_resamples_than_people_equals_a_loop_by_hand(data):
    x, y = data
    resamples = draw_resamples(np.arange(50), n_resamples=80, seed=1)
    design = np.column_stack([np.ones(50), x])
    times = sum((resample.counts == 0).astype(float) for resample in resamples)
    errors, shares = [], []
    for resample in resamples:
        beta, *_ = np.linalg.lstsq(design[resample.rows], y[resample.rows], rcond=None)
        out = resample.counts == 0
        errors.append(np.sqrt(np.mean((y[out] - design[out] @ beta) ** 2)))
        # Every person's one part is shared by the resamples that omit the person.
        shares.append(np.sum(1.0 / times[out]))
    apparent = fit_ols(x, y).coefficients @ design.T
    result = bootstrap_optimism(
        LeastSquares(x, y), y, apparent=apparent, metrics=metrics("continuous", "rmse"),
        resamples=resamples,
    )  # fmt: skip
    (row,) = result.table.rows
    expected = 0.368 * row.apparent + 0.632 * np.average(errors, weights=shares)
    assert row.value_632 == pytest.approx(expected, rel=1e-9)
    assert max(shares) < 1.0


def test_632_plus_equals_the_paper_by_hand():
    # Error: apparent 0.1, omitted 0.4, no information 0.5. Overfitting 0.3 / 0.4 = 0.75, weight
    # 0.632 / (1 - 0.368 x 0.75) = 0.872928, estimate 0.1 + 0.872928 x 0.3.
    brier, c_statistic = metrics("binary", "brier", "c_statistic")
    value, plus = estimates_632(brier, 0.1, 0.4, 0.5)
    assert value == pytest.approx(0.1 + 0.632 * 0.3)
    assert plus == pytest.approx(0.1 + 0.632 / (1 - 0.368 * 0.75) * 0.3)
    # Omitted worse than no information: it counts as no information, and all weight is on it.
    assert estimates_632(brier, 0.1, 0.7, 0.5)[1] == pytest.approx(0.5)
    # A gain is the same thing upside down.
    assert estimates_632(c_statistic, 0.9, 0.6, 0.5)[1] == pytest.approx(
        0.9 - 0.632 / (1 - 0.368 * 0.75) * 0.3
    )


def test_632_plus_is_that_of_a_computation_in_r():
    (brier,) = metrics("binary", "brier")
    for case in report_figures("forecasts")["plus632"]:
        _, plus = estimates_632(brier, case["apparent"], case["omitted"], case["none"])
        assert plus == pytest.approx(case["plus"], rel=1e-12)


def test_a_metric_without_no_information_rate_has_no_632_plus(data):
    x, y = data
    whole = fit_ols(x, y)
    result = bootstrap_optimism(
        LeastSquares(x, y), y, apparent=whole.coefficients[0] + x @ whole.coefficients[1:],
        metrics=metrics("continuous", "calibration_slope"),
        resamples=draw_resamples(np.arange(50), n_resamples=20, seed=1),
    )  # fmt: skip
    (row,) = result.table.rows
    assert row.value_632 is not None
    assert row.value_632_plus is None
    # On its own people a fit has slope 1: Noma's interval would have no width.
    assert row.shifted_low is None
    assert row.low < row.corrected < row.high


def of_risks(refitted, y, apparent, names=("calibration_slope", "brier")):
    """The table of refits that predict what is given, each drawn from everybody once."""
    counts = np.ones_like(refitted)
    counts[:, 0] = 0.0
    refits = Refits(refitted, counts, tuple(range(len(refitted))), 0)
    return optimism_table(refits, y, apparent=apparent, metrics=metrics("binary", *names))


def some_risks(n_refits=40, n=60):
    rng = np.random.default_rng(4)
    lp = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-lp))).astype(float)
    each = 1 / (1 + np.exp(-(lp + 0.3 * rng.normal(size=(n_refits, n)))))
    return each, y, 1 / (1 + np.exp(-lp))


def test_a_resample_that_lacks_a_metric_is_left_out_of_it_and_counted():
    each, y, apparent = some_risks()
    without = of_risks(each[1:], y, apparent)
    # Constant: no slope, but a Brier score.
    each[0] = 0.4
    slope, brier = of_risks(each, y, apparent).rows
    assert (slope.n_not_computed, brier.n_not_computed) == (1, 0)
    assert slope.corrected == without.rows[0].corrected
    assert (slope.low, slope.high) == (without.rows[0].low, without.rows[0].high)
    assert brier.corrected != without.rows[1].corrected


def test_an_interval_ends_where_the_metric_does():
    rng = np.random.default_rng(5)
    y = np.r_[np.zeros(30), np.ones(10)]
    apparent = np.where(y == 1, 0.6, 0.4)
    each = np.clip(apparent + 0.4 * rng.normal(size=(40, 40)), 0.01, 0.99)
    c, slope = of_risks(each, y, apparent, ["c_statistic", "discrimination_slope"]).rows
    # A corrected C statistic above 1 has no log odds; its interval ends at 1 all the same.
    assert c.low < c.high == 1.0
    assert -1.0 < slope.low < slope.high < 1.0


def test_a_metric_that_too_many_resamples_lack_is_not_available_and_says_why():
    each, y, apparent = some_risks()
    each[:5] = 0.4
    table = of_risks(each, y, apparent)
    assert [row.metric for row in table.rows] == ["brier"]
    assert table.not_available == {
        "calibration_slope": "on 5 of 40 resamples a calibration slope needs risks that vary"
    }
    assert table.to_dict()["not_available"] == table.not_available


def test_a_metric_that_the_model_itself_lacks_is_not_available():
    each, y, _ = some_risks()
    table = of_risks(each, y, np.full(60, 0.4))
    assert table.not_available == {"calibration_slope": "a calibration slope needs risks that vary"}
    assert [row.metric for row in table.rows] == ["brier"]


def test_an_interval_is_widened_only_where_it_is_said():
    training, test = np.random.default_rng(2).normal(size=(2, 40))
    row = optimism_row("rmse", apparent=5.0, training=training, test=test)
    expected = optimism_interval(5.0, training, test, level=0.95, scale="identity", widened=1.0)
    assert (row.low, row.high) == pytest.approx(expected)
