"""A finished study evaluated: who is counted, what is left out of the document, people held out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import InputError
from hiprisk.evidence.evaluation import (
    _findings,
    _holdout,
    _not_repeated,
    _refits_left_out,
    _size,
)
from hiprisk.learning.participants.people import Participants
from hiprisk.metrics.registry import find_metric
from hiprisk.validation.expected.results import development_figures
from hiprisk.validation.external.before_outcomes import expect_of_cohort
from hiprisk.validation.external.reading import read_validation_cohort
from ordinal_sheet import ordinal_model
from reported_study import QUICK, STUPAR
from validated_people import MODEL


def test_people_coefficients_and_groups_are_those_of_the_study(reported):
    evidence, sheet = reported.evidence, reported.sheet
    assert evidence.n_predictors == len(sheet.variables)
    assert evidence.n_people == evidence.n_analysed == evidence.flow[-1].n_remaining
    groups = dict(evidence.table_one.groups)
    assert groups["all"] == groups["outcome known"] + groups.get("outcome unknown", 0)
    assert groups["outcome known"] == evidence.n_analysed
    assert evidence.table_one.smallest_cell == 5


def test_the_apparent_values_are_those_that_the_bootstrap_corrects(reported):
    apparent = {one.name: one.value for one in reported.evidence.apparent}
    for row in reported.evidence.optimism.rows:
        if row.metric in apparent:
            assert apparent[row.metric] == pytest.approx(row.apparent, rel=1e-12)


def study_with(findings, too_small=None):
    study = SimpleNamespace(prepared=SimpleNamespace(cohort=SimpleNamespace(findings=findings)))
    return _findings(study, SimpleNamespace(finding=lambda: too_small))


def finding(code, severity):
    return Finding(code=code, severity=severity, message=f"{code} was found", advice="", count=9)


def test_findings_that_depend_on_today_are_left_out():
    # The evidence is hashed: the same study has the same hash tomorrow.
    kept = study_with([finding("FUTURE_DATE", "warning"), finding("SOFT_RANGE", "warning")])
    assert [one["code"] for one in kept] == ["SOFT_RANGE"]


def test_a_study_that_is_too_small_is_a_finding_in_its_place():
    notes = [finding("N", "note"), finding("E", "error")]
    kept = study_with(notes, finding("SAMPLE_TOO_SMALL", "warning"))
    assert [one["code"] for one in kept] == ["E", "SAMPLE_TOO_SMALL", "N"]


def of_refits(model, n_fitted):
    return SimpleNamespace(
        sheet=SimpleNamespace(model=model), bootstrap=SimpleNamespace(coefficients=[()] * n_fitted),
        config=SimpleNamespace(outcome=SimpleNamespace(variable="womac")),
    )  # fmt: skip


def test_refits_that_an_ordinal_sheet_cannot_hold_are_counted():
    model = ordinal_model()
    (found,) = _refits_left_out(of_refits(model, 60))
    assert (found.code, found.severity, found.column) == ("REFITS_LEFT_OUT", "note", "womac")
    assert found.message.startswith("the sheet holds 41 of 60 bootstrap models, as many as have")
    assert list(_refits_left_out(of_refits(model, 41))) == []
    assert list(_refits_left_out(of_refits(SimpleNamespace(refits=None), 60))) == []


@pytest.mark.parametrize(("inside", "first"), [
    (False, "tuning (set `validation.tune_inside: true` to repeat it)"),
    (True, "the choice of the model type"),
])  # fmt: skip
def test_what_the_resamples_did_not_repeat_is_said(inside, first):
    config = SimpleNamespace(validation=SimpleNamespace(tune_inside=inside))
    assert _not_repeated(config)[0] == first


def test_trees_count_their_leaves_and_lines_their_coefficients():
    linear = SimpleNamespace(fit_=SimpleNamespace(coefficients=(0.1, 0.2)), params={})
    trees = SimpleNamespace(fit_=SimpleNamespace(), params={"n_trees": 20.0, "max_leaves": 4.0})
    assert (_size(linear), _size(trees)) == (2, 80)


def held_out(reference, theirs=(10.0, np.nan, 30.0, 40.0), metrics=("mae",), known=True):
    frame = pd.DataFrame({"site": "site_02", "their_score": theirs})
    people = Participants(
        frame=frame, outcome=np.where(known, [12.0, 20.0, 33.0, 41.0], np.nan),
        groups=np.arange(4),
        sites=np.zeros(4, int),
    )  # fmt: skip
    validation = SimpleNamespace(
        holdout=SimpleNamespace(variable="site", test=("site_02",)),
        reference_prediction=reference, interval_resamples=20,
    )  # fmt: skip
    config = SimpleNamespace(
        validation=validation, outcome=SimpleNamespace(kind="continuous"), seed=1
    )
    estimator = SimpleNamespace(predict=lambda rows: np.array([11.0, 90.0, 31.0, 43.0]))
    prepared = SimpleNamespace(dictionary=load_dictionary())
    study = SimpleNamespace(config=config, estimator=estimator, prepared=prepared)
    return _holdout(study, people, [find_metric("continuous", name) for name in metrics])


def test_model_and_reference_are_compared_on_those_who_have_both_and_the_model_is_judged_by_all():
    found = held_out("their_score")
    # The second person has no reference: errors 1, 70, 2, 2 of the model and 2, 3, 1 of the score.
    assert (found.model.n, found.n_compared) == (4, 3)
    assert found.model.metrics[0].value == pytest.approx(75 / 4)
    assert found.model_compared.metrics[0].value == pytest.approx(5 / 3)
    assert found.reference.metrics[0].value == pytest.approx(2.0)
    assert found.label.endswith(": site_02")
    assert found.comparison("score") == "Score: 1 of them have none; compared on the other 3."
    # Squares 1, 4 and 4 of the model, 4, 9 and 1 of the score.
    compared = found.reference_comparison
    assert (compared.n, compared.n_without) == (3, 1)
    assert (compared.model.score, compared.reference.score) == pytest.approx((3.0, 14 / 3))


def test_where_everybody_has_a_reference_one_column_of_the_model_is_enough():
    found = held_out("their_score", theirs=(10.0, 20.0, 30.0, 40.0))
    assert (found.model.n, found.n_compared, found.model_compared) == (4, 4, None)
    assert found.comparison("score") is None


def test_a_reference_that_nobody_held_out_has_is_said_and_the_model_is_evaluated():
    found = held_out("their_score", theirs=(np.nan,) * 4)
    assert (found.model.n, found.n_compared, found.reference) == (4, 0, None)
    assert "none of them has one" in found.comparison("score")


def test_a_single_person_with_a_reference_does_not_cost_the_result():
    found = held_out(
        "their_score", theirs=(10.0, *(np.nan,) * 3), metrics=("mae", "r2", "calibration_slope")
    )
    assert len(found.model.metrics) == 3
    assert found.n_compared == 1


def test_people_held_out_without_any_outcome_are_no_table_of_nobody():
    with pytest.raises(InputError, match="nobody who is held out has a known outcome"):
        held_out(None, known=False)


def test_without_a_reference_everybody_held_out_counts():
    found = held_out(None)
    assert found.model.n == 4
    assert found.reference is None
    assert found.model.metrics[0].value == pytest.approx(75 / 4)


def test_nobody_held_out_is_no_result():
    config = SimpleNamespace(validation=SimpleNamespace(holdout=None))
    assert _holdout(SimpleNamespace(config=config, estimator=None), None, ()) is None


def test_what_the_sheet_expects_of_the_development_cohort_is_kept(reported):
    expected = reported.evidence.expected
    assert expected.n >= reported.evidence.n_analysed
    assert expected.n_refits == 20
    kept = development_figures(reported.evidence.to_dict())
    assert kept == {name: one.value for name, one in expected.named()}
    # Corrected by refits, it is of the size of what cross-validation and bootstrap say.
    corrected = {row.metric: row.corrected for row in reported.evidence.optimism.rows}
    assert kept["rmse"] == pytest.approx(corrected["rmse"], rel=0.15)


def test_the_development_cohort_scored_back_has_no_case_mix(reported, tmp_path):
    simulated = simulate_cohort("stupar", n=250, seed=1996, lbp_effect=5).frame
    # Site 2 is held out; those whose hip is replaced later are left out of the development alone.
    simulated[simulated["site"] != "site_02"].to_csv(tmp_path / "dev.csv", index=False)
    outcome = load_config(STUPAR, overrides=QUICK).outcome
    cohort = read_validation_cohort(
        tmp_path / "dev.csv", None, sheet=reported.sheet, outcome=outcome
    )
    kept = development_figures(reported.evidence.to_dict())
    again = expect_of_cohort(reported.sheet, outcome, cohort, model=MODEL, development=kept)
    assert again.n == reported.evidence.expected.n > reported.evidence.n_analysed
    assert {one.by_case_mix for one in again.expected.figures} == {0.0}


def test_evidence_from_before_says_nothing_of_it():
    assert development_figures({"metrics": {}}) is None
    assert development_figures({"expected": None}) is None
