"""How sites differ, in words."""

from types import SimpleNamespace

import pytest

from hiprisk.wording.sites import (
    between_sites,
    model_over_sites,
    risk_over_sites,
    site_rows,
    sites_sentence,
)
from site_sheet import site_sheet
from small_bundle import small_sheet


def test_a_model_without_sites_says_nothing():
    assert between_sites(small_sheet()) is None
    assert sites_sentence(small_sheet()) is None
    assert risk_over_sites(small_sheet(kind="binary"), 0.3) is None


def test_sites_differ_in_points_or_in_odds():
    assert between_sites(site_sheet()) == "3 sites; between them SD 4.5 points"
    # exp(0.9539 * 0.5).
    binary = "3 sites; between them SD 0.50 of the log odds, median odds ratio 1.61"
    assert between_sites(site_sheet(kind="binary")) == binary


@pytest.mark.parametrize(
    ("kind", "named", "end"),
    [
        ("continuous", True, "one that it does not know counts as the mean."),
        ("continuous", False, "its intervals contain how sites differ."),
        ("binary", False, "its interval does not contain how sites differ."),
    ],
)
def test_what_a_site_means_is_said(kind, named, end):
    assert sites_sentence(site_sheet(kind=kind, named=named)).endswith(end)


def test_risk_over_sites_is_said_where_its_interval_lacks_them():
    # Log odds 0, and 1.96 * 0.5 to either side.
    said = risk_over_sites(site_sheet(kind="binary", named=False), 0.5)
    assert said == "In 95 % of sites the risk of such a patient lies between 27.3 % and 72.7 %."
    assert risk_over_sites(site_sheet(kind="binary", named=False), 1.0) is None
    assert risk_over_sites(site_sheet(kind="binary"), 0.5) is None
    assert risk_over_sites(site_sheet(named=False), 0.5) is None


def test_a_models_description_has_an_example_of_a_risk_over_sites():
    # Log odds of 0.2, and 1.96 * 0.5 to either side.
    sheet = site_sheet(kind="binary", named=False)
    assert model_over_sites(sheet) == (
        f"{sites_sentence(sheet)} Of 20 % at the mean site, it lies in 95 % of sites between 8.6 % "
        "and 40.0 %."
    )
    for other in (site_sheet(kind="binary"), site_sheet(named=False), small_sheet()):
        assert model_over_sites(other) == sites_sentence(other)


def test_sites_of_few_people_are_not_shown():
    rows = site_rows(
        [
            SimpleNamespace(site="a", n_people=30, own=1.23456, shrunken=None),
            SimpleNamespace(site="b", n_people=None, own=None, shrunken=None),
        ]
    )
    assert rows == [["a", "30", "1.235", "-"], ["b", "too few to show", "-", "-"]]
