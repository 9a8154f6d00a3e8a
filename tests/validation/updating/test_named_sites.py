"""A sheet that is given sites by name."""

import dataclasses

import numpy as np
import pytest

from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import FirstVisit, TrainingSummary
from hiprisk.validation.updating.by_site import SiteIntercepts
from hiprisk.validation.updating.named_sites import named_coefficients, with_named_sites
from small_bundle import small_sheet

SITES = SiteIntercepts(variance=9.0, deviations=np.array([2.0, -3.0, 0.5]), lacking=0.0)
NAMES = ("a", "b", "c")


def predicted(sheet, site):
    columns = {
        "age_years": np.array([60.0]), "sex": np.array(["male"], object),
        "lbp_any": np.array(["no"], object), "womac_function_0_100": np.array([30.0]),
        "site": np.array([site], object),
    }  # fmt: skip
    return SheetEvaluator(sheet).predict(columns)


def test_each_site_has_its_intercept_and_an_unknown_one_the_mean():
    before = small_sheet()
    sheet = with_named_sites(before, NAMES, SITES, seed=1)
    assert parse_sheet(sheet.to_json()) == sheet
    # 34 for the mean site.
    assert predicted(sheet, "a").predicted[0] == pytest.approx(36.0)
    assert predicted(sheet, "b").predicted[0] == pytest.approx(31.0)
    assert predicted(sheet, "c").predicted[0] == pytest.approx(34.5)
    new = predicted(sheet, "d")
    assert new.predicted[0] == pytest.approx(34.0)
    assert new.imputation_variance[0] > 0.0
    assert sheet.sites.variable == "site"


@pytest.mark.parametrize("n_draws", [2, 6, 40])
def test_draws_of_an_unknown_site_have_the_variance_of_sites(n_draws):
    draws = np.random.default_rng(3).standard_normal((n_draws, 4))
    sheet = small_sheet()
    missing = dataclasses.replace(sheet.missing, draws=tuple(map(tuple, draws.tolist())))
    sheet = with_named_sites(dataclasses.replace(sheet, missing=missing), NAMES, SITES, seed=1)
    # That of sites and of the mean of three.
    assert predicted(sheet, "d").imputation_variance[0] == pytest.approx(9.0 * 4.0 / 3.0)


def test_coefficients_of_a_refit_are_those_of_its_sites():
    found = named_coefficients(np.array([10.0, 0.1]), SITES)
    assert found == pytest.approx([12.0, 0.1, -5.0, -1.5])


def test_of_which_of_these_sites_the_first_visit_was_is_not_known():
    before = small_sheet()
    share = TrainingSummary(missing_share=0.0, n_known=100)
    visit = FirstVisit(
        n_people=100, variables=(share,) * 4, means=(60.0, None, None, 30.0),
        sds=(8.0, None, None, 10.0), predictions=share, mean_prediction=34.0, sd_prediction=5.0,
    )  # fmt: skip
    sheet = with_named_sites(dataclasses.replace(before, first_visit=visit), NAMES, SITES, seed=1)
    found = sheet.first_visit
    assert found.variables == (*visit.variables, TrainingSummary(missing_share=1.0, n_known=0))
    assert (found.means[4], found.sds[4]) == (None, None)
