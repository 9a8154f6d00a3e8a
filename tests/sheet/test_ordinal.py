"""The distribution over a score's own values, against counts by hand."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from hiprisk.sheet.evaluate import INTERVALS, SheetEvaluator
from hiprisk.sheet.format import Event, OrdinalModel, Term
from hiprisk.sheet.links import LINKS
from hiprisk.sheet.ordinal import OrdinalDistribution, OrdinalEvaluator
from ordinal_sheet import VALUES, ordinal_sheet
from small_bundle import small_sheet

ORM = json.loads((Path(__file__).parents[1] / "oracles" / "ordinal_sheet.json").read_text())
ABOVE = Event(name="e", label="", direction="above", reference="fixed", value=0.0)
BELOW = dataclasses.replace(ABOVE, direction="below")


def three_values(link="logit"):
    """Chances 3/4 and 1/4 of reaching 10 and 30 where X b is 0."""
    third = {"logit": np.log(3.0), "probit": 0.6744897501960817}[link]
    model = OrdinalModel(
        link=link,
        values=(0.0, 10.0, 30.0),
        intercepts=(third, -third),
        terms=(Term(column="x", basis="linear", coefficients=(1.0,)),),
    )
    return OrdinalEvaluator(model)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_three_values_by_hand(link):
    # Chances 1/4, 1/2 and 1/4 of 0, 10 and 30.
    law = three_values(link).distribution(np.zeros(1))
    assert_allclose(law.mean, [12.5], rtol=1e-14)
    assert_allclose(law.variance(), [0.25 * 12.5**2 + 0.5 * 2.5**2 + 0.25 * 17.5**2], rtol=1e-13)
    # A cumulative probability that is reached exactly counts as reached.
    levels = (0.1, 0.25, 0.251, 0.5, 0.75, 0.751, 0.9)
    assert [law.quantile(p)[0] for p in levels] == [0, 0, 10, 10, 10, 30, 30]


@pytest.mark.parametrize(
    ("bound", "above", "below"),
    [(-1, 1, 0), (0, 1, 0.25), (5, 0.75, 0.25), (10, 0.75, 0.75), (30, 0.25, 1), (31, 0, 1)],
)
def test_the_chance_of_an_event_by_hand(bound, above, below):
    law = three_values().distribution(np.zeros(1))
    assert_allclose(law.chance(ABOVE, np.array([float(bound)])), [above], rtol=1e-14)
    assert_allclose(law.chance(BELOW, np.array([float(bound)])), [below], rtol=1e-14)


def test_the_slope_is_the_derivative_of_the_mean():
    for link in LINKS:
        model = OrdinalEvaluator(dataclasses.replace(ordinal_sheet().model, link=link))
        at, step = np.linspace(-3.0, 9.0, 25), 1e-5
        difference = (model.mean(at + step) - model.mean(at - step)) / (2 * step)
        assert_allclose(model.slope(at), difference, rtol=1e-6, atol=1e-8)


def test_all_but_certain_of_the_highest_value_the_mean_does_not_pass_it():
    # Values whose gaps add up to 1.4e-14 more than the highest of them.
    values = np.sort(np.random.default_rng(944).uniform(0.0, 100.0, 50))
    assert sum(np.diff(values).tolist(), float(values[0])) > values[-1]
    law = OrdinalEvaluator(
        OrdinalModel(
            link="logit",
            values=tuple(values),
            intercepts=tuple(-0.001 * np.arange(49)),
            terms=(),
        )
    ).distribution(np.array([60.0]))
    assert law.mean[0] == values[-1]


PEOPLE = {
    "age_years": np.array([50.0, 70.0, np.nan, 64.0, np.nan]),
    "sex": np.array(["male", "female", None, "male", None], dtype=object),
    "lbp_any": np.array(["yes", "no", "yes", None, None], dtype=object),
    "womac_function_0_100": np.array([10.0, 45.0, 80.0, np.nan, np.nan]),
}


@pytest.mark.parametrize("link", LINKS)
def test_one_row_and_many_give_the_same_bits(link):
    evaluator = SheetEvaluator(ordinal_sheet(link=link))
    many = {name: np.tile(values, 400) for name, values in PEOPLE.items()}
    whole = evaluator.predict(many)
    for row in range(5):
        one = evaluator.predict({name: values[[row]] for name, values in PEOPLE.items()})
        assert one.predicted[0] == whole.predicted[row::5].min() == whole.predicted[row::5].max()
        for name, chance in one.chances.items():
            assert_array_equal(whole.chances[name][row::5], np.full(400, chance[0]))
        for level in INTERVALS:
            ends = [whole.intervals[level][side][row] for side in (0, 1)]
            assert ends == [one.intervals[level][side][0] for side in (0, 1)]


def test_rows_that_do_not_fit_into_memory_together_give_the_same_bits(monkeypatch):
    evaluator = SheetEvaluator(ordinal_sheet())
    whole = evaluator.predict(PEOPLE)
    monkeypatch.setattr("hiprisk.sheet.evaluate.NUMBERS_AT_ONCE", 2 * len(VALUES))
    parts = evaluator.predict(PEOPLE)
    for name in ("predicted", "lp", "imputation_variance", "imputed"):
        assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert_array_equal(parts.chances["worsening"], whole.chances["worsening"])
    assert_array_equal(parts.intervals["95"], whole.intervals["95"])


def test_missing_values_give_the_average_of_the_draws_distributions():
    evaluator = SheetEvaluator(ordinal_sheet())
    own = {name: values[[2]] for name, values in PEOPLE.items()}
    known = evaluator.numeric_columns(own, 1)
    laws = []
    for version in evaluator.filled(known):
        named = dict(zip((c.name for c in evaluator.sheet.columns), version, strict=True))
        named["woman"] = 1.0 - named["sex=male"]
        laws.append(evaluator.ordinal.distribution(evaluator.ordinal.predictor(named, 1)))
    mixture = OrdinalDistribution(
        np.array(VALUES),
        np.mean([law.exceedance for law in laws], axis=0),
        np.mean([law.mean for law in laws], axis=0),
    )
    found = evaluator.predict(own)
    assert_allclose(found.predicted, mixture.mean, rtol=1e-14)
    assert_allclose(evaluator.cumulative(known)[0, :-1], 1 - mixture.exceedance[:, 0], rtol=1e-12)
    assert found.intervals["80"][0] == mixture.quantile(0.1)
    assert found.intervals["80"][1] == mixture.quantile(0.9)
    assert_allclose(found.chances["worsening"], mixture.at_least(np.array([90.0])), rtol=1e-14)
    assert_allclose(found.chances["acceptable_state"], mixture.at_most(np.array([41.2])))


def test_a_missing_baseline_is_drawn_together_with_the_distribution():
    evaluator = SheetEvaluator(ordinal_sheet())
    own = {name: values[[3]] for name, values in PEOPLE.items()}
    chances = []
    for version in evaluator.filled(evaluator.numeric_columns(own, 1)):
        named = dict(zip((c.name for c in evaluator.sheet.columns), version, strict=True))
        named["woman"] = 1.0 - named["sex=male"]
        law = evaluator.ordinal.distribution(evaluator.ordinal.predictor(named, 1))
        chances.append(law.at_least(named["womac_function_0_100"] + 10.0))
    assert_allclose(evaluator.predict(own).chances["worsening"], np.mean(chances), rtol=1e-14)


def test_the_average_slope_is_the_secant_near_and_far():
    model = OrdinalEvaluator(ordinal_sheet().model)
    start = np.array([0.0, 2.0, 4.0, 1.0])
    end = start + np.array([3.0, 0.099999, -0.05, 0.0])
    step = np.array([3.0, 0.099999, -0.05])
    secant = (model.mean(end)[:3] - model.mean(start)[:3]) / step
    assert_allclose(model.average_slope(start, end)[:3], secant, rtol=1e-10)
    assert_allclose(model.average_slope(start, end)[3], model.slope(start[3:]), rtol=1e-14)


def test_the_gradient_is_that_of_the_mean():
    columns = {"age_years": np.array([60.0]), "womac_function_0_100": np.array([30.0]),
               "lbp_any=yes": np.array([1.0]), "woman": np.array([0.0])}  # fmt: skip
    own = ordinal_sheet().model
    vector = [*own.intercepts, *(c for term in own.terms for c in term.coefficients)]
    # As refits, each coefficient in turn a little lower and a little higher.
    step = 1e-6
    moved = np.array([vector + side * np.eye(9)[i] for i in range(9) for side in (-step, step)])
    refits = tuple(map(tuple, moved))
    means = OrdinalEvaluator(dataclasses.replace(own, refits=refits)).refitted(columns, 1)[:, 0]
    found = [part[0] for part in OrdinalEvaluator(own).gradient(columns, 1)]
    assert_allclose(found, (means[1::2] - means[::2]) / (2 * step), rtol=1e-6, atol=1e-8)


def test_no_rows_have_no_predictions():
    nobody = {name: values[:0] for name, values in PEOPLE.items()}
    found = SheetEvaluator(ordinal_sheet()).predict(nobody)
    assert found.predicted.shape == found.chances["worsening"].shape == (0,)


def test_floor_and_ceiling_are_told_beside_the_events():
    evaluator = SheetEvaluator(ordinal_sheet())
    assert [event.name for event in evaluator.sheet.told_events] == [
        "worsening", "acceptable_state", "floor", "ceiling",
    ]  # fmt: skip
    known = evaluator.numeric_columns(PEOPLE, 5)
    found, upto = evaluator.predict_numeric(known), evaluator.cumulative(known)
    assert_allclose(found.chances["floor"], upto[:, 0], rtol=1e-12)
    assert_allclose(found.chances["ceiling"], 1.0 - upto[:, -2], rtol=1e-12)


def test_an_event_named_floor_is_the_outcomes_own():
    sheet = ordinal_sheet()
    own = dataclasses.replace(BELOW, name="floor", value=20.0)
    sheet = dataclasses.replace(sheet, outcome=dataclasses.replace(sheet.outcome, events=(own,)))
    assert sheet.told_events[0] is own
    assert [event.name for event in sheet.told_events] == ["floor", "ceiling"]


def test_other_models_tell_their_events_alone():
    assert small_sheet().told_events == small_sheet().outcome.events


@pytest.mark.parametrize("fit", ORM["fits"], ids=lambda fit: fit["link"])
def test_the_distribution_of_orm_fits_equals_that_of_rms(fit):
    names = ("a", "b", "c")
    pairs = zip(names, fit["coefficients"], strict=True)
    model = OrdinalEvaluator(
        OrdinalModel(
            link=fit["link"],
            values=tuple(fit["values"]),
            intercepts=tuple(fit["intercepts"]),
            terms=tuple(Term(column=n, basis="linear", coefficients=(b,)) for n, b in pairs),
        )
    )
    people = dict(zip(names, np.array(ORM["people"]).T, strict=True))
    law = model.distribution(model.predictor(people, len(ORM["people"])))
    assert_allclose(law.mean, fit["mean"], rtol=1e-12)
    assert_allclose(law.exceedance, fit["reached"], rtol=1e-12)
    # rms interpolates to numbers that no patient can have; ours is a value less than a step away.
    for level, name in ((0.5, "interpolated_median"), (0.9, "interpolated_90")):
        assert (np.abs(law.quantile(level) - np.array(fit[name])) < 1.0).all()


def test_a_linear_predictor_that_runs_out_has_no_mean():
    sheet = ordinal_sheet(
        terms=(Term(column="age_years", basis="linear", coefficients=(20.0,)),), refits=None
    )
    with np.errstate(over="ignore"):
        found = SheetEvaluator(sheet).predict({**PEOPLE, "age_years": np.full(5, 1e308)})
    assert np.isnan(found.predicted).all()
    assert np.isnan(found.lp).all()


def test_a_sheet_may_have_a_single_column():
    whole = ordinal_sheet(terms=(Term(column="age_years", basis="linear", coefficients=(0.02,)),))
    missing = dataclasses.replace(
        whole.missing, mean=(65.0,), covariance=((64.0,),), draws=((1.0,), (-1.0,))
    )
    sheet = dataclasses.replace(
        whole, variables=whole.variables[:1], columns=whole.columns[:1], derived=(),
        missing=missing, outcome=dataclasses.replace(whole.outcome, baseline=None, events=()),
    )  # fmt: skip
    (upto,) = SheetEvaluator(sheet).cumulative([np.array([60.0])])
    # X b is 1.2; intercepts -1, -3, -5 and -7.5.
    assert_allclose(upto, [*(1 / (1 + np.exp([0.2, -1.8, -3.8, -6.3]))), 1.0], rtol=1e-12)
