"""A published model as it is written down, before it becomes a sheet."""

import dataclasses
import re
from pathlib import Path

import pytest

from hiprisk.config.published import (
    declared_outcome,
    load_published,
    located,
    plain,
    plain_outcome,
    published_from_text,
)
from hiprisk.errors import ConfigError
from study_text import small_study

FOLDER = Path(__file__).parents[2] / "configs" / "published"
INVENTED = FOLDER / "invented_womac.yaml"
TEXT = INVENTED.read_text()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_published_model_of_the_project_is_read(path):
    assert load_published(path).terms


def test_what_is_read_comes_back_from_its_plain_values():
    model = load_published(INVENTED)
    assert plain(model)["source"]["invented"] is True
    assert declared_outcome(plain(model), file="x") == model.outcome


def test_an_outcome_of_a_study_is_an_outcome_to_declare():
    outcome = small_study().outcome
    declared = declared_outcome({"outcome": plain_outcome(outcome)}, file="config.json")
    assert dataclasses.asdict(declared) == dataclasses.asdict(outcome)


def test_a_bundle_without_an_outcome_is_refused():
    with pytest.raises(ConfigError, match=r"config\.json: the bundle's config does not say what"):
        declared_outcome({"name": "x"}, file="config.json")


def test_residual_quantiles_ascend_by_probability():
    text = TEXT.replace("{sd: 15}", "{sd: 15, quantiles: {0.9: 20, 0.1: -18}}")
    residuals = published_from_text(text).residuals
    assert residuals.points() == [(0.1, -18.0), (0.9, 20.0)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("link: identity", "link: logit", "link logit goes with a binary outcome"),
        ("sd: 9", "sd: 9, shares: {a: 0.4}", "the shares of the levels must add up to 1"),
        ("mean: 65, sd: 9", "mean: 65", "give mean and sd together"),
        ("range: [45, 85]", "range: [85, 45]", "a range must ascend"),
        ("{variable: sex, level: female, coefficient: 1}", "{coefficient: 1}",
         "a term has either a variable or a product"),
        ("{variable: sex, level: female, coefficient: 1}",
         "{product: [age_years], coefficient: 1}", "a product has two factors"),
        ("level: female, coefficient: 1", "level: female", "a term without knots has one coeff"),
        ("level: female, coefficient: 1", "level: female, coefficient: 1, scale: 2",
         "center and scale belong to a number"),
        ("knots: [10, 40, 70]", "level: x, knots: [10, 40, 70]", "knots belong to a number"),
        ("knots: [10, 40, 70]", "knots: [10, 40]", "a spline has at least three knots, ascending"),
        ("knots: [10, 40, 70]", "knots: [10, 40, 60, 70]",
         "a spline has coefficients, one fewer than knots"),
        ("{sd: 15}", "{sd: 15, quantiles: {1.5: 20, 0.1: -18}}",
         "quantiles have probabilities inside (0, 1)"),
        ("{sd: 15}", "{sd: 15, quantiles: {0.1: 20, 0.9: -18}}",
         "quantiles are at least two, ascending"),
        ("{sd: 15}", "{sd: 15, quantiles: {half: 20, 0.9: -18}}",
         "quantiles have probabilities inside (0, 1)"),
        ("residuals: {sd: 15}", "", "predicted probabilities of events need residuals"),
        ("variable: age_years,", "variable: womac_function_followup_0_100,",
         "the outcome cannot be a predictor"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused(old, new, message):
    assert old in TEXT
    with pytest.raises(ConfigError, match=re.escape(message)):
        published_from_text(TEXT.replace(old, new, 1), name="paper.yaml")


def test_a_binary_model_has_no_events_and_no_residuals():
    binary = TEXT.replace("kind: continuous", "kind: binary\n  event_level: yes")
    binary = binary.replace("link: identity", "link: logit")
    with pytest.raises(ConfigError, match="events belong to a continuous outcome"):
        published_from_text(binary)
    without = re.sub(r"  events:\n.*\n", "", binary)
    with pytest.raises(ConfigError, match="residuals belong to a continuous outcome"):
        published_from_text(without)


def test_a_refusal_of_the_sheet_is_given_the_line_of_its_term():
    problem = ConfigError("'x' is not a known level", column="terms (sex)", code="CONFIG")
    line = TEXT.splitlines().index("  - {variable: sex, level: female, coefficient: 1}") + 1
    found = located(problem, INVENTED)
    assert str(found) == f"invented_womac.yaml: terms (sex) (line {line}): {problem.reason}"
