"""``hiprisk update``: a new version with its lineage, or none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.tracking.pyfunc import _load_pyfunc

CONFIGS = Path(__file__).parents[2] / "configs"
FAST = ["--resamples", "50"]


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


@pytest.mark.slow
def test_an_update_is_a_new_version_with_its_lineage(capsys, invented):
    parent = read_bundle(invented)
    code, found = answer(capsys, "update", invented, "cohort.csv", "--method", "recalibrate", *FAST)
    assert code == 0
    child = read_bundle(found["bundle"])
    assert (child.name, child.version) == ("invented-womac", "2")
    line = child.lineage
    assert line["parent_version"] == "1"
    assert line["parent_bundle_sha256"] == parent.sha256
    assert line["cohort_fingerprint"] == child.manifest["cohort_fingerprint"]
    assert child.evidence["lineage"] == line
    assert child.config["update"]["parent"]["parent_bundle_sha256"] == parent.sha256
    assert child.sheet.intended_use == parent.sheet.intended_use
    # People are simulated, so what was learned from them stays so.
    assert child.provenance == "simulated"
    assert any(note.startswith("MIXED PROVENANCE") for note in child.sheet.notes)


@pytest.mark.slow
def test_an_update_of_an_update_knows_both(capsys, invented):
    for method in ("intercept", "reestimate"):
        assert (
            run(capsys, "update", "invented-womac", "cohort.csv", "--method", method, *FAST)[0] == 0
        )
    line = read_bundle(invented).lineage
    assert line["parent_version"] == "2"
    assert line["parent_lineage"]["parent_version"] == "1"


@pytest.mark.slow
def test_an_updated_bundle_scores_predicts_and_loads_everywhere(capsys, invented, simulated):
    run(capsys, "update", invented, "cohort.csv", "--method", "reestimate", *FAST)
    code, out, _ = run(capsys, "score", "invented-womac", "cohort.csv", "--out", "s.csv")
    assert code in (0, 6)
    scored = pd.read_csv("s.csv")
    assert scored["predicted"].notna().sum() > 400
    loaded = _load_pyfunc(str(invented / "2")).predict(simulated.head(3))
    assert loaded["predicted"].astype(float).to_numpy() == pytest.approx(
        scored["predicted"].head(3).to_numpy(), abs=1e-9
    )
    code, out, _ = run(capsys, "models")
    assert "invented-womac" in out
    assert "R², cross-validated" in out
    assert "optimism-corrected" not in out
    assert "every coefficient re-estimated" in (invented / "2" / "card.md").read_text()


@pytest.mark.slow
def test_the_same_update_has_the_same_hash(capsys, invented):
    hashes = set()
    for folder in ("a", "b"):
        argv = ("update", f"{invented}/1", "cohort.csv", "--method", "reestimate", *FAST)
        run(capsys, *argv, "--out", folder)
        hashes.add(read_bundle(Path(folder) / "invented-womac").sha256)
    assert len(hashes) == 1


def test_a_model_that_needs_nothing_gets_no_new_version(capsys, simulated):
    # The published model itself makes the outcome, so nothing is there to be updated.
    main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")])
    main(["score", "invented-womac", "cohort.csv", "--out", "s.csv"])
    capsys.readouterr()
    scored = pd.read_csv("s.csv")
    noise = np.random.default_rng(3).normal(0, 8, len(scored))
    outcome = (scored["predicted"] + noise).clip(0, 100)
    simulated.assign(womac_function_followup_0_100=outcome).to_csv("t.csv", index=False)
    code, found = answer(
        capsys, "update", "invented-womac", "t.csv", "--method", "closed-test", *FAST
    )
    assert code == 0
    assert found["chosen"] == "none"
    assert found["bundle"] is None
    assert not Path("models/invented-womac/2").exists()


def test_a_method_that_does_not_exist_is_refused(capsys, invented):
    code, _, err = run(capsys, "update", invented, "cohort.csv", "--method", "refit")
    assert code == 2
    assert "error[USAGE]" in err


def test_an_update_that_lacks_variables_names_them_and_the_way_out(capsys, invented, simulated):
    del invented
    fewer = simulated.drop(columns=["sex", "lbp_any"])
    fewer.to_csv("fewer.csv", index=False)
    code, _, err = run(capsys, "update", "invented-womac", "fewer.csv", "--method", "closed-test",
                       *FAST)  # fmt: skip
    assert code == 3
    assert "fewer.csv: sex, lbp_any: not every coefficient can be fitted" in err
    assert "--method recalibrate" in err


@pytest.mark.slow
def test_recalibration_by_site_is_shown_and_names_sites_if_asked(capsys, invented):
    by_site = ("update", invented, "cohort.csv", "--method", "intercept", "--by-site", *FAST)
    code, found = answer(capsys, *by_site)
    assert code == 0
    assert {one["site"] for one in found["by_site"]} >= {"site 1", "site 2"}
    mean = read_bundle(found["bundle"])
    assert mean.sheet.site_variable is None
    variance = found["variance_between_sites"]
    assert variance == mean.sheet.sites.variance
    said = f"between them SD {variance**0.5:.1f} points"
    assert any(said in one for one in found["summary"])
    assert mean.config["update"]["by_site"] is True
    assert "site_01" not in mean.sheet.to_json()
    assert "## Recalibration by site" in mean.file_bytes("card.md").decode()
    code, out, _ = run(capsys, *by_site, "--name-sites", "--full")
    assert code == 0
    assert "own intercept" in out
    assert "site_01" in out
    named = read_bundle(Path("models/invented-womac")).sheet
    assert "site_01" in named.variable("site").levels
    assert answer(capsys, "predict", "invented-womac", "--age-years", 65, "--sex", "male",
                  "--lbp-any", "no", "--hip-flexion-right-deg", 100,
                  "--womac-function-0-100", 40, "--site", "site_02")[0] == 0  # fmt: skip


def test_names_of_sites_go_with_recalibration_by_site(capsys, invented):
    named = ("update", invented, "cohort.csv", "--method", "intercept", "--name-sites")
    code, _, err = run(capsys, *named)
    assert code == 2
    assert "--name-sites goes with --by-site" in err


def test_by_site_of_a_cohort_without_sites_is_the_fault_of_the_file(capsys, invented, simulated):
    simulated.drop(columns="site").to_csv("nowhere.csv", index=False)
    by_site = ("--method", "intercept", "--by-site", *FAST)
    code, _, err = run(capsys, "update", invented, "nowhere.csv", *by_site)
    assert code == 3
    assert "error[MISSING_COLUMN]: nowhere.csv: site: the cohort has no site" in err


def test_an_update_says_that_the_outcome_looks_like_one_on_another_scale(
    capsys, invented, simulated
):
    name = "womac_function_followup_0_100"
    simulated.assign(**{name: simulated[name] / 10}).to_csv("tenths.csv", index=False)
    argv = (invented, "tenths.csv", "--method", "intercept", *FAST)
    code, _, err = run(capsys, "update", *argv)
    assert code == 0
    assert f"warning[UNIT_SUSPECT]: {name}" in err
    assert "given from 0 to 10? if so, state from_range: [0, 10] in the mapping" in err
