"""Recalibration by site, against lme4 and by hand."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError
from hiprisk.validation.updating.by_site import (
    LineBySite,
    SiteIntercepts,
    averaged,
    check_by_site,
    recalibrated_by_site,
    site_table,
)
from ordinal_sheet import ordinal_sheet
from site_sheet import site_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet

ORACLES = Path(__file__).parents[2] / "oracles"


@pytest.fixture(scope="module")
def people():
    found = pd.read_csv(ORACLES / "site_effects.csv")
    lp = np.log(found.risk / (1.0 - found.risk)).to_numpy()
    return SimpleNamespace(frame=found, lp=lp, sites=found.site.to_numpy() - 1)


@pytest.mark.parametrize("part", ["intercept", "slope", "residual"])
def test_recalibration_by_site_is_that_of_lme4(people, part):
    expected = json.loads((ORACLES / "site_effects.json").read_text())[part]
    kind, observed, lp = "binary", people.frame.worse.to_numpy(float), people.lp
    if part == "residual":
        kind, observed = "continuous", people.frame.score.to_numpy()
        lp = 25.0 + people.frame.pain.to_numpy()
    found = recalibrated_by_site(
        kind, observed, lp, people.sites, n_sites=12, with_slope=part == "slope"
    )
    line = np.atleast_1d(expected["coefficients"])
    assert found.intercept == pytest.approx(line[0], rel=1e-4)
    assert found.slope == pytest.approx(line[1] if part == "slope" else 1.0, rel=1e-4)
    assert found.sites.variance == pytest.approx(expected["site_variance"], rel=3e-4)
    assert found.sites.deviations == pytest.approx(np.array(expected["intercepts"]), rel=5e-4)


def test_a_site_without_people_has_the_intercept_of_the_whole(people):
    kept = people.sites != 5
    found = recalibrated_by_site(
        "binary", people.frame.worse.to_numpy(float)[kept], people.lp[kept], people.sites[kept],
        n_sites=12, with_slope=False,
    )  # fmt: skip
    assert found.sites.deviations[5] == 0.0


LINE = LineBySite(2.0, 0.5, SiteIntercepts(4.0, np.array([1.0, -1.0, 0.5]), 0.3))


def test_small_sites_are_not_shown_and_cannot_be_subtracted():
    sites = np.repeat([0, 1, 2], [30, 12, 4])
    observed, lp = np.full(46, 8.0), np.full(46, 10.0)
    found = site_table("continuous", observed, lp, sites, LINE, ["a", "b", "c"])
    # 8 - 0.5 * 10, and 2 + 1.
    assert (found[0].own, found[0].shrunken, found[0].n_people) == (3.0, 3.0, 30)
    assert [one.n_people for one in found[1:]] == [None, None]
    assert [one.shrunken for one in found[1:]] == [None, None]


def test_sites_with_few_events_are_not_shown():
    observed = np.tile([1.0, 0.0], 30)
    observed[40:] = 0.0
    sites = np.repeat([0, 1, 2], 20)
    found = site_table("binary", observed, np.zeros(60), sites, LINE, ["a", "b", "c"])
    # Of the last no event: and one more, which subtraction would tell.
    assert [one.n_people is None for one in found] == [True, False, True]
    half = site_table("binary", np.tile([1.0, 0.0], 30), np.zeros(60), sites, LINE, ["a", "b", "c"])
    assert [one.own for one in half] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_imputations_are_averaged():
    other = SiteIntercepts(2.0, np.array([3.0, 1.0, -0.5]), 0.1)
    found = averaged([LINE.sites, other])
    assert (found.variance, found.lacking) == (3.0, pytest.approx(0.2))
    assert found.deviations.tolist() == [2.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("sheet", "method", "named", "message"),
    [
        (small_sheet(), "reestimate", False, "--by-site goes with --method intercept or recal"),
        (small_sheet(), "closed-test", False, "--by-site goes with --method intercept or recal"),
        (site_sheet(), "intercept", False, "has its sites by name already"),
        (ordinal_sheet(), "intercept", False, "an ordinal model is not recalibrated by site"),
        (tree_sheet(), "intercept", True, "only a linear or logistic model can have its sites"),
    ],
)
def test_what_cannot_be_recalibrated_by_site_is_refused(sheet, method, named, message):
    with pytest.raises(ConfigError, match=message):
        check_by_site(sheet, method, name_sites=named)


def test_trees_and_mean_sites_are_recalibrated_by_site():
    check_by_site(tree_sheet(), "recalibrate", name_sites=False)
    check_by_site(site_sheet(named=False), "intercept", name_sites=True)
