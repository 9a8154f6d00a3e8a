"""An update from cohort to sheet: it hangs together afterwards."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from site_sheet import site_sheet
from small_bundle import small_sheet
from updated_models import a_cohort, updated


@pytest.mark.parametrize("method", ["intercept", "recalibrate", "reestimate", "closed-test"])
def test_the_new_sheet_reads_back_and_is_right_on_average(method):
    _, result = updated(method)
    again = parse_sheet(result.sheet.to_json())
    assert again == result.sheet
    apparent = {e.name: e.value for e in result.apparent}
    after = {e.name: e.value for e in result.after}
    before = {e.name: e.value for e in result.before}
    assert abs(apparent["calibration_in_the_large"]) < 0.3
    assert after["rmse"] < before["rmse"]
    assert after["rmse"] >= apparent["rmse"] - 1e-9
    assert result.scatter == "re-estimated"
    assert len(result.sheet.model.refits) == 41


def test_intervals_of_the_new_version_cover():
    people, result = updated("reestimate", cohort=a_cohort(3000))
    columns = cohort_columns(result.sheet.variables, people.frame).columns
    answer = SheetEvaluator(result.sheet).predict(columns)
    low, high = answer.intervals["80"]
    assert np.mean((people.observed >= low) & (people.observed <= high)) == pytest.approx(
        0.8, abs=0.03
    )


def test_few_people_keep_the_parents_scatter_and_say_so():
    _, result = updated("recalibrate", cohort=a_cohort(120))
    assert result.scatter == "kept"
    assert result.sheet.distribution.quantiles == small_sheet().distribution.quantiles
    assert any("keep the residual SD of the original" in line for line in result.summary)


def test_too_few_people_to_re_estimate_are_refused():
    with pytest.raises(InputError, match=r"22 people are too few to re-estimate 5 coefficients"):
        updated("reestimate", cohort=a_cohort(22))


def test_the_same_update_twice_gives_the_same_sheet():
    assert updated("closed-test")[1].sheet.to_json() == updated("closed-test")[1].sheet.to_json()


def with_sites(cohort, *, spread):
    rng = np.random.default_rng(11)
    site = rng.integers(0, 8, cohort.n_rows)
    outcome = cohort.frame["womac_function_followup_0_100"] + spread * rng.normal(size=8)[site]
    frame = cohort.frame.assign(
        site=[f"{number}.0" for number in site],
        womac_function_followup_0_100=outcome.clip(0, 100),
    )
    return dataclasses.replace(cohort, frame=frame)


def by_site(method="recalibrate", **settings):
    return updated(method, cohort=with_sites(a_cohort(), spread=12.0), by_site=True, **settings)


def test_by_site_the_sheet_has_the_mean_site_and_the_variance():
    _, result = by_site()
    sheet = result.sheet
    assert parse_sheet(sheet.to_json()) == sheet
    assert (sheet.sites.n_sites, sheet.sites.variable) == (8, None)
    assert sheet.sites.variance > 50.0
    assert len(sheet.variables) == len(small_sheet().variables)
    assert [one.site for one in result.by_site] == [f"site {number}" for number in range(1, 9)]
    own = np.array([one.own for one in result.by_site])
    shrunken = np.array([one.shrunken for one in result.by_site])
    middle = result.intercept
    assert (np.abs(shrunken - middle) < np.abs(own - middle) + 1e-9).all()
    assert result.to_dict()["by_site"][0]["n_people"] == result.by_site[0].n_people
    assert any("each intercept shrunken to the whole" in line for line in result.summary)
    # Scatter of a new site, which out-of-fold residuals at known ones lack a part of.
    _, plain = updated("recalibrate", cohort=with_sites(a_cohort(), spread=12.0))
    assert min(sheet.distribution.scales) > min(plain.sheet.distribution.scales) * 0.99


def test_site_3_is_the_third_to_appear_as_in_calibration_by_site():
    people, result = by_site("intercept")
    codes, _ = pd.factorize(people.frame["site"])
    expected = np.bincount(codes).tolist()
    assert [one.n_people for one in result.by_site] == expected
    assert sorted(set(people.frame["site"])) != list(dict.fromkeys(people.frame["site"]))


def test_named_sites_are_better_at_home_and_have_refits_of_their_own():
    _, mean = by_site("intercept")
    _, named = by_site("intercept", name_sites=True)
    assert named.sheet.variable("site").levels == tuple(str(number) for number in range(8))
    rmse = [{e.name: e.value for e in one.after}["rmse"] for one in (named, mean)]
    assert rmse[0] < rmse[1]
    assert len(named.sheet.model.refits[0]) == 1 + 4 + 7
    assert [change.before for change in named.coefficients[-7:]] == [0.0] * 7
    assert named.sheet.variable("site").weight > 0.05
    assert named.by_site[3].site == "3"


def test_by_site_needs_sites():
    with pytest.raises(InputError, match=r"no site.*or leave out --by-site"):
        updated("intercept", by_site=True)


def test_a_line_stretches_the_variance_between_sites():
    sheet = site_sheet(named=False)
    _, result = updated("recalibrate", sheet=dataclasses.replace(sheet, provenance="real"))
    assert result.sheet.sites.variance == pytest.approx(20.0 * result.slope**2)
    assert result.by_site is None
