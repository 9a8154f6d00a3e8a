"""Who is in the association table: strata, clusters, the flow."""

import dataclasses

import numpy as np
import pytest

from association_tables import NO_SPLINES, study, table_of
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.association import run_associate
from hiprisk.inference.association.participants import AnalysedPeople


def test_the_flow_ends_at_the_people_analysed(pooled):
    assert pooled.flow[-1].n_remaining == pooled.row("crude").n
    assert {row.n for row in pooled.rows if row.stratum == "all"} == {pooled.flow[-1].n_remaining}


def test_people_of_unknown_joint_are_in_no_stratum_and_counted(complete):
    frame = complete.copy()
    frame.loc[:9, "joint"] = None
    table = table_of(frame, study(NO_SPLINES))
    assert table.flow[-1].label == "joint unknown (in no stratum)"
    assert table.flow[-1].n_left_out == table.flow[-2].n_remaining - table.row("crude").n > 0


def config_of_hips(folder, *overrides):
    config = study(*overrides, name="stupar")
    cohort = dataclasses.replace(
        config.cohort, simulate=None, file=str(folder / "hips.csv"),
        mapping=str(folder / "hips.yaml"),
    )  # fmt: skip
    return dataclasses.replace(config, cohort=cohort)


def test_two_hips_of_a_person_do_not_count_as_two_people(hips):
    folder, _ = hips
    clustered = run_associate(config_of_hips(folder))
    naive = run_associate(config_of_hips(folder, "association.cluster=none"))
    row, other = clustered.row("adjusted_baseline"), naive.row("adjusted_baseline")
    assert (clustered.covariance, naive.covariance) == ("CR1", "HC3")
    assert row.n_clusters < row.n == other.n
    assert row.se > 1.05 * other.se
    assert row.estimate.value == pytest.approx(other.estimate.value, rel=1e-9)
    assert clustered.provenance == "simulated"
    assert any("People with two rows count twice" in line for line in clustered.notes)


def test_few_sites_are_said_to_be_few():
    table = run_associate(study("cohort.simulate.n=300", "association.cluster=site", name="stupar"))
    row = table.row("crude")
    assert table.covariance == "CR1"
    assert row.n_clusters == 10
    assert row.df == 9.0
    assert any("CAUTION: with only 10 clusters" in line for line in table.notes)


def people_of(y, *, levels=(), strata=None):
    n = len(y)
    return AnalysedPeople(
        y=np.asarray(y, float), link="identity", kind="HC3", clusters=np.arange(n),
        strata=np.zeros(n, int) if strata is None else np.asarray(strata), levels=levels,
        exposed=None,
    )  # fmt: skip


def test_groups_are_everybody_and_then_each_stratum():
    alone = people_of([1.0, 2.0]).groups()
    assert {name: mask.tolist() for name, mask in alone.items()} == {"all": [True, True]}
    apart = people_of([1.0, 2.0, 3.0], levels=("hip", "knee"), strata=[1, 0, 1]).groups()
    assert list(apart) == ["all", "hip", "knee"]
    assert apart["hip"].tolist() == [False, True, False]
    assert apart["knee"].tolist() == [True, False, True]


def test_a_cohort_without_the_strata_is_told_what_to_do(complete):
    with pytest.raises(ConfigError, match=r"the cohort has no 'joint' \(map it"):
        table_of(complete.drop(columns="joint"), study(NO_SPLINES))


def test_strata_of_one_level_are_refused(complete):
    hips = complete[complete["joint"] == "hip"]
    with pytest.raises(InputError, match="all people have the same joint"):
        table_of(hips, study(NO_SPLINES))


def test_a_cohort_without_sites_has_none_to_cluster_by(complete):
    config = study(NO_SPLINES, "association.cluster=site", "association.negative_control=none")
    with pytest.raises(ConfigError, match="the cohort has no site"):
        table_of(complete.drop(columns="site"), config)


def test_model_based_errors_are_taken_when_asked_for_and_nobody_has_two_rows(complete):
    config = study(NO_SPLINES, "association.standard_errors=model")
    table = table_of(complete, config)
    assert table.covariance == "model"
    assert table.row("crude").n_clusters == table.row("crude").n


def test_imputed_exposures_are_counted(complete):
    frame = complete.copy()
    frame.loc[:4, "lbp_any"] = None
    frame.loc[:4, "hip_replacement_before_followup"] = "no"
    table = table_of(frame, study(NO_SPLINES))
    assert "; 5 with the exposure imputed." in table.notes[0]


def test_firth_is_refused_where_rows_share_clusters(complete):
    config = study(
        "association={exposure: lbp_any, level: yes, cluster: site, estimator: firth}",
        name="stupar_worsening",
    )
    with pytest.raises(ConfigError, match="counts rows as independent"):
        table_of(complete, config)
