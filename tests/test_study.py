"""The study from config to bundle, called as a library."""

from pathlib import Path

import pytest

import hiprisk
from commands import answer
from hiprisk.bundle import read_bundle
from hiprisk.cohort.simulation.simulate import simulate_cohort

STUPAR = Path(__file__).parents[1] / "configs" / "stupar.yaml"
QUICK = (
    "cohort.simulate.n=250", "tuning.trials=1", "tuning.folds=3", "tracking.enabled=false",
    "validation.resamples=20", "validation.interval_resamples=100", "association=null",
    "families={linear: {spline_knots: 0, l1_share: 0, penalty: 0.01}}",
)  # fmt: skip


def test_a_study_leaves_a_bundle_and_says_what_it_says(tmp_path):
    config, stages = hiprisk.load_config(STUPAR, overrides=QUICK), set()
    result = hiprisk.run_study(
        config, out=tmp_path, progress=lambda stage, done, total: stages.add(stage)
    )
    bundle = read_bundle(result.bundle)
    assert bundle.sha256 == result.bundle_sha256
    assert bundle.sheet == result.sheet
    assert bundle.evidence == result.evidence.to_dict()
    assert result.to_dict()["family"] == "linear"
    assert result.mlflow_run is None
    assert result.to_dict()["tuning_trials"] is None
    assert "bootstrap" in stages
    assert list(result.to_frame()["metric"])[:1] == ["r2"]
    # What an interrupted run would resume from is gone.
    assert not (tmp_path / ".searching" / config.name).exists()


def test_a_study_without_a_cohort_is_refused_and_leaves_nothing(tmp_path):
    config = hiprisk.load_config(STUPAR, overrides=[*QUICK[1:], "cohort={}"])
    with pytest.raises(hiprisk.ConfigError, match="no cohort is named"):
        hiprisk.run_study(config, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_contradiction_of_the_described_risks_is_refused_before_anything_is_read(tmp_path):
    described = "samplesize={prevalence: 0.1, external: {risk_alpha: 1, risk_beta: 1}}"
    # The cohort's file is not there: it is not looked for.
    config = hiprisk.load_config(
        STUPAR.with_name("stupar_worsening.yaml"),
        overrides=["cohort={file: not_there.csv}", described],
    )
    with pytest.raises(hiprisk.ConfigError, match=r"a prevalence of 0\.1 contradicts"):
        hiprisk.run_study(config, out=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_ordinal_study_is_evaluated_by_its_own_distribution(tmp_path):
    config = hiprisk.load_config(
        STUPAR.with_name("stupar_ordinal.yaml"),
        overrides=[
            *QUICK[:-2], "families={ordinal: {penalty: 0.01, spline_knots: 0}}",
            "blocks={core: [age_years, sex, womac_function_0_100, womac_pain_0_100]}",
            "validation.repeats=0", "validation.internal_external=false", "cohort.simulate.n=150",
        ],
    )  # fmt: skip
    result = hiprisk.run_study(config, out=tmp_path)
    sheet, evidence = result.sheet, result.evidence
    assert (sheet.family, sheet.distribution, sheet.schema_version) == ("ordinal", None, 3)
    assert len(sheet.model.refits) == 20
    assert {len(row) for row in sheet.model.refits} == {len(sheet.model.intercepts) + 4}
    assert evidence.not_available == {}
    assert [one.out_of_fold.name for one in evidence.events.events] == [
        "worsening", "acceptable_state",
    ]  # fmt: skip
    corrected = evidence.metrics()
    assert corrected["crps_corrected"]["value"] > corrected["crps_out_of_fold"]["value"] - 2.0
    assert corrected["coverage_90_out_of_fold"]["value"] > 0.8


OF_SITES = (
    *QUICK, "cohort.simulate.n_sites=5", "cohort.simulate.site_sd=10", "validation.repeats=0",
    "validation.internal_external=false", "blocks={core: [age_years, womac_function_0_100]}",
    "confounders=[age_years]", "measurement_error={}", "subgroups.by=[]",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_a_study_of_named_sites_is_used_at_others(tmp_path, capsys):
    config = hiprisk.load_config(STUPAR, overrides=[*OF_SITES, "sites=named"])
    bundle = read_bundle(hiprisk.run_study(config, out=tmp_path).bundle)
    assert bundle.sheet.sites.n_sites == 5
    assert len(bundle.sheet.model.refits[0]) == 1 + 2 + 4
    # The site's names stand in the sheet alone: every reader of cohorts takes any.
    new = simulate_cohort("stupar", n=80, seed=2).frame
    new["site"] = new["site"].str.replace("site_0", "hospital ")
    file = tmp_path / "new.csv"
    new.to_csv(file, index=False)
    code, found = answer(capsys, "validate", bundle.path, file, "--resamples", 50)
    assert code == 0
    assert found["n"] > 50


@pytest.mark.slow
def test_a_study_of_new_sites_has_no_names_and_wider_intervals(tmp_path):
    config = hiprisk.load_config(STUPAR, overrides=[*OF_SITES, "sites=random"])
    bundle = read_bundle(hiprisk.run_study(config, out=tmp_path).bundle)
    text = bundle.sheet.to_json()
    assert "site_0" not in text
    assert bundle.sheet.sites.variance > 10.0
    assert bundle.sheet.model.covariance is not None
    assert "Random intercepts of 5 sites" in bundle.file_bytes("card.md").decode()
    assert "Random intercepts of 5 sites" in bundle.file_bytes("report.html").decode()


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_a_study_tuned_on_a_database_server_is_the_same_to_the_bit(tmp_path, monkeypatch, postgres):
    config = hiprisk.load_config(
        STUPAR,
        overrides=[
            *QUICK[:-1], "cohort.simulate.n=150", "tuning.trials=2", "tuning.keep=true",
            "families={linear: {spline_knots: 0, l1_share: 0}}", "validation.repeats=0",
            "blocks={core: [age_years, womac_function_0_100]}", "confounders=[age_years]",
            "measurement_error={}", "subgroups.by=[]", "imputation.imputations=2",
        ],
    )  # fmt: skip
    in_a_file = hiprisk.run_study(config, out=tmp_path / "file")
    address = postgres.new_database("study")
    monkeypatch.setenv("HIPRISK_TUNING_STORAGE", address)
    on_server = hiprisk.run_study(config, out=tmp_path / "server")
    assert on_server.bundle_sha256 == in_a_file.bundle_sha256
    assert on_server.tuning_trials.exists()
    # No trial stays there, no password in what the study leaves, and no store beside it.
    assert postgres.sql("SELECT count(*) FROM studies", "study") == [(0,)]
    left = [path for path in (tmp_path / "server").rglob("*") if path.is_file()]
    assert not [path for path in left if b"s3cret" in path.read_bytes()]
    assert not (tmp_path / "server/.searching/stupar").exists()
