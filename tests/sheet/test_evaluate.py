"""Predictions read off a sheet."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.sheet.evaluate import SheetEvaluator
from site_sheet import site_sheet
from small_bundle import small_sheet


def predict(sheet, columns):
    return SheetEvaluator(sheet).predict(columns)


def column(*values, text=False):
    if text:
        return np.array([*values, None], dtype=object)[:-1]
    return np.array(values, dtype=float)


def one(age=63.0, sex="male", lbp="yes", base=50.0):
    return {
        "age_years": column(np.nan if age is None else age),
        "sex": column(sex, text=True),
        "lbp_any": column(lbp, text=True),
        "womac_function_0_100": column(np.nan if base is None else base),
    }


def test_complete_patient_equals_hand_count():
    # 10 + 0.1 * 63 + 0.6 * 50 + 5 + 2 * (1 - 1)
    assert predict(small_sheet(), one()).predicted[0] == pytest.approx(51.3, rel=1e-12)


def test_derived_column_adds_two_points_for_a_woman():
    assert predict(small_sheet(), one(sex="female")).predicted[0] == pytest.approx(53.3, rel=1e-12)


def test_intervals_are_scaled_quantiles():
    # The scale at 51.3 lies between 10 at 20 and 16 at 60.
    scale = 10 + 6 * (51.3 - 20) / 40
    lower, upper = predict(small_sheet(), one()).intervals["80"]
    assert lower[0] == pytest.approx(51.3 - 1.25 * scale, rel=1e-12)
    assert upper[0] == pytest.approx(51.3 + 1.25 * scale, rel=1e-12)


@pytest.mark.parametrize("kind", ["continuous", "binary"])
@pytest.mark.parametrize(("level", "name"), [(0.8, "80"), (0.95, "95")])
def test_interval_of_any_level_has_the_bits_of_those_that_are_always_told(kind, level, name):
    evaluator = SheetEvaluator(small_sheet(kind=kind))
    known = evaluator.numeric_columns(one(age=None), 1)
    told = evaluator.predict_numeric(known).intervals.get(name)
    found = evaluator.interval(known, level)
    assert (found is None) == (told is None)
    if told is not None:
        assert (found[0][0], found[1][0]) == (told[0][0], told[1][0])


def test_interval_of_half_of_the_outcomes_is_of_scaled_quartiles():
    evaluator = SheetEvaluator(small_sheet())
    lower, upper = evaluator.interval(evaluator.numeric_columns(one(), 1), 0.5)
    scale = 10 + 6 * (51.3 - 20) / 40
    quartile = 1.25 * 0.25 / 0.4
    assert lower[0] == pytest.approx(51.3 - quartile * scale, rel=1e-12)
    assert upper[0] == pytest.approx(51.3 + quartile * scale, rel=1e-12)


def test_chance_of_worsening_is_read_off_the_same_distribution():
    scale = 10 + 6 * (51.3 - 20) / 40
    z = (60 - 51.3) / scale
    below = np.interp(z, [-2, -1.25, 0, 1.25, 2], [0.025, 0.1, 0.5, 0.9, 0.975])
    assert predict(small_sheet(), one()).chances["worsening"][0] == pytest.approx(
        1 - below, rel=1e-12
    )


def test_event_beyond_the_ceiling_cannot_happen():
    # Nobody can be 10 points worse than 95 on a scale that ends at 100.
    assert predict(small_sheet(), one(base=95.0)).chances["worsening"][0] == 0.0


def test_prediction_is_clipped_to_the_bounds():
    sheet = small_sheet()
    model = dataclasses.replace(sheet.model, intercept=500.0)
    result = predict(dataclasses.replace(sheet, model=model), one())
    assert result.predicted[0] == 100.0
    assert result.intervals["95"][1][0] == 100.0


def test_missing_baseline_is_filled_with_its_conditional_mean():
    # Antithetic draws average to the conditional mean, so a linear prediction is exact.
    sheet = small_sheet()
    cov = np.array(sheet.missing.covariance)
    mean = np.array(sheet.missing.mean)
    known = [0, 1, 2]
    z = np.array([63.0, 1.0, 1.0])
    expected = mean[3] + cov[3, known] @ np.linalg.solve(cov[np.ix_(known, known)], z - mean[known])
    got = predict(sheet, one(base=None)).predicted[0]
    assert got == pytest.approx(10 + 6.3 + 0.6 * expected + 5, rel=1e-10)


def test_missing_baseline_widens_the_interval():
    whole = predict(small_sheet(), one())
    lacking = predict(small_sheet(), one(base=None))
    width = [r.intervals["80"][1][0] - r.intervals["80"][0][0] for r in (whole, lacking)]
    assert width[1] > width[0]


def test_missing_baseline_draws_the_bound_jointly():
    sheet = small_sheet()
    evaluator = SheetEvaluator(sheet)
    known = evaluator.numeric_columns(one(base=None), 1)
    drawn = evaluator.filled(known)
    expected = []
    for filled in drawn:
        lp = 10 + 0.1 * 63 + 0.6 * filled[3][0] + 5
        scale = np.interp(lp, [20, 60], [10, 16])
        z = (filled[3][0] + 10 - lp) / scale
        expected.append(1 - np.interp(z, [-2, -1.25, 0, 1.25, 2], [0.025, 0.1, 0.5, 0.9, 0.975]))
    got = predict(sheet, one(base=None)).chances["worsening"][0]
    assert got == pytest.approx(np.mean(expected), rel=1e-12)


def test_imputed_names_what_was_missing():
    assert predict(small_sheet(), one(base=None, lbp=None)).imputed.tolist() == [
        [False, False, True, True]
    ]


def test_absent_variable_equals_one_that_is_missing():
    lacking = one(base=None)
    absent = {name: values for name, values in lacking.items() if name != "womac_function_0_100"}
    sheet = small_sheet()
    assert predict(sheet, absent).predicted[0] == predict(sheet, lacking).predicted[0]


def test_binary_risk_averages_over_draws_and_is_bounded_by_refits():
    result = predict(small_sheet(kind="binary"), one())
    lp = -2.0 + 0.05 * (0.1 * 63 + 0.6 * 50 + 5)
    assert result.predicted[0] == pytest.approx(1 / (1 + np.exp(-lp)), rel=1e-12)
    low, high = result.intervals["95"]
    shifts = 1 / (1 + np.exp(-(lp + 0.01 * np.arange(-20, 21))))
    assert low[0] == pytest.approx(np.quantile(shifts, 0.025), rel=1e-12)
    assert high[0] == pytest.approx(np.quantile(shifts, 0.975), rel=1e-12)


def test_a_bound_between_two_refits_lies_between_them():
    sheet = small_sheet(kind="binary")
    few = dataclasses.replace(sheet.model, refits=sheet.model.refits[:8])
    low, high = predict(dataclasses.replace(sheet, model=few), one()).intervals["95"]
    lp = -2.0 + 0.05 * (0.1 * 63 + 0.6 * 50 + 5)
    risks = 1 / (1 + np.exp(-(lp + 0.01 * np.arange(-20, -12))))
    assert [low[0], high[0]] == pytest.approx(np.quantile(risks, [0.025, 0.975]), rel=1e-12)


def test_one_refit_is_both_bounds():
    sheet = small_sheet(kind="binary")
    alone = dataclasses.replace(sheet.model, refits=sheet.model.refits[-1:])
    low, high = predict(dataclasses.replace(sheet, model=alone), one()).intervals["95"]
    risk = 1 / (1 + np.exp(-(-2.0 + 0.05 * (0.1 * 63 + 0.6 * 50 + 5) + 0.01 * 20)))
    assert [low[0], high[0]] == pytest.approx([risk, risk], rel=1e-12)


patients = st.tuples(
    st.one_of(st.none(), st.floats(18, 110)),
    st.sampled_from(["female", "male", None]),
    st.sampled_from(["no", "yes", None]),
    st.one_of(st.none(), st.floats(0, 100)),
)


@pytest.mark.slow
@given(st.lists(patients, min_size=1, max_size=12))
def test_a_row_has_the_same_bits_alone_and_among_others(people):
    evaluator = SheetEvaluator(small_sheet())
    together = {
        "age_years": column(*[np.nan if p[0] is None else p[0] for p in people]),
        "sex": column(*[p[1] for p in people], text=True),
        "lbp_any": column(*[p[2] for p in people], text=True),
        "womac_function_0_100": column(*[np.nan if p[3] is None else p[3] for p in people]),
    }
    whole = evaluator.predict(together)
    for row in range(len(people)):
        alone = evaluator.predict({name: v[row : row + 1] for name, v in together.items()})
        assert alone.predicted[0] == whole.predicted[row]
        assert alone.intervals["95"][0][0] == whole.intervals["95"][0][row]
        assert alone.chances["worsening"][0] == whole.chances["worsening"][row]


@given(patients)
def test_a_prediction_stays_inside_the_bounds_and_its_interval_in_order(person):
    result = predict(small_sheet(), one(*person))
    lower95, upper95 = (bound[0] for bound in result.intervals["95"])
    lower80, upper80 = (bound[0] for bound in result.intervals["80"])
    assert 0 <= lower95 <= lower80 <= result.predicted[0] <= upper80 <= upper95 <= 100
    assert all(0 <= chance[0] <= 1 for chance in result.chances.values())


def test_a_ratio_by_nearly_zero_stays_finite():
    from hiprisk.sheet.basis_functions import add_derived
    from hiprisk.sheet.format import Derived

    columns = {"a": column(1.0, 1.0), "b": column(0.0, -1e-9)}
    add_derived([Derived(name="r", op="ratio", of=("a", "b"))], columns)
    assert columns["r"].tolist() == [1e6, -1e6]


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("minimum", 2.0),
        ("maximum", 3.0),
        ("difference", 1.0),
        ("product", 6.0),
        ("ratio", 1.5),
        ("indicator", 1.0),
    ],
)
def test_each_operation_equals_hand_count(op, expected):
    from hiprisk.sheet.basis_functions import add_derived
    from hiprisk.sheet.format import Derived

    columns = {"a": column(3.0)}
    add_derived([Derived(name="d", op=op, of=("a", 2.0))], columns)
    assert columns["d"][0] == expected


def test_a_new_site_has_the_mean_and_the_variance_of_sites_as_a_missing_one_has():
    sheet = site_sheet()
    patient = {"age_years": 60.0, "sex": "male", "lbp_any": "no", "womac_function_0_100": 30.0}
    columns = {name: np.array([value] * 5, object) for name, value in patient.items()}
    columns["age_years"] = columns["age_years"].astype(float)
    columns["womac_function_0_100"] = columns["womac_function_0_100"].astype(float)
    columns["site"] = np.array(["North", "South", "3", "East", None], object)
    found = SheetEvaluator(sheet).predict(columns)
    # 10 + 6 + 18, and the site's own; the mean site is 1 above North.
    assert found.predicted == pytest.approx([34.0, 40.0, 31.0, 35.0, 35.0])
    assert found.imputation_variance[:3].tolist() == [0.0, 0.0, 0.0]
    assert found.imputation_variance[3] == found.imputation_variance[4] > 0.0
    low, high = found.intervals["95"]
    assert high[3] - low[3] > high[0] - low[0]
    assert found.imputed[:, -1].tolist() == [False, False, False, True, True]


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_no_rows_have_no_predictions(kind):
    evaluator = SheetEvaluator(small_sheet(kind=kind))
    none = [np.zeros(0) for _ in evaluator.sheet.columns]
    assert evaluator.predict_numeric(none).predicted.shape == (0,)


def test_many_rows_that_lack_the_same_columns_have_the_bits_of_each_alone():
    evaluator, rng = SheetEvaluator(small_sheet()), np.random.default_rng(3)
    known = [rng.normal(60.0, 9.0, 400), np.round(rng.random(400)), np.round(rng.random(400)),
             rng.uniform(0.0, 100.0, 400)]  # fmt: skip
    for column, share in zip(known, (0.3, 0.0, 0.02, 0.3), strict=True):
        column[rng.random(400) < share] = np.nan
    together = evaluator.predict_numeric(known)
    for row in range(0, 400, 7):
        alone = evaluator.predict_numeric([column[row : row + 1] for column in known])
        assert alone.predicted[0] == together.predicted[row]
        assert alone.imputation_variance[0] == together.imputation_variance[row]
        assert [c[0] for c in alone.chances.values()] == [c[row] for c in together.chances.values()]
