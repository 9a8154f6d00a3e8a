"""The comparison of blocks in plain words."""

from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.features.rare_levels import RareLevel
from hiprisk.inference.increment.conclusion import counts_of
from hiprisk.inference.increment.results import Gain
from hiprisk.inference.increment.sentences import (
    SITES_NOTE,
    early_notes,
    models_in_words,
    not_estimable_in_words,
    notes_in_words,
    verdict_sentence,
)
from hiprisk.metrics.estimate import Estimate


def test_sentences_say_simulated_verdict_gain_n_and_what_was_declared(result):
    simulated, back = result.sentences()[:2]
    assert simulated.startswith("SIMULATED DATA")
    assert back.startswith("low back pain ")
    assert f"{result.n_analysed} people, 2 coefficients" in back
    assert "95 % CI" in back
    assert "minimum important gain 0.01" in back


def gain(value, unit="", **known):
    defaults = {"name": "r2", "label": "R²", "reduction": False}
    return Gain(
        **{**defaults, **known}, unit=unit, base=0.2, model=0.25, apparent=value, optimism=0.0,
        estimate=Estimate(name="r2", value=value, low=value - 0.01, high=value + 0.01),
    )  # fmt: skip


def said(blocks=("back",), found="adds", one=None, **known):
    settings = {"counted": "300 people", "smallest": 0.01, "n_coefficients": 2, **known}
    return verdict_sentence(blocks, found, one or gain(0.05), **settings)


def test_hips_are_not_called_people():
    data = SimpleNamespace(outcome=np.array([1.0, 2.0, 3.0, np.nan]), groups=np.array([0, 0, 1, 2]))
    assert counts_of(SimpleNamespace(data=data)) == (2, 3)
    assert "160 rows of 80 people" in said(counted="160 rows of 80 people")


def test_one_block_has_its_verdict_gain_people_and_minimum():
    assert said() == (
        "back adds: gain in R² +0.050 (95 % CI +0.040 to +0.060), optimism-corrected; 300 people, "
        "2 coefficients; minimum important gain 0.01."
    )


def test_an_end_near_the_minimum_asks_for_more_resamples():
    assert said(near_minimum=200).startswith(said())
    assert "At 200 resamples an end of the interval is within its Monte-Carlo error" in (
        said(near_minimum=200)
    )


@pytest.mark.parametrize(("found", "words"), [
    ("adds", "together add:"),
    ("adds less than the minimum important gain",
     "together add less than the minimum important gain:"),
    ("inconclusive at this sample size", "together are inconclusive at this sample size:"),
])  # fmt: skip
def test_several_blocks_speak_together(found, words):
    assert words in said(("back", "hip_motion"), found)


def test_an_open_verdict_of_one_block_is_said_as_one():
    assert " is inconclusive at this sample size: " in said(
        found="inconclusive at this sample size"
    )


def test_less_of_an_error_is_a_reduction_in_its_unit():
    one = gain(1.25, unit="points 0-100", name="rmse", label="RMSE", reduction=True)
    found = said(one=one, smallest=1.0, n_coefficients=1)
    assert "reduction in RMSE +1.250 points" in found
    assert "1 coefficient; minimum important gain 1." in found


@pytest.mark.parametrize(("scenario", "opening"), [
    ("error-free", "What if the predictors with a declared error were measured without it: back"),
    ("error-free, largest declared error",
     "What if the predictors with a declared error were measured without it (largest declared "
     "error): back"),
])  # fmt: skip
def test_a_what_if_cannot_be_taken_for_the_gain_in_use(scenario, opening):
    assert said(scenario=scenario).startswith(opening)


def models(link="identity", *parts, combinations=()):
    plan = [SimpleNamespace(column=name, knots=knots) for name, knots in parts]
    return SimpleNamespace(link=link, plan=plan, combinations=combinations)


def test_what_was_fitted_names_the_splines():
    straight = models("logit", ("age_years", ()))
    assert models_in_words(straight, {}) == "unpenalised logistic regressions, linear terms only"
    bent = models("identity", ("age_years", (40.0, 60.0, 80.0)), ("sex=male", ()))
    assert models_in_words(bent, {"age_years": "age"}) == (
        "unpenalised linear regressions, restricted cubic splines with 3 knots for age"
    )


def notes(method="bootstrap_then_impute", n_imputations=5, thresholds=(0.2,), error_free=None,
          combinations=(), ordinal=None, sites="none"):  # fmt: skip
    config = SimpleNamespace(
        outcome=SimpleNamespace(thresholds=thresholds),
        families=SimpleNamespace(ordinal=ordinal),
        sites=sites,
    )
    procedure = SimpleNamespace(models=models(combinations=combinations), error_free=error_free)
    return notes_in_words(config, procedure, method, n_imputations, {})


def test_notes_say_how_values_were_imputed():
    assert notes()[1] == "Missing values were imputed again in each resample."
    assert "were imputed 5 times before the bootstrap" in notes("impute_then_bootstrap")[1]
    assert len(notes(n_imputations=1)) == 1


def test_notes_say_that_an_ordinal_model_is_not_what_is_compared():
    assert notes(ordinal=object())[1].startswith("CRPS and net benefit are those of linear regres")


@pytest.mark.parametrize("sites", ["random", "named"])
def test_notes_say_that_the_models_compared_have_no_intercepts_of_sites(sites):
    assert notes(sites=sites)[1] == SITES_NOTE
    assert SITES_NOTE not in notes()


def test_notes_say_what_is_absent_and_why():
    assert notes(thresholds=())[-1] == "No thresholds are declared, so no net benefit is given."
    assert len(notes(error_free=object())) == len(notes()) + 3


def test_what_is_known_before_the_bootstrap_is_said_by_name():
    models = SimpleNamespace(
        combinations=("hoos_adl_0_100",),
        members=(np.arange(2), np.arange(2), np.arange(3)),
    )
    rare = RareLevel(variable="education", label="Education", level="high", n_people=2, n_events=1)
    redundant, block, level = early_notes(
        models, ["adl", "adl + back"], [rare], {"hoos_adl_0_100": "HOOS ADL"}
    )
    assert redundant.endswith("as items determine their total: HOOS ADL.")
    assert block.endswith("because the base model's predictors determine it: adl.")
    assert "Education: high (2 people, 1 event)" in level
    (hidden,) = early_notes(
        SimpleNamespace(combinations=(), members=((),)), [], [rare], {}, smallest_cell=10
    )
    assert "Education: high (fewer than 10 people)" in hidden


def test_nothing_rare_and_nothing_redundant_is_no_note():
    models = SimpleNamespace(combinations=(), members=(np.arange(2), np.arange(3)))
    assert early_notes(models, ["back"], [], {}) == ()


def test_resamples_that_cannot_estimate_a_coefficient_are_counted():
    assert not_estimable_in_words([("education=high", 8)], 50, {"education": "Education"}) == (
        "Education: high: constant, or determined by other predictors, in 8 of 50 resamples; "
        "its coefficient is 0 there.",
    )
