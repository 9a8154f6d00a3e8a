"""The optimism bootstrap: the same as a loop by hand, whatever the number of workers."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.seeding import rng_for
from hiprisk.validation.internal.corrected_curves import corrected_curve
from hiprisk.validation.internal.optimism import (
    bootstrap_optimism,
    estimates_632,
    optimism_interval,
)
from hiprisk.validation.resampling.intervals import percentile_intervals
from hiprisk.validation.resampling.refits import Refits
from hiprisk.validation.resampling.resamples import Refit, draw_resamples, resamples_from_indices
from metric_examples import metrics


class LeastSquares:
    """A procedure that is importable, for workers."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __call__(self, resample):
        fit = fit_ols(self.x, self.y, weights=resample.counts.astype(float))
        return Refit(fit.coefficients[0] + self.x @ fit.coefficients[1:], fit.coefficients)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3))
    return x, x @ [1.0, 0.5, 0.0] + rng.normal(size=50)


def boot(data, **settings):
    x, y = data
    whole = fit_ols(x, y)
    resamples = draw_resamples(np.arange(50), n_resamples=20, seed=1)
    return bootstrap_optimism(
        LeastSquares(x, y),
        y,
        apparent=whole.coefficients[0] + x @ whole.coefficients[1:],
        metrics=metrics("continuous", "r2", "rmse"),
        resamples=resamples,
        **settings,
    )


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


def test_persons_are_drawn_whole():
    groups = np.repeat(np.arange(20), 2)
    for resample in draw_resamples(groups, n_resamples=10, seed=3):
        assert (resample.counts[::2] == resample.counts[1::2]).all()
        assert resample.counts.sum() == 40


def test_a_resample_does_not_depend_on_how_many_there_are():
    few = draw_resamples(np.arange(30), n_resamples=3, seed=5)
    many = draw_resamples(np.arange(30), n_resamples=9, seed=5)
    assert all((a.rows == b.rows).all() for a, b in zip(few, many, strict=False))


def test_given_indices_become_counts():
    (resample,) = resamples_from_indices([[0, 0, 2]])
    assert resample.counts.tolist() == [2, 0, 1]


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


def test_too_many_refusals_are_an_error(data):
    def refuse(resample):
        raise InputError("singular", code="DEGENERATE")

    with pytest.raises(InputError, match="could not be fitted on 4 of 4 resamples"):
        bootstrap_optimism(
            refuse, data[1], apparent=data[1], metrics=metrics("continuous", "r2"),
            resamples=draw_resamples(np.arange(50), n_resamples=4, seed=1),
        )  # fmt: skip


def test_another_refusal_is_not_swallowed(data):
    def refuse(resample):
        raise InputError("something else", code="OTHER")

    with pytest.raises(InputError, match="something else"):
        bootstrap_optimism(
            refuse, data[1], apparent=data[1], metrics=metrics("continuous", "r2"),
            resamples=draw_resamples(np.arange(50), n_resamples=4, seed=1),
        )  # fmt: skip


def test_intervals_hold_the_value_and_draw_persons():
    rng = np.random.default_rng(0)
    y = np.repeat(rng.normal(size=100), 2)
    p = y + np.repeat(rng.normal(size=100), 2)

    rmse = metrics("continuous", "rmse")

    def width(groups):
        (estimate,) = percentile_intervals(
            y, p, metrics=rmse, groups=groups, n_resamples=200, seed=1, name="t"
        )
        assert estimate.low < estimate.value < estimate.high
        return estimate.high - estimate.low

    # Two equal rows of a person tell nothing new: the interval is wider by about sqrt(2).
    assert width(np.repeat(np.arange(100), 2)) > 1.2 * width(np.arange(200))


def test_intervals_equal_a_loop_by_hand():
    rng = np.random.default_rng(2)
    y = rng.normal(size=40)
    p = y + rng.normal(size=40)
    (estimate,) = percentile_intervals(
        y, p, metrics=metrics("continuous", "mae"), groups=np.arange(40), n_resamples=100,
        seed=5, name="t",
    )  # fmt: skip
    stream = rng_for(5, "interval", "t")
    values = []
    for _ in range(100):
        rows = stream.integers(0, 40, 40)
        values.append(np.abs(y[rows] - p[rows]).mean())
    assert (estimate.low, estimate.high) == pytest.approx(np.quantile(values, [0.025, 0.975]))


def test_a_resample_with_one_class_is_left_out():
    y = np.r_[np.ones(3), np.zeros(7)]
    p = np.linspace(0.6, 0.1, 10)
    settings = {"n_resamples": 100, "seed": 5, "name": "t"}
    settings["metrics"] = metrics("binary", "c_statistic")
    (estimate,) = percentile_intervals(y, p, groups=np.arange(10), **settings)
    assert estimate.low == estimate.value == estimate.high == 1.0
    # One event of ten: a third of the resamples lack it.
    (estimate,) = percentile_intervals(y[2:], p[2:], groups=np.arange(8), **settings)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, None, None)
    with pytest.raises(InputError, match="needs events and non-events"):
        percentile_intervals(y[3:], p[3:], groups=np.arange(7), **settings)


def test_logistic_fit_equals_its_likelihood_equations():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 2)) * [1.0, 50.0]
    y = (rng.random(200) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    fit = fit_logistic(x, y)
    lp = fit.coefficients[0] + x @ fit.coefficients[1:]
    residual = y - 1 / (1 + np.exp(-lp))
    assert residual.sum() == pytest.approx(0.0, abs=1e-8)
    assert (x.T @ residual) == pytest.approx([0.0, 0.0], abs=1e-6)
    design = np.column_stack([np.ones(200), x])
    weight = (1 / (1 + np.exp(-lp))) * (1 - 1 / (1 + np.exp(-lp)))
    expected = np.linalg.inv((design * weight[:, None]).T @ design)
    assert fit.covariance == pytest.approx(expected, rel=1e-6)


def test_a_logistic_fit_that_starts_at_its_end_is_there_at_once(monkeypatch):
    rng = np.random.default_rng(4)
    x = rng.normal(5.0, 2.0, size=(200, 2))
    y = (rng.random(200) < 1 / (1 + np.exp(-(x[:, 0] - 5.0)))).astype(float)
    whole = fit_logistic(x, y).coefficients
    monkeypatch.setattr("hiprisk.learning.unpenalised.MAX_STEPS", 2)
    again = fit_logistic(x, y, start=whole).coefficients
    assert again == pytest.approx(whole, rel=1e-10)
    with pytest.raises(InputError, match="separate"):
        fit_logistic(x, y)


@pytest.mark.parametrize("fit", [fit_ols, fit_logistic])
def test_a_combination_of_columns_is_refused(fit):
    x = np.random.default_rng(0).normal(size=(30, 2))
    y = (x[:, 0] > 0.3 * x[:, 1]).astype(float)
    with pytest.raises(InputError, match="combination of others"):
        fit(np.column_stack([x, x.sum(axis=1)]), y)


def test_separated_classes_are_refused():
    x = np.linspace(-1, 1, 40)[:, None]
    with pytest.raises(InputError, match=r"separate the two classes|combination"):
        fit_logistic(x, (x[:, 0] > 0).astype(float))


def test_least_squares_equals_lstsq_and_its_covariance():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    design = np.column_stack([np.ones(40), x])
    beta, squares, *_ = np.linalg.lstsq(design, y, rcond=None)
    fit = fit_ols(x, y)
    assert fit.coefficients == pytest.approx(beta, rel=1e-10)
    assert fit.covariance == pytest.approx(
        squares[0] / 36 * np.linalg.inv(design.T @ design), rel=1e-9
    )


def test_columns_of_old_stand_first(data):
    columns = list(boot(data).table.to_frame().columns)
    assert columns[:6] == ["metric", "apparent", "training", "test", "optimism", "corrected"]


def test_noma_interval_is_the_training_values_percentiles_less_the_optimism(data):
    x, y = data
    row = boot(data).table.rows[1]
    training = []
    for resample in draw_resamples(np.arange(50), n_resamples=20, seed=1):
        design = np.column_stack([np.ones(50), x])[resample.rows]
        beta, *_ = np.linalg.lstsq(design, y[resample.rows], rcond=None)
        training.append(np.sqrt(np.mean((y[resample.rows] - design @ beta) ** 2)))
    low, high = np.quantile(training, [0.025, 0.975])
    expected = (low - row.optimism, high - row.optimism)
    assert (row.shifted_low, row.shifted_high) == pytest.approx(expected)


def test_the_interval_is_the_apparent_value_less_the_spread_of_the_optimism():
    # Apparent 1; the resamples' own optimism is 0.1, 0.2, ..., 1.1; 10 % are rank 1 + 0.1 x 10.
    training = np.ones(11)
    test = 1.0 - np.linspace(0.1, 1.1, 11)
    low, high = optimism_interval(1.0, training, test, level=0.8)
    assert (low, high) == pytest.approx((1 - 1.0, 1 - 0.2))


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


def test_no_information_rates_equal_all_pairs():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=30), rng.normal(size=30)
    gaps = y[:, None] - p[None, :]
    mse, mae, r2, slope = metrics("continuous", "mse", "mae", "r2", "calibration_slope")
    assert mse.no_information(y, p) == pytest.approx((gaps**2).mean())
    assert mae.no_information(y, p) == pytest.approx(np.abs(gaps).mean())
    assert r2.no_information(y, p) == pytest.approx(1 - (gaps**2).mean() / y.var())
    assert slope.no_information is None


def test_no_information_of_a_likelihood_equals_all_pairs():
    y, p = np.array([1.0, 0.0, 0.0, 1.0, 0.0]), np.array([0.8, 0.3, 0.1, 0.4, 0.6])
    pairs = y[:, None] * np.log(p) + (1 - y[:, None]) * np.log(1 - p)
    null = np.mean(y * np.log(0.4) + (1 - y) * np.log(0.6))
    expected = 1 - np.exp(2 * (null - pairs.mean()))
    cox_snell, nagelkerke = metrics("binary", "cox_snell_r2_as_is", "nagelkerke_r2_as_is")
    assert cox_snell.no_information(y, p) == pytest.approx(expected)
    assert nagelkerke.no_information(y, p) == pytest.approx(expected / (1 - np.exp(2 * null)))


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


def test_net_benefit_by_threshold_is_corrected_by_hand():
    observed = np.array([1.0, 0.0, 1.0, 0.0])
    refits = Refits(
        predicted=np.array([[0.6, 0.4, 0.4, 0.6]]),
        counts=np.array([[2.0, 0.0, 2.0, 0.0]]),
        numbers=(0,),
        n_refused=0,
    )

    def benefit(y, p, *, weights=None):
        acted = p >= 0.5
        return np.array([np.average(acted * y - acted * (1 - y), weights=weights)])

    curve = corrected_curve(
        refits, observed, apparent=np.array([0.9, 0.1, 0.9, 0.1]), curve=benefit,
        at=np.array([0.5]),
    )  # fmt: skip
    # Apparent 0.5; training 2/4, test 1/4 - 1/4.
    assert curve.apparent == pytest.approx((0.5,))
    assert curve.optimism == pytest.approx((0.5,))
    assert curve.corrected == pytest.approx((0.0,))
