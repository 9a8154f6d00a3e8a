"""A model judged on people whom it was fitted to: said before any figure."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import hiprisk
from commands import answer, run
from hiprisk.api.fitted_people import reference_people, with_fitted_people
from hiprisk.api.subject import SubjectRequest, read_selected, subject_of
from hiprisk.bundle import read_bundle
from hiprisk.cohort.files.stacking import in_encoding
from hiprisk.errors import HipRiskWarning
from hiprisk.wording.disclaimers import FITTED_TO_SOME, FITTED_TO_THESE
from small_bundle import write_small_bundle
from validated_people import cohort_of

pytestmark = pytest.mark.usefixtures("here")
MODEL = "invented-womac"
CODE = "FITTED_TO_THESE_PEOPLE"
SAID = "These are the people that the model was fitted to: the figures are apparent, and too good."
FAST = {"resamples": 50}
HELD_OUT = {"validation": {"holdout": {"variable": "sex", "test": ["male"], "develop": None}}}


@pytest.fixture
def updated(cohort):
    return hiprisk.update(MODEL, cohort, method="recalibrate", **FAST).bundle


def codes_of(plain):
    return [one["code"] for one in plain["warnings"]]


def of_fingerprint(folder, people, **config):
    """A bundle that was trained on a cohort, and selected of it as a config says."""
    bundle = read_bundle(write_small_bundle(folder, config=config))
    manifest = {**bundle.manifest, "cohort_fingerprint": people.fingerprint}
    return dataclasses.replace(bundle, manifest=manifest)


def found_in(bundle, cohort, asked=None):
    rows = np.ones(cohort.n_rows, dtype=bool) if asked is None else np.asarray(asked)
    return [one for one in with_fitted_people(bundle, cohort, rows).findings if one.code == CODE]


def said_of(model, people, **where):
    """What reading a cohort for a model says of its people."""
    asked = SubjectRequest(model=model, cohort=in_encoding(people, None), where=where)
    findings = read_selected(subject_of(asked), asked).findings
    return [one.message for one in findings if one.code == CODE]


@pytest.mark.slow
def test_validation_on_the_model_s_own_people_says_so_first(capsys, updated, cohort):
    with pytest.warns(HipRiskWarning, match=f"these are the people that the model .*{CODE}"):
        found = hiprisk.validate(updated, cohort, by=[], **FAST)
    assert found.summary[0] == SAID
    assert any(line.startswith("Case mix is told against") for line in found.summary)
    code, shown, warned = run(capsys, "validate", f"{MODEL}@2", "cohort.csv", "--resamples", "50",
                              "--out", "seen")  # fmt: skip
    assert code == 0
    assert SAID in " ".join(shown.split())
    assert CODE in warned
    written = json.loads(Path("seen/validation.json").read_text())
    assert (written["summary"][0], codes_of(written)[0]) == (SAID, CODE)


@pytest.mark.slow
def test_what_a_model_expects_of_its_own_people_says_so_too(capsys, updated):
    _, plain = answer(capsys, "validate", f"{MODEL}@2", "cohort.csv", "--expected")
    assert (plain["summary"][0], codes_of(plain)[0]) == (SAID, CODE)


@pytest.mark.slow
def test_drift_says_so_and_whose_distributions_it_compares_with(capsys, updated):
    _, plain = answer(capsys, "drift", f"{MODEL}@2", "cohort.csv")
    assert (plain["summary"][0], codes_of(plain)[0]) == (SAID, CODE)
    reference = f"Drift is told against the development cohort of {MODEL}@1: an update keeps"
    assert any(line.startswith(reference) for line in plain["summary"])
    assert plain["model"]["reference_people"] == f"{MODEL}@1"
    _, parent = answer(capsys, "drift", f"{MODEL}@1", "cohort.csv")
    assert "reference_people" not in parent["model"]
    assert not any("told against" in line for line in parent["summary"])


@pytest.mark.slow
def test_an_update_on_the_same_people_again_says_so_and_so_do_its_descendants(updated, cohort):
    with pytest.warns(HipRiskWarning, match=CODE):
        again = hiprisk.update(updated, cohort, method="intercept", **FAST)
    assert again.result.summary[0] == SAID
    later = hiprisk.simulate_cohort("stupar", n=200, seed=8).frame
    assert said_of(updated, later) == []
    third = hiprisk.update(updated, later, method="intercept", **FAST).bundle
    for people in (cohort, later):
        assert said_of(third, people) == [FITTED_TO_THESE]


@pytest.mark.slow
def test_people_selected_for_an_update_are_known_in_the_whole_file(cohort):
    women = {"sex": "female"}
    model = hiprisk.update(MODEL, cohort, method="intercept", where=women, **FAST).bundle
    assert said_of(model, cohort, sex=["female"]) == [FITTED_TO_THESE]
    assert said_of(model, cohort) == [FITTED_TO_SOME]
    assert said_of(model, cohort, sex=["male"]) == []


def test_those_held_out_of_the_same_file_are_new_to_the_model(tmp_path, cohort):
    people = cohort_of(cohort)
    bundle = of_fingerprint(tmp_path / "m", people, **HELD_OUT)
    men = (cohort["sex"] == "male").to_numpy()
    assert found_in(bundle, people, men) == []
    [women] = found_in(bundle, people, ~men)
    assert (women.count, women.message[:9]) == ((~men).sum(), "these are")
    [both] = found_in(bundle, people)
    assert (both.count, both.message[:7]) == ((~men).sum(), "some of")


def test_those_whom_a_study_did_not_select_are_new_to_it(tmp_path, cohort):
    people = cohort_of(cohort)
    bundle = of_fingerprint(tmp_path / "m", people, cohort={"where": {"sex": ["female"]}})
    men = (cohort["sex"] == "male").to_numpy()
    assert found_in(bundle, people, men) == []
    assert found_in(bundle, people, ~men)[0].count == (~men).sum()


def test_levels_to_develop_on_leave_others_out(tmp_path, cohort):
    people = cohort_of(cohort)
    holdout = {"variable": "sex", "test": ["male"], "develop": ["female"]}
    bundle = of_fingerprint(tmp_path / "m", people, validation={"holdout": holdout})
    assert found_in(bundle, people)[0].count == (cohort["sex"] == "female").sum()


def test_a_part_of_a_file_that_was_a_study_s_whole_cohort_is_known(tmp_path, cohort):
    women = (cohort["sex"] == "female").to_numpy()
    part = cohort_of(cohort.loc[women].reset_index(drop=True))
    bundle = of_fingerprint(tmp_path / "m", part)
    assert found_in(bundle, cohort_of(cohort), women)[0].count == women.sum()


def test_the_ancestry_of_an_update_is_of_its_parent_s_people(tmp_path, cohort):
    """The parent's development cohort, by the fingerprint that the lineage keeps."""
    people = cohort_of(cohort)
    bundle = of_fingerprint(tmp_path / "m", cohort_of(cohort.head(50)), **HELD_OUT)
    lineage = {"parent_name": "small", "parent_version": "1", "cohort_fingerprint": "1" * 64,
               "parent_cohort_fingerprint": people.fingerprint, "parent_lineage": None}  # fmt: skip
    child = dataclasses.replace(bundle, manifest={**bundle.manifest, "lineage": lineage})
    assert found_in(child, people)[0].count == (cohort["sex"] == "female").sum()
    assert reference_people(child) == "small@1"
    of_column = {**lineage, "parent_version": None}
    first = dataclasses.replace(bundle, manifest={**bundle.manifest, "lineage": of_column})
    assert reference_people(first) is None


@pytest.mark.slow
def test_two_models_compared_are_told_apart(cohort, updated):
    with pytest.warns(HipRiskWarning, match=f"{MODEL}@2 was fitted to these people"):
        found = hiprisk.compare_models(f"{MODEL}@1", updated, cohort, **FAST)
    assert len(found.paired.cautions) == 1
