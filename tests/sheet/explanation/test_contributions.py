"""What moved a prediction: parts that add up, for linear models and for trees."""

import dataclasses
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.contributions import contributions, predictor_groups
from hiprisk.sheet.explanation.reference_patient import level_chances, typical_patient
from hiprisk.sheet.explanation.shapley import add_tree_shares
from hiprisk.sheet.format import Derived, LinearModel, Term, TrainingSummary, Tree
from ordinal_sheet import ordinal_sheet
from rms_sheet import effects, of_model, sheet_of_effects
from small_bundle import small_sheet
from tree_sheet import tree_sheet

SHAP = json.loads((Path(__file__).parents[2] / "oracles" / "shap_trees.json").read_text())


def parts_of(sheet, **patient):
    evaluator = SheetEvaluator(sheet)
    columns = {}
    for spec in sheet.variables:
        value = patient.get(spec.name)
        if spec.kind == "number":
            columns[spec.name] = np.array([np.nan if value is None else value])
        else:
            columns[spec.name] = np.array([value, None], dtype=object)[:1]
    completed = evaluator.completed(evaluator.numeric_columns(columns, 1))
    typical = read_rows(sheet.variables, [typical_patient(sheet)]).columns
    reference = evaluator.completed(evaluator.numeric_columns(typical, 1))
    return contributions(evaluator, completed, reference)


def by_variable(found):
    return {group.variables: v for group, v in zip(found.groups, found.values, strict=True)}


def test_the_typical_patient_has_medians_and_commonest_levels():
    assert typical_patient(small_sheet()) == {
        "age_years": 65.0,
        "sex": "female",
        "lbp_any": "yes",
        "womac_function_0_100": 38.0,
    }


def test_without_a_training_summary_the_missing_value_model_tells_the_typical_patient():
    sheet = small_sheet()
    bare = tuple(dataclasses.replace(spec, training=None) for spec in sheet.variables)
    assert typical_patient(dataclasses.replace(sheet, variables=bare)) == {
        "age_years": 65.0,
        "sex": "female",
        "lbp_any": "yes",
        "womac_function_0_100": 40.0,
    }


def test_level_chances_stay_in_bounds_and_share_the_rest():
    spec = dataclasses.replace(small_sheet().variable("sex"), levels=("a", "b", "c"))
    assert level_chances(spec, {"b": -0.2, "c": 0.4}) == pytest.approx((0.6, 0.0, 0.4))
    assert level_chances(spec, {"b": 0.9, "c": 0.6}) == pytest.approx((0.0, 0.6, 0.4))


def test_linear_parts_equal_hand_count():
    # Against age 65, woman, back pain, function 38: coefficients 0.1, 2 (woman), 5, 0.6.
    found = parts_of(
        small_sheet(), age_years=75.0, sex="male", lbp_any="no", womac_function_0_100=50.0
    )
    assert by_variable(found) == pytest.approx(
        {
            ("age_years",): 1.0,
            ("sex",): -2.0,
            ("lbp_any",): -5.0,
            ("womac_function_0_100",): 7.2,
        }
    )
    assert found.reference == pytest.approx(10 + 6.5 + 2 + 5 + 22.8)
    assert found.total == pytest.approx(10 + 7.5 + 30)


def test_two_sides_that_the_model_sees_together_are_one_group():
    sheet = small_sheet()
    both = Derived(
        name="worse", op="minimum", of=("age_years", "womac_function_0_100"), label="the worse"
    )
    model = dataclasses.replace(
        sheet.model, terms=(Term(column="worse", basis="linear", coefficients=(2.0,)),), refits=None
    )
    groups = predictor_groups(dataclasses.replace(sheet, derived=(both,), model=model))
    assert [(g.variables, g.label) for g in groups] == [
        (("age_years", "womac_function_0_100"), "the worse")
    ]


def test_a_derived_column_that_is_not_read_joins_nothing():
    sheet = small_sheet()
    unread = Derived(name="unread", op="product", of=("age_years", "lbp_any=yes"))
    changed = dataclasses.replace(sheet, derived=(*sheet.derived, unread))
    assert all(len(group.variables) == 1 for group in predictor_groups(changed))


def test_a_model_without_terms_has_no_parts():
    model = LinearModel(link="identity", intercept=33.0, terms=())
    found = parts_of(dataclasses.replace(small_sheet(), model=model), age_years=70.0)
    assert (found.groups, found.values, found.reference, found.total) == ((), (), 33.0, 33.0)


def test_a_column_of_constants_alone_belongs_to_no_group_and_moves_nothing():
    sheet = small_sheet()
    constant = Derived(name="two", op="difference", of=(3.0, 1.0))
    terms = (*sheet.model.terms, Term(column="two", basis="linear", coefficients=(4.0,)))
    model = dataclasses.replace(sheet.model, terms=terms, refits=None)
    found = parts_of(
        dataclasses.replace(sheet, derived=(*sheet.derived, constant), model=model), age_years=70.0
    )
    assert sum(found.values) == pytest.approx(found.total - found.reference, abs=1e-12)


def brute_force(value_of, n_groups):
    """Shapley values from every order of arrival."""
    shares = np.zeros(n_groups)
    for order in itertools.permutations(range(n_groups)):
        members = set()
        for group in order:
            before = value_of(frozenset(members))
            members.add(group)
            shares[group] += value_of(frozenset(members)) - before
    return shares / math.factorial(n_groups)


def walk(tree, inputs):
    node = 0
    while tree.feature[node] >= 0:
        left = inputs[tree.feature[node]] <= tree.threshold[node]
        node = tree.left[node] if left else tree.right[node]
    return tree.value[node]


@st.composite
def trees(draw, *, n_inputs=4):
    """A random tree of up to 15 nodes; children stand after their parents."""
    feature, threshold, left, right, value = [], [], [], [], []

    def grow(depth):
        node = len(feature)
        splits = depth < 3 and draw(st.booleans() if depth else st.just(True))
        feature.append(draw(st.integers(0, n_inputs - 1)) if splits else -1)
        threshold.append(float(draw(st.integers(-3, 3))))
        value.append(0.0 if splits else float(draw(st.integers(-9, 9))))
        left.append(0)
        right.append(0)
        if splits:
            left[node] = grow(depth + 1)
            right[node] = grow(depth + 1)
        return node

    grow(0)
    return Tree(feature=tuple(feature), threshold=tuple(threshold), left=tuple(left),
                right=tuple(right), value=tuple(value))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    tree=trees(),
    patient=st.tuples(*[st.integers(-4, 4)] * 4),
    reference=st.tuples(*[st.integers(-4, 4)] * 4),
    group_of=st.sampled_from([(0, 1, 2, 3), (0, 0, 1, 2), (0, 1, 0, 1), (2, 1, 0, 0)]),
)
def test_tree_shares_equal_every_order_of_arrival(tree, patient, reference, group_of):
    n_groups = max(group_of) + 1

    def value_of(members):
        mixed = [
            patient[i] if group in members else reference[i] for i, group in enumerate(group_of)
        ]
        return walk(tree, mixed)

    shares = [0.0] * n_groups
    add_tree_shares(tree, patient, reference, group_of=group_of, shares=shares)
    assert shares == pytest.approx(brute_force(value_of, n_groups), abs=1e-9)


@pytest.mark.parametrize("row", range(len(SHAP["patients"])))
def test_tree_shares_equal_those_of_shap(row):
    shares = [0.0] * len(SHAP["reference"])
    for tree in SHAP["trees"]:
        plain = Tree(**{key: tuple(values) for key, values in tree.items()})
        add_tree_shares(
            plain, SHAP["patients"][row], SHAP["reference"], group_of=range(6), shares=shares
        )
    # shap reads leaves as 32-bit floats: its own values miss their sum by 4e-7.
    assert shares == pytest.approx(SHAP["shap_values"][row], abs=2e-6)


@pytest.mark.parametrize("sheet", [small_sheet(), small_sheet(kind="binary"), tree_sheet()])
@pytest.mark.parametrize("known", [("womac_function_0_100",), ("age_years", "lbp_any"), ()])
def test_parts_add_up_to_the_whole_difference_with_missing_values(sheet, known):
    whole = {"age_years": 51.0, "sex": "male", "lbp_any": "yes", "womac_function_0_100": 80.0}
    found = parts_of(sheet, **{name: whole[name] for name in known})
    assert found.reference + sum(found.values) == pytest.approx(found.total, abs=1e-9)


def test_the_typical_patient_is_not_moved_at_all():
    found = parts_of(tree_sheet(), **typical_patient(tree_sheet()))
    assert set(found.values) == {0.0}


def test_training_summary_of_a_category_without_shares_is_not_trusted():
    sheet = small_sheet()
    odd = dataclasses.replace(sheet.variable("sex"), training=TrainingSummary(level_shares=(1.0,)))
    specs = tuple(odd if spec.name == "sex" else spec for spec in sheet.variables)
    assert typical_patient(dataclasses.replace(sheet, variables=specs))["sex"] == "female"


@pytest.mark.parametrize("link", ["logit", "probit", "loglog", "cloglog"])
def test_an_ordinal_models_parts_add_up_to_the_difference_of_the_means(link):
    patient = {"age_years": 50.0, "lbp_any": "no", "womac_function_0_100": 80.0}
    sheet = ordinal_sheet(link=link)
    found = parts_of(sheet, **patient)
    assert found.reference + sum(found.values) == pytest.approx(found.total, rel=1e-12)
    given = read_rows(sheet.variables, [patient]).columns
    predicted = float(SheetEvaluator(sheet).predict(given).predicted[0])
    assert found.total == pytest.approx(predicted, rel=1e-14)


def test_in_an_ordinal_model_one_variable_alone_has_the_whole_difference():
    sheet = ordinal_sheet()
    found = parts_of(sheet, **{**typical_patient(sheet), "womac_function_0_100": 90.0})
    values = by_variable(found)
    difference = found.total - found.reference
    assert values[("womac_function_0_100",)] == pytest.approx(difference, rel=1e-12)
    assert values[("age_years",)] == 0.0


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_contributions_of_a_regression_are_differences_of_rs_terms(kind):
    r, evaluator = of_model(kind), SheetEvaluator(sheet_of_effects(kind))
    patient, typical = (
        evaluator.completed(evaluator.numeric_columns(
            {name: np.array([value], dtype=object if name == "site" else float)
             for name, value in person.items()}, 1))
        for person in (r["patient"], effects()["typical"])
    )  # fmt: skip
    found = contributions(evaluator, patient, typical)
    values = {
        group.variables[0]: value for group, value in zip(found.groups, found.values, strict=True)
    }
    assert values == pytest.approx(r["contributions"], rel=1e-7)
    assert (found.reference, found.total) == pytest.approx((r["reference"], r["total"]), rel=1e-7)
