"""Internal-external cross-validation: by a loop, by R, by formulas for its errors, by its rules."""

import json

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics import scores
from hiprisk.metrics.pooled import transform
from hiprisk.metrics.smoothing.splines import linear_spline_curve
from hiprisk.validation.internal.internal_external import internal_external, jackknife_errors
from hiprisk.validation.resampling.resamples import Refit
from hiprisk.validation.sites.minimum_size import MinimumSiteSize
from metric_examples import metrics
from rms_oracles import ORACLES, Unpenalised, read

N, LABELS = 400, ("a", "b", "c", "d")
RNG = np.random.default_rng(5)
SITES = RNG.integers(0, 4, N)
X = RNG.normal(size=(N, 2))
LP = X @ [1.0, 0.4] + np.array([-0.6, 0.0, 0.3, 0.6])[SITES]
Y = LP + RNG.normal(size=N)
E = (RNG.random(N) < 1 / (1 + np.exp(-LP))).astype(float)
CONTINUOUS = metrics("continuous", "r2", "rmse", "calibration_slope")
BINARY = metrics("binary", "c_statistic", "brier")
LARGE = metrics("continuous", "calibration_in_the_large")


class Fit:
    """Least squares or logistic regression on the people of a resample."""

    def __init__(self, y, *, logistic=False):
        self.y, self.logistic = y, logistic

    def __call__(self, resample):
        fit = fit_logistic if self.logistic else fit_ols
        known = ~np.isnan(self.y[resample.rows])
        rows = resample.rows[known]
        coefficients = fit(X[rows], self.y[rows]).coefficients
        lp = coefficients[0] + X @ coefficients[1:]
        return Refit(1 / (1 + np.exp(-lp)) if self.logistic else lp, coefficients)


def run(y=Y, metrics=CONTINUOUS, *, sites=SITES, groups=None, logistic=False, **settings):
    return internal_external(
        Fit(y, logistic=logistic), y, sites=sites, labels=LABELS, metrics=metrics,
        groups=np.arange(N) if groups is None else groups, **settings,
    )  # fmt: skip


def test_each_site_is_judged_by_a_fit_without_it():
    found = run()
    for site, value in enumerate(found.of("r2")):
        inside, here = site != SITES, site == SITES
        design = np.column_stack([np.ones(N), X])
        beta, *_ = np.linalg.lstsq(design[inside], Y[inside], rcond=None)
        expected = scores.r2(Y[here], design[here] @ beta)
        assert value.site == LABELS[site]
        assert value.value == pytest.approx(expected, rel=1e-9)
        assert value.n_people == here.sum()


def test_a_persons_rows_elsewhere_leave_with_the_site():
    seen = []

    class Watching(Fit):
        def __call__(self, resample):
            seen.append(resample.rows)
            return super().__call__(resample)

    groups = np.arange(N) % 250
    internal_external(Watching(Y), Y, sites=SITES, labels=LABELS, groups=groups, metrics=CONTINUOUS)
    for site, rows in enumerate(seen):
        assert not set(groups[rows]) & set(groups[site == SITES])


def test_the_jackknife_of_a_mean_is_its_standard_error():
    p = LP[:150]
    errors = jackknife_errors(Y[:150], p, np.arange(150), metrics=LARGE)
    assert errors[LARGE[0].name] == pytest.approx(
        np.std(Y[:150] - p, ddof=1) / np.sqrt(150), rel=1e-9
    )


def test_the_jackknife_of_c_is_near_delongs_formula():
    risk, event = 1 / (1 + np.exp(-LP[:180])), E[:180] == 1
    wins = (risk[event][:, None] > risk[~event][None, :]).astype(float)
    c = wins.mean()
    variance = (
        wins.mean(axis=1).var(ddof=1) / event.sum() + wins.mean(axis=0).var(ddof=1) / (~event).sum()
    )
    errors = jackknife_errors(E[:180], risk, np.arange(180), metrics=BINARY)
    assert errors["c_statistic"] == pytest.approx(np.sqrt(variance) / (c * (1 - c)), rel=0.02)


def test_a_person_twice_counts_once_in_the_error():
    y, p = np.repeat(Y[:60], 2), np.repeat(LP[:60], 2)
    rmse = metrics("continuous", "rmse")
    once = jackknife_errors(Y[:60], LP[:60], np.arange(60), metrics=rmse)["rmse"]
    twice = jackknife_errors(y, p, np.repeat(np.arange(60), 2), metrics=rmse)["rmse"]
    assert twice == pytest.approx(once, rel=1e-9)


def test_more_than_200_persons_leave_in_blocks():
    errors = jackknife_errors(Y, LP, np.arange(N), metrics=LARGE)
    assert errors[LARGE[0].name] == pytest.approx(np.std(Y - LP, ddof=1) / 20, rel=0.15)


def test_c_is_pooled_as_log_odds_and_says_what_a_new_site_may_see():
    found = run(E, BINARY, logistic=True)
    pooled = next(metric for metric in found.pooled if metric.metric == "c_statistic")
    assert pooled.scale == "logit"
    assert 0 < pooled.new_low <= pooled.low < pooled.value < pooled.high <= pooled.new_high < 1
    (value, *_) = found.of("c_statistic")
    center = transform(np.array(value.value), "logit")
    high = transform(np.array(value.high), "logit")
    assert high - center == pytest.approx(1.959964 * value.standard_error, rel=1e-6)


class WithoutSite(Unpenalised):
    """The regressions that R fits, of the people of a resample."""

    def __call__(self, resample):
        return Refit(
            *self.predicted(np.bincount(resample.rows, minlength=len(self.y)).astype(float))
        )


@pytest.mark.parametrize(("name", "kind", "outcome"), [
    ("calibration_in_the_large", "continuous", "score"), ("rmse", "continuous", "score"),
    ("c_statistic", "binary", "worse"),
])  # fmt: skip
def test_sites_and_their_mean_are_those_of_a_computation_in_r(name, kind, outcome):
    people = read("site_effects.csv")
    y, x = people[outcome].to_numpy(float), people[["age", "pain", "male"]].to_numpy(float)
    (metric,) = metrics(kind, name)
    found = internal_external(
        WithoutSite(x, y, logistic=kind == "binary"), y, sites=people["site"].to_numpy() % 4,
        labels=LABELS, metrics=(metric,), groups=np.arange(len(y)),
    )  # fmt: skip
    r = json.loads((ORACLES / "site_by_site.json").read_text())[name]
    for value, expected in zip(found.of(name), r["sites"], strict=True):
        assert value.value == pytest.approx(expected["value"], rel=1e-7)
        assert value.standard_error == pytest.approx(expected["error"], rel=1e-6)
    (pooled,) = found.pooled
    assert pooled.i2 == pytest.approx(r["i2"], abs=1e-6)
    assert pooled.tau2 == pytest.approx(r["tau2"], rel=1e-5, abs=1e-9)
    ours = [pooled.value, pooled.low, pooled.high, pooled.new_low, pooled.new_high]
    theirs = [r[one] for one in ("mean", "low", "high", "new_low", "new_high")]
    assert transform(np.array(ours), metric.pooling_scale) == pytest.approx(theirs, rel=1e-6)


def test_small_sites_are_counted_and_still_help_to_fit():
    sites = np.where(np.arange(N) < 12, 3, SITES % 3)
    found = run(sites=sites)
    (left_out,) = found.left_out
    assert (left_out.site, left_out.n_people) == ("d", 12)
    assert left_out.reason == "12 people with a known outcome, fewer than 20"
    assert {value.site for value in found.sites} == {"a", "b", "c"}
    assert "at least 20 people" in found.rule


def test_a_site_with_few_events_is_left_out():
    event = E.copy()
    here = np.flatnonzero(SITES == 1)
    event[here[7:]] = 0.0
    event[here[:7]] = 1.0
    found = run(event, BINARY, logistic=True)
    assert [site.site for site in found.left_out] == ["b"]
    assert found.left_out[0].reason == "too few people in the smaller class, fewer than 10"


def test_people_of_a_site_too_small_to_be_shown_are_told_nowhere():
    sites = np.where(np.arange(N) < 7, 3, SITES % 3)
    found, told = run(sites=sites), run(sites=sites, smallest_cell=5)
    (left_out,) = found.left_out
    assert (left_out.site, left_out.n_people) == ("d", None)
    assert left_out.reason == "too few people with a known outcome, fewer than 20"
    # One count alone would follow from the total: that of the smallest other site goes with it.
    counts = {one.site: one.n_people for one in found.sites}
    assert list(counts.values()).count(None) == 1
    for one in found.clustered_calibration.sites:
        assert (one.n_people is None) == (counts[one.site] is None)
    assert told.left_out[0].reason == "7 people with a known outcome, fewer than 20"
    # Figures are as they are, whatever is shown of counts.
    assert found.pooled == told.pooled
    assert found.to_frame()["n_people"].dtype == float


def test_people_without_an_outcome_are_not_judged():
    y = Y.copy()
    y[SITES == 2] = np.nan
    found = run(y)
    assert [(site.site, site.n_people) for site in found.left_out] == [("c", None)]


def test_one_large_site_is_not_enough():
    with pytest.raises(InputError, match=r"1 of 4 sites are large enough.*needs two"):
        run(sites=np.where(np.arange(N) < 30, np.arange(N) % 3, 3),
            smallest=MinimumSiteSize(people=50))  # fmt: skip


def test_workers_change_no_bit_and_the_result_is_plain():
    one, two = run(), run(workers=2)
    assert one == two
    assert json.loads(json.dumps(one.to_dict()))["pooled"]["r2"]["n_sites"] == 4
    frame = one.to_frame()
    assert (frame["site"] == "(pooled)").sum() == 3


def test_curves_by_site_are_those_of_the_fits_without_the_site():
    found = run()
    curves = found.clustered_calibration
    assert [one.site for one in curves.sites] == list(LABELS)
    assert found.not_available == {}
    inside, here = SITES != 2, SITES == 2
    design = np.column_stack([np.ones(N), X])
    beta, *_ = np.linalg.lstsq(design[inside], Y[inside], rcond=None)
    own = linear_spline_curve(design[here] @ beta, Y[here], np.ones(here.sum()), n_knots=3)
    expected = own.at(np.array(curves.predicted))
    assert curves.sites[2].observed[20:30] == pytest.approx(expected[20:30], rel=1e-9)
    assert found.to_dict()["clustered_calibration"]["kind"] == "continuous"


def test_two_large_sites_have_metrics_and_no_curves():
    two = np.where(np.arange(N) < 10, 2, SITES % 2)
    lacking = run(sites=two)
    assert lacking.clustered_calibration is None
    assert lacking.not_available["clustered_calibration"].startswith(
        "2 of 2 sites can have a calibration curve"
    )
