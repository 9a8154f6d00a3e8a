"""Updating: R's glm and lm, hand counts, and a sheet that hangs together afterwards."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.reading import Cohort, fingerprint
from hiprisk.config.published import DeclaredOutcome
from hiprisk.errors import InputError
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Tree, TreesModel
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.updating.methods import (
    UpdateData,
    closed_test,
    fit_update,
    shrinkage_factor,
    updated_coefficients,
)
from hiprisk.validation.updating.update import UpdateSettings, update_model
from hiprisk.validation.updating.updated_sheet import combined_provenance
from small_bundle import small_sheet

ORACLES = Path(__file__).parents[2] / "oracles"
R = json.loads((ORACLES / "updating_r.json").read_text())
PARENT = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                       version="1", bundle_sha256="ab")  # fmt: skip


@pytest.fixture(scope="module")
def simulated():
    return pd.read_csv(ORACLES / "updating_simulated.csv", comment="#")


def update_data(frame, kind):
    outcome, lp = ("event", "lp_binary") if kind == "binary" else ("score", "lp_continuous")
    return UpdateData(
        kind,
        frame[outcome].to_numpy(float),
        frame[lp].to_numpy(float),
        frame[["x1", "x2", "x3"]].to_numpy(float),
    )


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_each_method_equals_r(simulated, kind):
    data, theirs = update_data(simulated, kind), R[f"simulated_{kind}"]
    assert fit_update(data, "intercept").intercept == pytest.approx(theirs["intercept"][0], 1e-9)
    line = fit_update(data, "recalibrate")
    assert [line.intercept, line.slope] == pytest.approx(theirs["recalibrate"], rel=1e-8)
    again = fit_update(data, "reestimate").coefficients
    assert list(again) == pytest.approx(theirs["reestimate"], rel=1e-8)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_log_likelihoods_equal_r(simulated, kind):
    data = update_data(simulated, kind)
    methods = ("none", "intercept", "recalibrate", "reestimate")
    ours = [fit_update(data, method).log_likelihood for method in methods]
    assert ours == pytest.approx(R[f"simulated_{kind}"]["log_likelihood"], rel=1e-10)


@pytest.mark.parametrize(
    ("kind", "chosen"), [("binary", "reestimate"), ("continuous", "intercept")]
)
def test_the_closed_test_equals_r_and_stops_at_the_first_that_holds(simulated, kind, chosen):
    found = closed_test(update_data(simulated, kind))
    theirs = R[f"simulated_{kind}"]
    n = len(found.tests)
    assert [t.statistic for t in found.tests] == pytest.approx(theirs["statistic"][:n], rel=1e-7)
    assert [t.df for t in found.tests] == theirs["df"][:n]
    assert [t.p_value for t in found.tests] == pytest.approx(theirs["p_value"][:n], rel=1e-6)
    assert found.chosen == chosen
    assert n == {"reestimate": 3, "intercept": 2}[chosen]


def test_a_model_that_is_right_is_left_alone_at_the_stated_rate():
    rng = np.random.default_rng(5)
    kept = 0
    for _ in range(300):
        x = rng.normal(size=(150, 3))
        lp = x @ [1.0, 0.5, 0.2]
        y = lp + rng.normal(size=150)
        kept += closed_test(UpdateData("continuous", y, lp, x)).chosen == "none"
    assert kept / 300 == pytest.approx(0.95, abs=0.035)


def test_weight_two_equals_the_person_twice(simulated):
    data = update_data(simulated, "binary")
    twice = data.take(np.r_[0, np.arange(len(data.lp))])
    weights = np.r_[2.0, np.ones(len(data.lp) - 1)]
    weighted = dataclasses.replace(data, weights=weights)
    for method in ("intercept", "recalibrate", "reestimate"):
        one, other = fit_update(weighted, method), fit_update(twice, method)
        assert one.intercept == pytest.approx(other.intercept, rel=1e-9)
        assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)


def test_an_intercept_by_hand():
    data = UpdateData("continuous", np.array([3.0, 5.0]), np.array([1.0, 2.0]), None)
    assert fit_update(data, "intercept").intercept == 2.5


def test_coefficients_after_a_recalibration_by_hand(simulated):
    fit = dataclasses.replace(
        fit_update(update_data(simulated, "continuous"), "recalibrate"), intercept=1.0, slope=0.5
    )
    assert list(updated_coefficients(fit, np.array([10.0, 4.0]))) == [6.0, 2.0]


def test_the_shrinkage_factor_by_hand(simulated):
    data = update_data(simulated, "binary")
    gain = R["simulated_binary"]["statistic"][2]
    factor = shrinkage_factor(data, fit_update(data, "reestimate"))
    assert factor == pytest.approx((gain - 2) / gain, rel=1e-7)


def test_trees_have_no_coefficients_to_re_estimate(simulated):
    data = dataclasses.replace(update_data(simulated, "binary"), functions=None)
    with pytest.raises(InputError, match="no coefficients to re-estimate"):
        fit_update(data, "reestimate")
    assert closed_test(data).tests[-1].fuller == "recalibrate"


# --- the sheet's next version ------------------------------------------------------------------


def a_cohort(n=400, *, provenance="real", seed=3):
    rng = np.random.default_rng(seed)
    age, base = rng.normal(65, 8, n).clip(30, 100), rng.normal(40, 19, n).clip(0, 100)
    sex = rng.choice(["female", "male"], n)
    back = rng.choice(["no", "yes"], n)
    mean = 20 + 0.1 * age + 0.4 * base + 6 * (back == "yes") + 2 * (sex == "female")
    frame = pd.DataFrame(
        {
            "age_years": age,
            "sex": sex.astype(object),
            "lbp_any": back.astype(object),
            "womac_function_0_100": base,
            "womac_function_followup_0_100": (mean + rng.normal(0, 10, n)).clip(0, 100),
        }
    )
    frame.loc[::9, "womac_function_0_100"] = np.nan
    frame.loc[::7, "lbp_any"] = None
    return Cohort(
        frame=frame,
        findings=(),
        grain="person",
        fingerprint=fingerprint(frame),
        provenance=provenance,
        source_name="new.csv",
    )


OUTCOME = DeclaredOutcome(
    variable="womac_function_followup_0_100", label="WOMAC function", kind="continuous",
    unit="points 0-100", higher_is="worse", horizon_months=12, population="nobody",
    bounds=(0.0, 100.0), baseline="womac_function_0_100",
)  # fmt: skip


def updated(method, *, sheet=None, cohort=None, **settings):
    sheet = sheet or small_sheet(provenance="real")
    people = predict_cohort(sheet, OUTCOME, cohort or a_cohort())
    return people, update_model(
        sheet, people, UpdateSettings(method=method, n_resamples=50, **settings), parent=PARENT
    )


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


def test_a_recalibrated_sheet_predicts_the_line_of_the_old_one():
    sheet = small_sheet(provenance="real")
    people, result = updated("recalibrate", sheet=sheet)
    whole = people.frame.dropna()
    columns = {name: whole[name].to_numpy() for name in whole.columns}
    old = SheetEvaluator(sheet).predict(columns).predicted
    new = SheetEvaluator(result.sheet).predict(columns).predicted
    inside = (old > 0) & (old < 100) & (new > 0) & (new < 100)
    line = result.intercept + result.slope * old
    assert new[inside] == pytest.approx(line[inside], abs=1e-9)


def test_trees_are_recalibrated_by_their_baseline_and_leaves():
    tree = Tree(feature=(0, -1, -1), threshold=(40.0, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0),
                value=(0.0, -5.0, 5.0))  # fmt: skip
    sheet = dataclasses.replace(
        small_sheet(provenance="real"),
        model=TreesModel(link="identity", baseline=30.0, inputs=("womac_function_0_100",),
                         trees=(tree,)),
    )  # fmt: skip
    _, result = updated("recalibrate", sheet=sheet)
    new = result.sheet.model
    assert new.baseline == pytest.approx(result.intercept + 30.0 * result.slope)
    assert new.trees[0].value == pytest.approx((0.0, -5.0 * result.slope, 5.0 * result.slope))
    with pytest.raises(InputError, match="no coefficients"):
        updated("reestimate", sheet=sheet)


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


@pytest.mark.parametrize(
    ("parent", "cohort", "expected", "mixed"),
    [
        ("simulated", "real", "simulated", True),
        ("real", "simulated", "simulated", True),
        ("published", "real", "published", True),
        ("real", "real", "real", False),
        ("real", "unknown", "unknown", True),
        ("simulated", "simulated", "simulated", False),
    ],
)
def test_provenance_is_carried_honestly(parent, cohort, expected, mixed):
    provenance, words = combined_provenance(parent, cohort)
    assert provenance == expected
    assert (words is not None) == mixed


def test_lineage_names_the_parent_and_its_own_lineage():
    _, result = updated("intercept")
    line = result.lineage({"parent_name": "older"})
    assert line["parent_bundle_sha256"] == "ab"
    assert line["method"] == "intercept"
    assert line["n"] == 400
    assert line["parent_lineage"] == {"parent_name": "older"}
