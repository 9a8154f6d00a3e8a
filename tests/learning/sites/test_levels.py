"""Whether a cohort's sites can have intercepts, and their names."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.sites.levels import (
    check_sites,
    new_site_variance,
    site_labels,
    site_levels,
    site_numbers,
    with_site_levels,
)
from site_studies import prepared_study, site_config

FRAME = pd.DataFrame({"site": ["b", None, "a", "b"]})


def people(sites: list, outcome: list | None = None) -> SimpleNamespace:
    known = [1.0] * len(sites) if outcome is None else outcome
    return SimpleNamespace(frame=pd.DataFrame({"site": sites}), outcome=np.array(known))


def test_sites_are_numbered_by_name_and_unknown_ones_are_minus_one() -> None:
    assert site_levels(FRAME) == ("a", "b")
    assert site_numbers(FRAME).tolist() == [1, -1, 0, 1]


def test_cohort_without_site_is_refused() -> None:
    nobody = SimpleNamespace(frame=pd.DataFrame({"age": [1.0]}), outcome=np.ones(1))
    with pytest.raises(ConfigError, match=r"no site.*map site in the cohort's mapping"):
        check_sites(nobody, site_config("random"))
    check_sites(nobody, site_config("none"))


@pytest.mark.parametrize(("sites", "outcome"), [(["a", "a"], [1, 1]), (["a", "b"], [1, np.nan])])
def test_one_site_is_refused(sites: list, outcome: list) -> None:
    with pytest.raises(InputError, match="are of 1 site: how sites differ cannot be known"):
        check_sites(people(sites, outcome), site_config("named"))


def test_without_a_name_a_site_is_numbered_by_first_appearance() -> None:
    # As in internal-external cross-validation and in calibration by site, which count so.
    labels = site_labels(site_numbers(FRAME), 2)
    _, names = pd.factorize(FRAME["site"])
    assert [labels[site_levels(FRAME).index(name)] for name in names] == ["site 1", "site 2"]


def test_sites_that_may_be_persons_are_refused() -> None:
    with pytest.raises(InputError, match=r"3 sites are too many for 5 people.*one of persons"):
        check_sites(people(["a", "a", "b", "b", "c"]), site_config("random"))
    check_sites(people(["a", "a", "b", "b", "c", "c"]), site_config("random"))


def test_named_sites_become_levels_of_the_study_alone() -> None:
    named = prepared_study(site_config("named"))
    assert named.dictionary["site"].kind == "category"
    assert len(named.dictionary["site"].levels) == 6
    assert named.design.n_site_columns == 5
    random = prepared_study(site_config("random"))
    assert random.dictionary["site"].kind == "identifier"
    assert random.design.n_site_columns == 0
    assert (random.data.sites == named.data.sites).all()
    assert with_site_levels(random.selection, random.config) is random.selection


def test_variance_at_new_sites_is_lacking_where_folds_are_of_people_alone() -> None:
    fit = SimpleNamespace(intercept_error=2.5)
    config = site_config("random")
    assert new_site_variance(config, fit) == 2.5
    tuning = dataclasses.replace(config.tuning, group_by="site")
    assert new_site_variance(dataclasses.replace(config, tuning=tuning), fit) == 0.0
    assert new_site_variance(site_config("named"), fit) == 0.0
