"""The nested models laid out before anything is resampled."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import fitted_studies
from hiprisk.config import load_config
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.increment import Comparison, preparation, run_compare
from hiprisk.inference.increment.comparison import resolved_comparison
from hiprisk.inference.increment.preparation import (
    _combinations,
    check_comparison,
    check_enough_rows,
    prepare_comparison,
)

FAST = Comparison(method="impute_then_bootstrap", point_measures_only=True)


def refuse_to_impute(*args):
    raise AssertionError("something was imputed")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("blocks.same=[age_years]", "block 'same' has no predictor that the base lacks"),
        ("outcome.smallest_gain_worth_having.metric=brier", "declared in 'brier'"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_is_imputed(
    stupar_config, monkeypatch, override, said
):
    monkeypatch.setattr(preparation, "impute_for_fitting", refuse_to_impute)
    with pytest.raises(ConfigError, match=said):
        run_compare(stupar_config(override), comparison=FAST)


def test_a_block_without_anything_new_is_refused(stupar_config):
    config = stupar_config("blocks.same=[age_years]")
    with pytest.raises(ConfigError, match="block 'same' has no predictor that the base lacks"):
        run_compare(config, comparison=Comparison(add=("same",)))


def test_a_gain_declared_in_a_measure_of_the_other_kind_is_refused(stupar_config):
    config = stupar_config("outcome.smallest_gain_worth_having.metric=brier")
    with pytest.raises(ConfigError, match="declared in 'brier'"):
        run_compare(config, comparison=FAST)


CASES = Path(__file__).parents[2] / "cases"


def test_more_coefficients_than_a_resample_has_people_are_refused_by_both_counts():
    config = load_config(CASES / "compare_n_below_p" / "config.yaml")
    with pytest.raises(InputError, match=r"40 people .* too few for a model of 40 .* about 25 of"):
        run_compare(config, comparison=FAST)


@pytest.mark.parametrize(("n_functions", "fits"), [(4, True), (5, False)])
def test_the_largest_model_is_held_against_the_share_that_a_resample_holds(n_functions, fits):
    # 11 rows: a resample holds about 6.95 of them; 5 coefficients and 1 more are below, 6 are not.
    models = SimpleNamespace(members=(np.arange(1), np.arange(n_functions)))
    groups = np.repeat(np.arange(6), 2)[:11]
    if fits:
        check_enough_rows(models, groups)
    else:
        with pytest.raises(InputError, match=r"11 rows of 6 people .* of 6 linearly") as refused:
            check_enough_rows(models, groups)
        assert refused.value.code == "TOO_FEW"


def test_blocks_are_added_one_by_one_and_then_together():
    assert _combinations(["a", "b", "c"]) == (
        ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def study():
    """A small study as numbers, and its config."""
    return fitted_studies.study(n=120)


def prepared(study, comparison=FAST, **changed):
    config, _, dictionary, design, data = study
    config = dataclasses.replace(config, **changed)
    chosen = resolved_comparison(config, comparison)
    return prepare_comparison(config, dictionary, data, design, chosen)


def test_the_first_model_is_the_base_and_every_other_has_it_too(study):
    procedure, imputed, added = prepared(study)
    base, *others = procedure.models.members
    assert len(others) == len(added) == 3
    assert all(set(base) < set(one) for one in others)
    assert set(others[0]) | set(others[1]) == set(others[2])
    known = int((~np.isnan(study[4].outcome)).sum())
    assert imputed.bases.shape == (2, known, len(procedure.models.center))


def test_only_the_fast_setting_shares_its_imputations(study):
    procedure, imputed, _ = prepared(study)
    assert procedure.fixed is imputed
    slow = Comparison(point_measures_only=True)
    assert prepared(study, slow)[0].fixed is None


def test_point_measures_need_neither_curves_nor_a_distribution(study):
    procedure, _, _ = prepared(study)
    assert procedure.evaluation.grid == ()
    assert not procedure.evaluation.needs_distribution
    whole, _, _ = prepared(study, Comparison(method="impute_then_bootstrap"))
    assert len(whole.evaluation.grid) >= 99
    assert whole.evaluation.needs_distribution


def test_an_event_counted_from_the_baseline_has_a_bound_for_each_person(study):
    procedure, _, _ = prepared(study)
    evaluation, data = procedure.evaluation, study[4]
    for event, bound in zip(evaluation.outcome.events, evaluation.bounds, strict=True):
        if event.reference == "fixed":
            assert (bound == event.value).all()
        else:
            names = [column.name for column in study[3].columns]
            known = ~np.isnan(data.outcome)
            baseline = data.columns[known, names.index("womac_function_0_100")]
            assert bound == pytest.approx(baseline + event.value, nan_ok=True)


def test_a_bent_predictor_with_an_error_is_refused_before_anything_is_fitted(study):
    config, _, _, design, data = study
    name = "hip_flexion_worse_deg"
    bent = dataclasses.replace(config, measurement_error={name: (5.0, 5.0)})
    check_comparison(bent, design, data.columns)
    settings = dataclasses.replace(config.families.linear, spline_knots=3, splines=(name,))
    families = dataclasses.replace(config.families, linear=settings)
    bent = dataclasses.replace(bent, families=families)
    gaps = data.columns.copy()
    gaps[::3] = np.nan
    gaps[:, 0] = np.nan
    with pytest.raises(ConfigError, match=f"{name} has a declared measurement error and a spline"):
        check_comparison(bent, design, gaps)


def test_errors_are_left_aside_where_they_are_not_asked_for(study):
    errors = {"hip_flexion_worse_deg": (5.0, 5.0)}
    with_errors = prepared(study, measurement_error=errors)[0]
    assert with_errors.error_free.scenarios[0].name == "as measured"
    # Curves of net benefit are drawn for what is used, not for what might be.
    assert with_errors.error_free.evaluation.grid == ()
    without = dataclasses.replace(FAST, measurement_error=False)
    assert prepared(study, without, measurement_error=errors)[0].error_free is None
