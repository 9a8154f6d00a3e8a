"""Calibration curves by site: R's figures at each prediction, and who is drawn at all."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.validation.sites.calibration import clustered_calibration
from hiprisk.validation.sites.minimum_size import MinimumSiteSize
from metric_examples import ORACLES

FEW = MinimumSiteSize(people=20, events=5)
COLUMNS = {"binary": ("event", "risk"), "continuous": ("score", "mean")}


def of_five_sites(kind, **more):
    people = pd.read_csv(ORACLES / "clustered_calibration_data.csv", comment="#")
    y, p = (people[name].to_numpy(float) for name in COLUMNS[kind])
    options = {"groups": np.arange(len(y)), "smallest": FEW, "kind": kind} | more
    return clustered_calibration(
        y, p, sites=people["site"].to_numpy() - 1,
        labels=[f"site {n}" for n in range(1, 6)], **options,
    )  # fmt: skip


def made_up(kind, sizes, *, shift=None, seed=1):
    rng = np.random.default_rng(seed)
    sites = np.repeat(np.arange(len(sizes)), sizes)
    lp = rng.normal(size=len(sites)) + (0.0 if shift is None else np.asarray(shift)[sites])
    off = rng.normal(0, 0.4, len(sizes))[sites]
    if kind == "binary":
        happened = (rng.random(len(lp)) < 1 / (1 + np.exp(-lp - off))).astype(float)
        return happened, 1 / (1 + np.exp(-lp)), sites
    return 50 + 10 * (lp + off) + rng.normal(0, 6, len(lp)), 50 + 10 * lp, sites


def curves_of(kind, sizes, **more):
    shift, seed = more.pop("shift", None), more.pop("seed", 1)
    y, p, sites = made_up(kind, sizes, shift=shift, seed=seed)
    options = {"groups": np.arange(len(y)), "kind": kind} | more
    labels = [f"site {n + 1}" for n in range(len(sizes))]
    return clustered_calibration(y, p, sites=sites, labels=labels, **options)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_equal_to_metafor_at_each_prediction(kind):
    frozen = pd.read_csv(ORACLES / "clustered_calibration.csv", comment="#")
    frozen = frozen[frozen["kind"] == kind]
    found = of_five_sites(kind, places=frozen["predicted"].to_numpy())
    for name in ("observed", "low", "high", "tau2"):
        assert getattr(found, name) == pytest.approx(frozen[name].tolist(), rel=2e-6), name
    # Fewer than 50 people, or 50 with or without the event, have a straight line.
    knots = [one.n_knots for one in found.sites]
    assert knots == ([3, 2, 2, 2, 2] if kind == "binary" else [3, 3, 3, 2, 2])


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_sites_that_agree_have_no_variance_and_the_bands_meet(kind):
    y, p, _ = made_up(kind, [120])
    again = np.tile(np.arange(120), 4)
    found = clustered_calibration(
        y[again], p[again], sites=np.repeat(np.arange(4), 120), labels=list("abcd"),
        groups=np.arange(480), kind=kind,
    )  # fmt: skip
    assert found.tau2 == pytest.approx(np.zeros(40), abs=1e-12)
    assert found.observed == pytest.approx(found.sites[0].observed)
    assert set(found.n_sites) == {4}
    # No variance between sites, and none that could be: a new site is like the mean one.
    assert found.new_low == pytest.approx(found.low)
    assert found.new_high == pytest.approx(found.high)


def test_the_summary_lies_between_its_band_and_that_within_the_band_of_a_new_site():
    found = curves_of("binary", [90, 120, 60, 80])
    table = found.to_frame()
    mean = table[table["site"] == "(mean)"]
    assert (mean["new_low"] < mean["low"]).all()
    assert (mean["low"] < mean["observed"]).all()
    assert (mean["observed"] < mean["high"]).all()
    assert (mean["high"] < mean["new_high"]).all()
    assert mean["new_low"].min() > 0.0
    assert mean["new_high"].max() < 1.0


def test_rows_of_a_person_are_one_person():
    y, p, sites = made_up("continuous", [60, 60, 60])
    twice = np.repeat(np.arange(len(y)), 2)
    once = curves_of("continuous", [60, 60, 60])
    doubled = clustered_calibration(
        y[twice], p[twice], sites=sites[twice], labels=["a", "b", "c"], groups=twice,
        kind="continuous",
    )  # fmt: skip
    as_rows = clustered_calibration(
        y[twice], p[twice], sites=sites[twice], labels=["a", "b", "c"],
        groups=np.arange(len(twice)), kind="continuous",
    )  # fmt: skip
    width = [one.sites[0].high[20] - one.sites[0].low[20] for one in (once, doubled, as_rows)]
    assert width[1] == pytest.approx(width[0], rel=0.25)
    assert width[2] < 0.8 * min(width[:2])
    assert doubled.sites[0].n_people == 60


def test_a_site_ends_where_its_predictions_end_and_the_summary_goes_on():
    found = curves_of("continuous", [80, 80, 80, 80], shift=[0, 0, 0, 3])
    last = found.sites[3].observed
    assert last[0] is None
    assert last[-1] is not None
    assert found.n_sites[0] == 3
    # A mean of four sites, the fourth as a line: no step where its own curve begins.
    steps = np.abs(np.diff(found.observed, 2))
    assert steps.max() < 0.2


def test_small_sites_are_left_out_by_rule_and_not_counted():
    found = curves_of("binary", [90, 90, 90, 8])
    assert found.left_out == {"site 4": "too few people with a known outcome, fewer than 20"}
    # Who is left out would follow from the other counts: another is withheld too.
    assert [one.n_people for one in found.sites].count(None) == 1
    assert "8" not in found.left_out["site 4"]
    assert found.rule.startswith("at least 20 people with a known outcome and 10 with")


def test_events_that_are_too_few_are_not_told():
    y, p, sites = made_up("binary", [90, 90, 90, 90])
    y[sites == 3] = 0.0
    y[np.flatnonzero(sites == 3)[:4]] = 1.0
    found = clustered_calibration(
        y, p, sites=sites, labels=list("abcd"), groups=np.arange(len(y)), kind="binary"
    )
    assert found.left_out == {"d": "too few people in the smaller class, fewer than 10"}
    assert [(one.n_people is None) == (one.n_events is None) for one in found.sites] == [True] * 3


def test_two_sites_have_no_prediction_interval():
    with pytest.raises(InputError, match=r"2 of 3 sites can have a calibration curve") as refused:
        curves_of("binary", [90, 90, 8])
    assert refused.value.code == "FEW_SITES"
    assert "at least 20 people" in refused.value.advice


def test_sites_without_common_predictions_have_no_mean():
    with pytest.raises(InputError, match="no prediction is within the range of 3 of 3 sites"):
        curves_of("continuous", [40, 40, 40], shift=[-9, 0, 9])


def test_a_site_whose_risks_separate_is_left_out():
    y, p, sites = made_up("binary", [90, 90, 90, 90])
    own = sites == 3
    y[own] = (p[own] > 0.5).astype(float)
    found = clustered_calibration(
        y, p, sites=sites, labels=list("abcd"), groups=np.arange(len(y)), kind="binary"
    )
    assert list(found.left_out) == ["d"]
    assert "separates" in found.left_out["d"]


def test_risks_of_0_and_1_have_no_log_odds_and_no_part_in_a_curve():
    y, p, sites = made_up("binary", [90, 90, 90])
    first = np.array([np.flatnonzero(sites == site)[0] for site in range(3)])
    options = {"labels": list("abc"), "kind": "binary"}
    rest = np.setdiff1d(np.arange(len(y)), first)
    without = clustered_calibration(
        y[rest], p[rest], sites=sites[rest], groups=np.arange(len(rest)), **options
    )
    p[first] = [0.0, 1.0, 0.0]
    found = clustered_calibration(y, p, sites=sites, groups=np.arange(len(y)), **options)
    assert found.observed == without.observed
    assert np.isfinite(logit(np.array(found.predicted))).all()


def test_rows_of_an_unknown_site_are_in_none():
    y, p, sites = made_up("continuous", [60, 60, 60, 60])
    unknown = np.where(sites == 3, -1, sites)
    options = {"groups": np.arange(len(y)), "kind": "continuous"}
    found = clustered_calibration(y, p, sites=unknown, labels=["a", "b", "c"], **options)
    assert [one.n_people for one in found.sites] == [60, 60, 60]
