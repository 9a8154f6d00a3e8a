"""The model in full: coefficients, predictors, residual SD; and the candidate model types."""

import dataclasses

from hiprisk.reporting.appendix.model import candidates_section, model_section
from hiprisk.sheet.format import Tree, TreesModel
from ordinal_sheet import ordinal_sheet


def table_called(section, caption):
    return next(table for table in section.tables if table.caption == caption)


def test_every_coefficient_is_there_with_label_and_column(study):
    coefficients = study.section["model"].tables[0]
    terms = study.sheet.model.terms
    columns = [row[1].replace("'", "") for row in coefficients.rows[1:]]
    assert list(dict.fromkeys(columns)) == [f"`{term.column}`" for term in terms]
    assert len(columns) == sum(len(term.coefficients) for term in terms)
    rows = {row[1]: row for row in coefficients.rows}
    assert rows["`sex=male`"][0] == "sex: male"
    assert rows["`hip_flexion_worse_deg`"][0] == "hip flexion, worse side"
    assert {row[2] for row in coefficients.rows[1:]} <= {"linear", "restricted cubic spline"}


def test_predictors_have_label_range_and_unit_once(study):
    rows = {row[1]: row for row in table_called(study.section["model"], "Predictors").rows}
    assert rows["`womac_function_0_100`"][:3] == (
        "WOMAC function at the first visit", "`womac_function_0_100`", "0 to 100 points",
    )  # fmt: skip


def test_the_residual_sd_is_that_of_the_sheet(study):
    table = table_called(study.section["model"], "Residual SD by predicted level")
    assert table.head == ("predicted (points)", "residual SD (points)")
    assert [row[1] for row in table.rows] == [
        f"{scale:.2f}" for scale in study.sheet.distribution.scales
    ]


def test_trees_are_counted_and_their_inputs_named(study):
    tree = Tree(feature=(0, -1, -1), threshold=(60.0, 0.0, 0.0), left=(1, -1, -1),
                right=(2, -1, -1), value=(0.0, -1.0, 1.0))  # fmt: skip
    model = TreesModel(link="identity", baseline=40.0, inputs=("age_years",), trees=(tree,))
    table = model_section(study.evidence, dataclasses.replace(study.sheet, model=model)).tables[0]
    assert dict(table.rows) == {
        "baseline": "40", "trees": "1", "leaves": "2", "inputs used": "age",
        "prediction": "baseline and sum of the trees",
    }  # fmt: skip


def test_the_chosen_model_type_is_highlighted(study):
    table = candidates_section(study.evidence).tables[0]
    assert [table.rows[place][0] for place in table.strong] == [study.evidence.family]
    assert table.head[2] == "reduction against the mean-only model"


def test_an_ordinal_models_coefficients_come_before_its_intercepts(study):
    section = model_section(study.evidence, ordinal_sheet())
    coefficients, _, intercepts, variables = section.tables
    columns = [row[1].replace("'", "") for row in coefficients.rows]
    terms = [f"`{term.column}`" for term in ordinal_sheet().model.terms]
    assert list(dict.fromkeys(columns)) == terms
    assert "log odds of a score at least as high" in coefficients.caption
    assert intercepts.rows == (
        ("at least 20", "-1"), ("at least 45", "-3"),
        ("at least 70", "-5"), ("at least 100", "-7.5"),
    )  # fmt: skip
    assert not intercepts.folded
    assert variables.caption == "Predictors"
    assert section.paragraphs[-3].startswith("P(Y >= y) = F(intercept of y")
    assert "residuals" not in section.notes[0]


def test_many_intercepts_are_folded(study):
    values, intercepts = tuple(range(14)), tuple(-float(i) for i in range(13))
    sheet = ordinal_sheet(values=values, intercepts=intercepts, refits=None)
    section = model_section(study.evidence, sheet)
    assert table_called(section, "Intercepts of the values of the score").folded


def test_the_equation_and_what_is_known_of_its_uncertainty_are_said(study):
    section = study.section["model"]
    assert any(one.startswith("Prediction = intercept + sum of") for one in section.paragraphs)
    n_models = len(study.sheet.model.refits)
    assert f"the covariance of the coefficients, with {n_models} bootstrap" in section.notes[0]
