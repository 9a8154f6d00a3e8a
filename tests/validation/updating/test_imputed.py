"""An update over stacked imputations: fitted in each and averaged, tested by D2."""

import dataclasses
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.imputations import predict_imputations
from hiprisk.validation.updating.methods import UpdateData, closed_test, fit_imputed, fit_update
from hiprisk.validation.updating.update import UpdateSettings, update_model
from small_bundle import small_sheet
from updated_models import OUTCOME, PARENT, a_cohort

SHEET = small_sheet(provenance="real")


def stack(n=240, n_imputations=3, spread=6.0):
    """People whose baseline was imputed with some spread; without spread, the same each time."""
    cohort = a_cohort(n)
    frame = cohort.frame.assign(
        person_id=[f"p{i}" for i in range(n)],
        womac_function_0_100=cohort.frame["womac_function_0_100"].fillna(40.0),
        lbp_any=cohort.frame["lbp_any"].fillna("no"),
    )
    rng = np.random.default_rng(8)
    parts = [
        frame.assign(
            womac_function_0_100=(
                frame["womac_function_0_100"]
                + rng.normal(0, 1, n) * np.where(np.arange(n) % 9 == 0, spread, 0)
            ).clip(0, 100)
        )
        for _ in range(n_imputations)
    ]
    whole = pd.concat(parts, ignore_index=True)
    numbers = tuple(str(k) for k in range(n_imputations) for _ in range(n))
    return dataclasses.replace(
        cohort, frame=whole, fingerprint=fingerprint(whole), imputation=numbers
    )


def people_of(cohort):
    return predict_imputations(cohort, OUTCOME, partial(predict_cohort, SHEET, OUTCOME))


def updated(people, method, **more):
    settings = UpdateSettings(method=method, n_resamples=60, **more)
    return update_model(SHEET, people, settings, parent=PARENT)


@pytest.fixture(scope="module")
def imputed():
    return people_of(stack())


def data_of(people):
    return UpdateData("continuous", people.observed, people.lp, people.functions)


@pytest.mark.parametrize("method", ["intercept", "recalibrate", "reestimate"])
def test_coefficients_are_the_means_over_imputations(imputed, method):
    fits = [fit_update(data_of(one), method) for one in imputed]
    pooled = fit_imputed([data_of(one) for one in imputed], method)
    assert pooled.intercept == pytest.approx(np.mean([fit.intercept for fit in fits]))
    assert pooled.slope == pytest.approx(np.mean([fit.slope for fit in fits]))
    if method == "reestimate":
        assert pooled.coefficients == pytest.approx(np.mean([f.coefficients for f in fits], axis=0))


def test_the_closed_test_is_d2_by_hand(imputed):
    data = [data_of(one) for one in imputed]
    test = closed_test(*data).tests[0]
    d = np.array([2.0 * (fit_update(one, "reestimate").log_likelihood
                         - fit_update(one, "none").log_likelihood) for one in data])  # fmt: skip
    k, m = test.df, len(d)
    r = (1 + 1 / m) * np.var(np.sqrt(d), ddof=1)
    statistic = (d.mean() / k - (m + 1) / (m - 1) * r) / (1 + r)
    below = k ** (-3 / m) * (m - 1) * (1 + 1 / r) ** 2
    assert (test.method, test.statistic) == ("D2", pytest.approx(statistic))
    assert test.df_denominator == pytest.approx(below)
    assert test.p_value == pytest.approx(stats.f.sf(statistic, k, below), abs=1e-12)


def test_imputations_that_agree_give_the_update_of_one():
    several = updated(people_of(stack(spread=0.0)), "reestimate", shrinkage=True)
    alone = updated(people_of(stack(spread=0.0))[0], "reestimate", shrinkage=True)
    for one, other in zip(several.coefficients, alone.coefficients, strict=True):
        assert one.after == pytest.approx(other.after, rel=1e-9)
    assert several.shrinkage == pytest.approx(alone.shrinkage)
    for stage in ("before", "apparent", "after"):
        pairs = zip(getattr(several, stage), getattr(alone, stage), strict=True)
        for one, other in pairs:
            assert one.value == pytest.approx(other.value, abs=1e-9), (stage, one.name)
    assert np.allclose(several.calibration_after, alone.calibration_after)


def test_people_count_once_and_the_imputations_are_said(imputed):
    result = updated(imputed, "recalibrate")
    assert (result.n, result.n_people, result.imputations) == (240, 240, 3)
    assert result.sheet.n_people == 240
    assert result.to_dict()["imputations"] == 3
    assert result.lineage(None)["imputations"] == 3
    assert "Fitted in 3 imputations of the same people" in " ".join(result.summary)
    assert "on 240 people in 3 imputations" in " ".join(result.sheet.notes)
    assert result.scatter == "re-estimated"


def test_few_people_are_not_many_for_being_imputed():
    result = updated(people_of(stack(n=100)), "recalibrate")
    assert result.scatter == "kept"


def test_refits_spread_by_what_lies_between_imputations():
    agree = updated(people_of(stack(spread=0.0)), "reestimate").sheet.model.covariance
    differ = updated(people_of(stack(spread=60.0)), "reestimate").sheet.model.covariance
    assert np.trace(differ) != pytest.approx(np.trace(agree), rel=1e-3)


def test_one_dataset_keeps_its_likelihood_ratio(imputed):
    test = closed_test(data_of(imputed[0]))
    assert test.tests[0].method is None
    assert "method" not in updated(imputed[0], "closed-test").to_dict()["closed_test"]["tests"][0]


def test_a_recalibration_has_no_coefficients_to_shrink():
    alone = updated(people_of(stack(spread=0.0))[0], "recalibrate", shrinkage=True)
    assert alone.shrinkage is None
