"""A published model written down by hand: what it predicts, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from hiprisk.config.published import load_published, published_from_text
from hiprisk.errors import ConfigError
from hiprisk.features.reference_population import reference_population
from hiprisk.learning.sheets.published import published_sheet
from hiprisk.sheet.applicability import assess
from hiprisk.sheet.columns import GivenColumns
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator

CONFIGS = Path(__file__).parents[3] / "configs" / "published"

TEXT = """name: paper
title: A paper's model
intended_use: Tests only.
source: {citation: Nobody 1999}
outcome:
  variable: womac_function_followup_0_100
  label: WOMAC function
  kind: continuous
  unit: points 0-100
  bounds: [0, 100]
  higher_is: worse
  horizon_months: 12
  population: nobody
link: identity
intercept: 10
terms:
  - {variable: age_years, coefficient: 2, center: 60, scale: 10}
  - {variable: sex, level: male, coefficient: -3}
  - {variable: womac_function_0_100, knots: [10, 40, 70], coefficients: [0.5, 0.2]}
  - {product: [age_years, sex=male], coefficient: 0.1}
"""
SPLINE = "{variable: womac_function_0_100, knots: [10, 40, 70], coefficients: [0.5, 0.2]}"
PEOPLE = """predictors:
  age_years: {mean: 65, sd: 8}
  sex: {shares: {female: 0.6, male: 0.4}}
  womac_function_0_100: {mean: 40, sd: 19}
correlations:
  - {of: [age_years, womac_function_0_100], r: 0.25}
"""


def sheet_of(text):
    return published_sheet(published_from_text(text, name="paper.yaml"))


def predicted(sheet, **values):
    columns = {
        name: np.array([value, None], dtype=object)[:1] if isinstance(value, str)
        else np.array([float(value)])
        for name, value in values.items()
    }  # fmt: skip
    return SheetEvaluator(sheet).predict(columns)


def test_the_prediction_by_hand():
    got = predicted(sheet_of(TEXT), age_years=70, sex="male", womac_function_0_100=55).predicted[0]
    # Spline at 55, knots 10, 40, 70: (45^3 - 2 x 15^3) / 60^2, the last knot not yet reached.
    bent = (45.0**3 - 2.0 * 15.0**3) / 3600.0
    assert got == pytest.approx(10 + 2 * 1.0 - 3 + 0.5 * 55 + 0.2 * bent + 0.1 * 70, rel=1e-12)


def test_units_of_the_paper_are_converted():
    text = TEXT.replace(
        "age_years, coefficient: 2, center: 60, scale: 10", "age_years, coefficient: 1"
    )
    text = text.replace(
        SPLINE, "{variable: hip_flexion_deg, coefficient: 5, center: 1.5, scale: 0.5}"
    )
    sheet = sheet_of(text + "predictors:\n  hip_flexion_deg: {unit: rad}\n")
    got = predicted(sheet, age_years=70, sex="female", hip_flexion_deg=np.degrees(1.2)).predicted[0]
    assert got == pytest.approx(10 + 70 + 5 * (1.2 - 1.5) / 0.5, rel=1e-12)


def test_a_spline_with_center_and_unit_equals_the_paper():
    text = TEXT.replace(
        SPLINE,
        "{variable: hip_flexion_deg, knots: [0.8, 1.5, 2.2], coefficients: [3, 2], center: 1, "
        "scale: 2}",
    )
    sheet = sheet_of(text + "predictors:\n  hip_flexion_deg: {unit: rad}\n")
    got = predicted(sheet, age_years=60, sex="female", hip_flexion_deg=np.degrees(1.8)).predicted[0]
    # In units of the paper, x' = (x - 1) / 2 and the knots likewise.
    x, knots = (1.8 - 1) / 2, (np.array([0.8, 1.5, 2.2]) - 1) / 2
    bent = ((x - knots[0]) ** 3 - 2 * (x - knots[1]) ** 3) / (knots[2] - knots[0]) ** 2
    assert got == pytest.approx(10 + 3 * x + 2 * bent, rel=1e-12)


def test_center_shifts_the_first_function_of_a_spline_alone():
    text = TEXT.replace("coefficients: [0.5, 0.2]", "coefficients: [0.5, 0.2], center: 40")
    got = predicted(sheet_of(text), age_years=60, sex="female", womac_function_0_100=55)
    # 0.5 x (55 - 40), and the bent one at 55 with the knots as written: (45^3 - 2 x 15^3) / 60^2.
    by_hand = 10 + 0.5 * 15 + 0.2 * (45.0**3 - 2.0 * 15.0**3) / 3600.0
    assert got.predicted[0] == pytest.approx(by_hand, rel=1e-12)


def test_without_means_only_complete_rows_are_predicted():
    sheet = sheet_of(TEXT)
    assert any("Complete rows only" in note for note in sheet.notes)
    columns = {
        "age_years": np.array([60.0, np.nan]),
        "sex": np.array(["male", "male"], dtype=object),
        "womac_function_0_100": np.array([30.0, 30.0]),
    }
    given = GivenColumns(columns=columns, n_rows=2)
    assert list(assess(sheet, given).usable) == [True, False]
    assert not predicted(sheet, age_years=60, sex="male", womac_function_0_100=30).intervals


def test_with_means_missing_values_are_filled_by_the_conditional_mean():
    sheet = sheet_of(
        TEXT.replace("  - {product: [age_years, sex=male], coefficient: 0.1}\n", "") + PEOPLE
    )
    given = predicted(sheet, sex="female", womac_function_0_100=59).predicted[0]
    # Age given a function one SD above its mean: 65 + 0.25 x 8 = 67; the model is linear in it.
    same = predicted(sheet, age_years=67, sex="female", womac_function_0_100=59).predicted[0]
    assert given == pytest.approx(same, rel=1e-9)


def test_the_normal_people_have_the_papers_moments():
    sheet = sheet_of(TEXT + PEOPLE)
    people = np.array(reference_population(sheet, n_people=500))
    assert people.mean(axis=1) == pytest.approx([65, 0.4, 40], rel=1e-9)
    assert np.cov(people, ddof=0)[0, 2] == pytest.approx(0.25 * 8 * 19, rel=1e-9)
    assert sum(spec.weight for spec in sheet.variables) == pytest.approx(1.0)


def test_residuals_give_normal_intervals():
    sheet = sheet_of(TEXT + "residuals: {sd: 12}\n")
    found = predicted(sheet, age_years=60, sex="female", womac_function_0_100=60)
    low, high = found.intervals["95"]
    assert (high - low)[0] == pytest.approx(2 * 1.959964 * 12, rel=1e-3)


def test_residual_quantiles_are_taken_as_they_stand():
    text = (
        TEXT + 'residuals: {sd: 12, quantiles: {"0.025": -30, "0.1": -9, "0.9": 15, "0.975": 20}}\n'
    )
    found = predicted(sheet_of(text), age_years=60, sex="female", womac_function_0_100=60)
    low, high = found.intervals["80"]
    assert [low[0], high[0]] == pytest.approx([found.predicted[0] - 9, found.predicted[0] + 15])


@pytest.mark.parametrize("name", ["invented_womac.yaml", "psfmi_lbp_chronic.yaml"])
def test_shipped_models_make_sheets_that_read_back(name):
    sheet = published_sheet(load_published(CONFIGS / name))
    assert sheet.provenance == "published"
    assert parse_sheet(sheet.to_json()) == sheet


def test_the_invented_example_says_so():
    sheet = published_sheet(load_published(CONFIGS / "invented_womac.yaml"))
    assert sheet.notes[0].startswith("INVENTED COEFFICIENTS")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("intercept: 10", "interzept: 10", r"interzept \(line 15\): this key is not known"),
        ("intercept: 10", "", "a model has an intercept, or, if it is ordinal, values"),
        ("link: identity", "link: logit", "link logit goes with a binary outcome"),
        ("knots: [10, 40, 70]", "knots: [10, 70, 40]", r"terms.2 \(line 19\).*ascending"),
        ("coefficients: [0.5, 0.2]", "coefficients: [0.5]", "one fewer than knots"),
        ("level: male", "level: man", r"'man' is not a known level; known: female, male"),
        ("variable: age_years", "variable: age_in_dog_years", "the dictionary has no variable"),
        ("{product: [age_years, sex=male]", "{product: [age_years, sex=female]", "every level has"),
        ("scale: 10", "scale: 0", "greater than 0"),
        ("{variable: sex, level: male, ", "{variable: sex, ", "a category's term names a level"),
        ("variable: womac_function_0_100", "variable: womac_function_followup_0_100",
         "the outcome cannot be a predictor"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(old, new, message):
    assert old in TEXT
    with pytest.raises(ConfigError, match=message):
        sheet_of(TEXT.replace(old, new, 1))


def test_a_unit_that_does_not_lead_to_the_dictionarys_is_refused():
    with pytest.raises(ConfigError, match=r"unit 'cm' does not convert to years"):
        sheet_of(TEXT + "predictors:\n  age_years: {unit: cm}\n")


def test_correlations_that_cannot_be_true_are_refused():
    text = TEXT.replace("terms:\n", "terms:\n  - {variable: bmi_kg_m2, coefficient: 1}\n")
    people = PEOPLE.replace("predictors:\n", "predictors:\n  bmi_kg_m2: {mean: 27, sd: 4}\n")
    people = people.replace("r: 0.25", "r: 0.9") + (
        "  - {of: [age_years, bmi_kg_m2], r: 0.9}\n"
        "  - {of: [bmi_kg_m2, womac_function_0_100], r: -0.9}\n"
    )
    with pytest.raises(ConfigError, match="cannot be true together"):
        sheet_of(text + people)


def test_shares_must_add_up():
    with pytest.raises(ConfigError, match="must add up to 1"):
        sheet_of(TEXT + PEOPLE.replace("female: 0.6", "female: 0.3"))


def test_what_is_said_of_a_packaged_variable_holds_for_this_model():
    text = PEOPLE.replace("{mean: 65, sd: 8}", "{mean: 65, sd: 8, label: years, hard: [50, 90]}")
    text = text.replace("{shares: {female: 0.6, male: 0.4}}", "{levels: [female, male, other]}")
    sheet = sheet_of(TEXT + text)
    age = sheet.variable("age_years")
    assert (age.label, age.hard, age.soft) == ("years", (50.0, 90.0), (50.0, 90.0))
    assert sheet.variable("sex").levels == ("female", "male", "other")


def test_a_hard_range_is_in_the_unit_of_the_paper():
    term = "  - {variable: height_cm, coefficient: 1}\n"
    text = TEXT + term + "predictors:\n  height_cm: {unit: m, hard: [1.4, 2.1]}\n"
    assert sheet_of(text).variable("height_cm").hard == (140.0, 210.0)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("age_years: {kind: category}", "age_years.kind: the kind of the packaged variable is num"),
        ("age_years: {levels: [old, young]}", "age_years.levels: levels belong to a category"),
        ("sex: {hard: [0, 1]}", "sex.hard: hard belongs to a number"),
    ],
)
def test_what_cannot_hold_of_a_packaged_variable_is_refused(entry, message):
    with pytest.raises(ConfigError, match=message):
        sheet_of(f"{TEXT}predictors:\n  {entry}\n")


def test_an_own_variable_cannot_be_named_as_what_scoring_adds():
    text = TEXT.replace("variable: age_years", "variable: reason", 1)
    text = text.replace("[age_years, sex=male]", "[reason, sex=male]")
    with pytest.raises(ConfigError, match="'reason' is the name of a column that scoring adds"):
        sheet_of(text + "predictors:\n  reason: {kind: number, label: r}\n")


@pytest.mark.parametrize(
    ("stated", "levels"),
    [("", ("no", "yes")), ("\n  levels: ['no', 'yes', unsure]", ("no", "yes", "unsure"))],
)
def test_a_sheet_says_what_the_levels_of_its_outcome_are(stated, levels):
    text = TEXT.replace("kind: continuous", f"kind: binary\n  event_level: 'yes'{stated}").replace(
        "link: identity", "link: logit"
    )
    sheet = sheet_of(text)
    assert (sheet.outcome.event_level, sheet.outcome.levels) == ("yes", levels)
    assert parse_sheet(sheet.to_json()) == sheet
    # A sheet that says nothing of levels, as all did, is read and predicts the same.
    older = json.loads(sheet.to_json())
    del older["outcome"]["levels"]
    before = parse_sheet(json.dumps(older))
    assert before.outcome.levels is None
    row = {"age_years": 60, "sex": "female", "womac_function_0_100": 55}
    assert predicted(before, **row).predicted[0] == predicted(sheet, **row).predicted[0]


ORDINAL = TEXT.replace("link: identity\nintercept: 10\n", """link: probit
values: [0, 25, 60, 100]
intercepts: [1, -0.5, -2]
""").replace("coefficients: [0.5, 0.2]", "coefficients: [0.02, 0.01]")  # fmt: skip


def test_an_ordinal_model_by_hand():
    sheet = sheet_of(ORDINAL)
    assert (sheet.family, sheet.schema_version) == ("ordinal", 3)
    # (60 - 60) / 10 x 2 = 0; spline at its first knot: 0.02 x 10; a woman.
    found = predicted(sheet, age_years=60, sex="female", womac_function_0_100=10)
    reached = norm.cdf(np.array([1.0, -0.5, -2.0]) + 0.2)
    assert found.predicted[0] == pytest.approx(25 * reached[0] + 35 * reached[1] + 40 * reached[2])
    assert found.chances["floor"][0] == pytest.approx(1.0 - reached[0])
    assert parse_sheet(sheet.to_json()) == sheet
    assert not any("No intervals" in note for note in sheet.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("link: probit", "link: identity", "has link logit, probit, loglog or cloglog"),
        ("values: [0, 25, 60, 100]", "values: [0, 25, 60]", r"got 3 values and 3 intercepts"),
        ("values: [0, 25, 60, 100]", "values: [0, 60, 25, 100]", "values of the score must ascend"),
        ("intercepts: [1, -0.5, -2]", "intercepts: [-2, -0.5, 1]",
         "intercepts must descend.*MASS::polr ascend and have the other sign"),
        ("intercepts: [1, -0.5, -2]", "intercepts: [1, -0.5, -2]\nintercept: 3",
         "one for each value but the lowest"),
        ("link: probit", "residuals: {sd: 9}\nlink: probit", "leave residuals out"),
        ("kind: continuous", "kind: binary\n  event_level: x", "needs a continuous outcome"),
        ("bounds: [0, 100]", "bounds: [0, 90]", "lies outside the outcome's bounds"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_ordinal_model_is_named(old, new, message):
    assert old in ORDINAL
    with pytest.raises(ConfigError, match=message):
        sheet_of(ORDINAL.replace(old, new, 1))


def test_a_surrogate_says_so_first_and_is_not_said_to_be_written_down_from_a_paper():
    notes = sheet_of(
        TEXT.replace("{citation: Nobody 1999}", "{citation: X, surrogate: true}")
    ).notes
    assert notes[0].startswith("SURROGATE, NOT THE PUBLISHED MODEL: ")
    assert notes[1] == "Source of these predictions: X"
    assert not any("written down by hand" in note for note in notes)
