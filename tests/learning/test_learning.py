"""Families, tuning, folds, residuals and export."""

import dataclasses
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import Range, load_config
from hiprisk.errors import ConfigError, InputError, StoreError
from hiprisk.features.design import plan_design
from hiprisk.features.knots import default_knots
from hiprisk.learning.candidates import (
    development_data,
    imputed_folds,
    out_of_fold_predictions,
    unfitted_estimator,
)
from hiprisk.learning.folds import grouped_folds, loss
from hiprisk.learning.linear import fit_linear, plan_terms
from hiprisk.learning.model_types import MODEL_TYPES, FitTask, model_type_named
from hiprisk.learning.participants import select_participants
from hiprisk.learning.pipeline import imputed_inputs
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.export import check_agreement, write_sheet
from hiprisk.learning.sheets.skops_file import dump_estimator, load_estimator
from hiprisk.learning.tuning import search
from hiprisk.seeding import rng_for
from hiprisk.sheet.distribution import PredictiveDistribution

CONFIGS = Path(__file__).parents[2] / "configs"
SETTINGS = {
    "mean": {},
    "linear": {"penalty": 0.05, "l1_share": 0.5, "spline_knots": 3.0},
    "logistic": {"penalty": 0.05, "l1_share": 0.0, "spline_knots": 3.0},
    "boosting": {"learning_rate": 0.1, "n_trees": 20.0, "max_leaves": 4.0, "min_leaf": 15.0,
                 "l2": 1.0, "feature_share": 0.5},
}  # fmt: skip


def study(kind="continuous", n=300):
    name = "stupar.yaml" if kind == "continuous" else "stupar_worsening.yaml"
    config = load_config(CONFIGS / name, overrides=["imputation.imputations=2"])
    people = select_participants(simulate_cohort("stupar", n=n, seed=8).frame, config).development
    dictionary = load_dictionary()
    design = plan_design(config.predictors, dictionary, people.frame)
    return config, people, dictionary, design, development_data(people, design, config, dictionary)


@pytest.fixture(scope="module")
def continuous():
    return study()


@pytest.fixture(scope="module")
def binary():
    return study("binary")


def fitted(parts, family):
    config, _, dictionary, design, data = parts
    if family not in config.families.named():
        other = dataclasses.replace(config.families, **{family: {}})
        config = dataclasses.replace(config, families=other)
    estimator = unfitted_estimator(config, design, dictionary, family=family, in_resamples=False)
    estimator.params = SETTINGS[family]
    return estimator.fit_numeric(data.columns, data.outcome, auxiliary=data.auxiliary,
                                 start=data.start)  # fmt: skip


def spread_of(parts, estimator):
    data = parts[4]
    folds = imputed_folds(estimator, data, n_folds=5, workers=1)
    out_of_fold = out_of_fold_predictions(estimator, dict(estimator.params), folds)
    observed = data.outcome[out_of_fold.rows]
    return (
        observed,
        out_of_fold,
        residual_distribution(observed, out_of_fold.predicted, out_of_fold.imputation_variance),
    )


@pytest.mark.parametrize("family", ["mean", "linear", "boosting"])
def test_sheet_and_estimator_agree_on_every_row(continuous, family):
    config, people, dictionary, _, data = continuous
    estimator = fitted(continuous, family)
    _, _, distribution = spread_of(continuous, estimator)
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=distribution, residual_sd=15.0, refits=None,
    )  # fmt: skip
    assert np.isnan(data.columns).any()
    assert check_agreement(sheet, estimator, people.frame) < 1e-9
    assert sum(v.weight for v in sheet.variables) == pytest.approx(0 if family == "mean" else 1)


@pytest.mark.parametrize("family", ["mean", "logistic", "boosting"])
def test_sheet_and_estimator_agree_on_every_risk(binary, family):
    config, people, dictionary, _, _ = binary
    estimator = fitted(binary, family)
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=None, residual_sd=None, refits=None,
    )  # fmt: skip
    assert check_agreement(sheet, estimator, people.frame) < 1e-9


def test_a_sheet_that_disagrees_is_refused(continuous):
    config, people, dictionary, _, _ = continuous
    estimator = fitted(continuous, "linear")
    _, _, distribution = spread_of(continuous, estimator)
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=distribution, residual_sd=15.0, refits=None,
    )  # fmt: skip
    model = dataclasses.replace(sheet.model, intercept=sheet.model.intercept + 1e-6)
    with pytest.raises(InputError, match="sheet and estimator differ by"):
        check_agreement(dataclasses.replace(sheet, model=model), estimator, people.frame)


@pytest.mark.parametrize("family", ["mean", "linear", "boosting"])
def test_an_estimator_comes_back_from_its_archive(continuous, family, tmp_path):
    estimator = fitted(continuous, family)
    path = tmp_path / "estimator.skops"
    path.write_bytes(dump_estimator(estimator))
    again = load_estimator(path)
    frame = continuous[1].frame
    assert (again.predict(frame) == estimator.predict(frame)).all()


def test_a_logistic_estimator_comes_back_from_its_archive(binary, tmp_path):
    path = tmp_path / "estimator.skops"
    for family in ("logistic", "boosting"):
        estimator = fitted(binary, family)
        path.write_bytes(dump_estimator(estimator))
        frame = binary[1].frame
        assert (load_estimator(path).predict(frame) == estimator.predict(frame)).all()


def test_an_unpenalised_fit_equals_least_squares():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 3)) * [1, 5, 0.1], rng.normal(size=80)
    plan = plan_terms(["a", "b", "c"], [x], splines=(), n_knots=0)
    fit = fit_linear([x], y, plan=plan, params={"penalty": 0.0, "l1_share": 0.0}, link="identity")
    beta, *_ = np.linalg.lstsq(np.column_stack([np.ones(80), x]), y, rcond=None)
    assert fit.coefficients == pytest.approx(beta, rel=1e-9)
    assert fit.covariance is not None


def test_a_vanishing_penalty_approaches_least_squares():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 2)), rng.normal(size=80)
    plan = plan_terms(["a", "b"], [x], splines=(), n_knots=0)
    beta, *_ = np.linalg.lstsq(np.column_stack([np.ones(80), x]), y, rcond=None)
    for l1_share in (0.0, 0.5):
        params = {"penalty": 1e-9, "l1_share": l1_share}
        fit = fit_linear([x], y, plan=plan, params=params, link="identity")
        assert fit.coefficients == pytest.approx(beta, abs=1e-6)


def test_a_ridge_equals_its_closed_form():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    plan = plan_terms(["a", "b"], [x], splines=(), n_knots=0)
    params = {"penalty": 0.3, "l1_share": 0.0}
    fit = fit_linear([x], y, plan=plan, params=params, link="identity")
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    expected = np.linalg.solve(z.T @ z + 0.3 * 60 * np.eye(2), z.T @ (y - y.mean()))
    assert fit.coefficients[1:] == pytest.approx(expected / x.std(axis=0), rel=1e-9)


def test_penalised_imputations_are_averaged():
    rng = np.random.default_rng(1)
    x = [rng.normal(size=(60, 2)) for _ in range(3)]
    y = rng.normal(size=60)
    plan = plan_terms(["a", "b"], x, splines=(), n_knots=0)
    params = {"penalty": 0.1, "l1_share": 0.0}
    pooled = fit_linear(x, y, plan=plan, params=params, link="identity")
    together = np.concatenate(x)
    center, spread = together.mean(axis=0), together.std(axis=0)
    slopes = []
    for part in x:
        z = (part - center) / spread
        z0 = z - z.mean(axis=0)
        slopes.append(np.linalg.solve(z0.T @ z0 + 6 * np.eye(2), z0.T @ (y - y.mean())) / spread)
    assert pooled.coefficients[1:] == pytest.approx(np.mean(slopes, axis=0), rel=1e-9)


def test_a_column_that_never_varies_gets_no_coefficient():
    x = np.column_stack([np.random.default_rng(0).normal(size=40), np.full(40, 7.0)])
    plan = plan_terms(["a", "b"], [x], splines=(), n_knots=0)
    params = {"penalty": 0.1, "l1_share": 0.0}
    fit = fit_linear([x], x[:, 0] * 2.0, plan=plan, params=params, link="identity")
    assert fit.coefficients[2] == 0.0


def test_monotone_boosting_never_falls():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 100, size=(400, 1))
    y = x[:, 0] * 0.2 + rng.normal(size=400) * 15
    task = FitTask(names=("a",), link="identity", monotone=(1,), use_monotone=True)
    fit = MODEL_TYPES["boosting"].fit([x], y, SETTINGS["boosting"] | {"feature_share": 1.0}, task)
    grid = fit.linear_predictor(np.linspace(0, 100, 200)[:, None])
    assert (np.diff(grid) >= 0).all()


def test_an_unknown_family_is_refused():
    with pytest.raises(ConfigError, match="'net' is not a model type"):
        model_type_named("net")


def test_knots_lie_at_harrells_quantiles_and_ties_become_fewer():
    values = np.arange(1.0, 101.0)
    assert default_knots(values, 3) == tuple(np.quantile(values, [0.1, 0.5, 0.9]))
    assert default_knots(np.r_[np.zeros(95), np.arange(5.0)], 4) == ()
    with pytest.raises(ConfigError, match="3 to 7 knots"):
        default_knots(values, 8)


@given(st.lists(st.integers(0, 12), min_size=30, max_size=60))
def test_no_fold_splits_a_person(groups):
    groups = np.array(groups)
    if len(np.unique(groups)) < 3:
        return
    folds = grouped_folds(groups, n_folds=3, rng=rng_for(1, "folds"))
    assert sorted(np.concatenate(folds)) == list(range(len(groups)))
    sets = [set(groups[rows]) for rows in folds]
    assert sum(map(len, sets)) == len(set.union(*sets))


def test_too_few_people_for_the_folds_are_refused():
    with pytest.raises(InputError, match=r"2 group\(s\) cannot be divided into 3 folds"):
        grouped_folds(np.array([0, 0, 1, 1]), n_folds=3, rng=rng_for(1, "folds"))


def test_no_training_value_of_those_left_out_is_seen(continuous):
    # The outcome of those left out must change nothing in their own predictions.
    config, _, dictionary, design, data = continuous
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    folds = imputed_folds(blank, data, n_folds=5, workers=1)
    changed = data.outcome.copy()
    changed[folds[0].rows] = 100.0 - changed[folds[0].rows]
    other = imputed_folds(blank, dataclasses.replace(data, outcome=changed), n_folds=5, workers=1)
    assert (folds[0].test.whole == other[0].test.whole).all()
    drawn = zip(folds[0].test.drawn, other[0].test.drawn, strict=True)
    assert all((a == b).all() for a, b in drawn)
    assert all((a == b).all() for a, b in zip(folds[0].training, other[0].training, strict=True))
    assert not (folds[1].training[0] == other[1].training[0]).all()


def test_people_of_whom_all_is_known_are_predicted_once_and_in_their_place(continuous):
    config, _, dictionary, design, data = continuous
    estimator = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    estimator.params = SETTINGS["linear"]
    estimator.fit_numeric(data.columns, data.outcome, auxiliary=data.auxiliary)
    inputs = imputed_inputs(estimator, data.columns)
    lacking = np.isnan(data.columns).any(axis=1)
    assert (inputs.incomplete == lacking).all()
    assert 0 < len(inputs.whole) < len(data.columns)
    drawn = estimator.linear_predictors(data.columns)
    assert (drawn[:, ~lacking] == drawn[0, ~lacking]).all()
    alone = estimator.linear_predictors(data.columns[lacking])
    assert (drawn[:, lacking] == alone).all()
    known = estimator.linear_predictors(data.columns[~lacking])
    assert known.shape == (1, int((~lacking).sum()))
    assert (known[0] == drawn[0, ~lacking]).all()


def test_losses_equal_hand_counts():
    assert loss([1.0, 2.0], np.array([2.0, 2.0]), kind="continuous") == 0.5
    assert loss([1.0, 0.0], np.array([0.8, 0.5]), kind="binary") == pytest.approx(
        -(np.log(0.8) + np.log(0.5)) / 2
    )


def parabola(params):
    return (np.log10(params["a"]) + 2.0) ** 2 + params["b"]


SPACE = {"a": Range(low=1e-4, high=1.0, log=True), "b": (0.0, 1.0)}


def searched(**settings):
    return search(
        parabola, space=SPACE, fixed={"c": 7.0}, whole=(), n_trials=15, seed=3, name="t", **settings
    )


def test_a_search_finds_the_smallest_loss():
    tuned = searched()
    assert tuned.loss == min(trial.loss for trial in tuned.trials)
    assert tuned.params["c"] == 7.0
    assert tuned.loss < 0.2


def test_a_search_is_the_same_in_memory_and_on_disk(tmp_path):
    assert searched().trials == searched(storage=tmp_path / "s.db", fingerprint="x").trials


def test_a_search_without_a_space_is_one_trial():
    tuned = search(lambda p: p["c"], space={}, fixed={"c": 7.0}, whole=(), n_trials=9, seed=1,
                   name="t")  # fmt: skip
    assert (tuned.loss, len(tuned.trials)) == (7.0, 1)


def test_a_search_killed_at_any_moment_goes_on_to_the_same_result(tmp_path):
    whole = searched().trials
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal, sys
            sys.path.insert(0, sys.argv[3])
            import numpy as np
            from pathlib import Path
            from hiprisk.config import Range
            from hiprisk.learning.tuning import search
            calls = []
            def objective(params):
                calls.append(params)
                if len(calls) == int(sys.argv[2]):
                    os.kill(os.getpid(), signal.SIGKILL)
                return (np.log10(params["a"]) + 2.0) ** 2 + params["b"]
            search(objective, space={"a": Range(low=1e-4, high=1.0, log=True), "b": (0.0, 1.0)},
                   fixed={"c": 7.0}, whole=(), n_trials=15, seed=3, name="t",
                   storage=Path(sys.argv[1]), fingerprint="x")
            """
        )
    )
    storage = tmp_path / "s.db"
    for after in (4, 9):
        done = subprocess.run(
            [sys.executable, str(script), str(storage), str(after), "."], check=False
        )
        assert done.returncode == -9
    assert searched(storage=storage, fingerprint="x").trials == whole


def test_a_search_of_another_study_is_not_resumed(tmp_path):
    searched(storage=tmp_path / "s.db", fingerprint="x")
    with pytest.raises(ConfigError, match="another config, cohort or version") as caught:
        searched(storage=tmp_path / "s.db", fingerprint="y")
    assert caught.value.code == "RESUME_MISMATCH"


def test_a_broken_store_is_an_io_error(tmp_path):
    (tmp_path / "s.db").write_bytes(b"SQLite format 3\x00" + b"x" * 500)
    with pytest.raises(StoreError, match="cannot be opened"):
        searched(storage=tmp_path / "s.db", fingerprint="x")


def test_intervals_from_residuals_cover_what_they_say():
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 100, 4000)
    observed = predicted + rng.normal(size=4000) * (5 + predicted / 10)
    made = residual_distribution(observed[:2000], predicted[:2000], np.zeros(2000))
    scale = np.interp(predicted[2000:], made.levels, made.scales)
    for level, low, high in ((0.8, 0.1, 0.9), (0.95, 0.025, 0.975)):
        q = np.interp([low, high], made.probabilities, made.quantiles)
        held = observed[2000:] - predicted[2000:]
        covered = np.mean((held >= scale * q[0]) & (held <= scale * q[1]))
        assert covered == pytest.approx(level, abs=0.025)
    # The scatter that grows with the level is seen.
    assert made.scales[-1] > 1.8 * made.scales[0]


def test_ties_among_residuals_keep_the_quantiles_ascending():
    observed = np.r_[np.zeros(50), np.ones(50)]
    made = residual_distribution(observed, np.full(100, 0.5), np.zeros(100))
    assert list(made.quantiles) == sorted(set(made.quantiles))
    assert len(made.levels) == 1


def test_a_design_lists_columns_levels_and_derived_features():
    frame = pd.DataFrame(
        {
            "age_years": [60.0, 70.0, 80.0],
            "education": ["low", "high", "low"],
            "hip_flexion_right_deg": [100.0, 90.0, np.nan],
            "hip_flexion_left_deg": [95.0, 99.0, 80.0],
        }
    )
    design = plan_design(
        ["age_years", "education", "hip_flexion_asymmetry_deg"], load_dictionary(), frame
    )
    # Nobody has a medium education, so it has no column.
    assert design.inputs == ("age_years", "education=high", "hip_flexion_asymmetry_deg")
    numbers = design.numeric(frame)
    assert np.isnan(numbers[2, 2])
    assert design.model_inputs(numbers[:2])[:, 2].tolist() == [5.0, 9.0]


@pytest.mark.parametrize(
    ("predictors", "kind", "message"),
    [
        (["nothing"], ConfigError, "neither a variable of the dictionary nor a derived"),
        (["bmi_kg_m2"], InputError, "the cohort lacks 1 predictor"),
        (["sex"], InputError, "1 predictor\\(s\\) do not vary"),
    ],
)
def test_a_design_that_cannot_be_is_refused(predictors, kind, message):
    frame = pd.DataFrame({"age_years": [60.0, 70.0], "sex": ["male", "male"]})
    with pytest.raises(kind, match=message):
        plan_design(predictors, load_dictionary(), frame)


def test_the_predictive_distribution_of_a_fit_covers_its_own_people(continuous):
    estimator = fitted(continuous, "linear")
    observed, out_of_fold, distribution = spread_of(continuous, estimator)
    config, _, _, design, _ = continuous
    from hiprisk.learning.sheets.export import outcome_spec

    spread = PredictiveDistribution(distribution, outcome_spec(config.outcome, design))
    scale = spread.scale(out_of_fold.predicted, out_of_fold.imputation_variance)
    lower, upper = (spread.quantile(p, out_of_fold.predicted, scale) for p in (0.1, 0.9))
    assert np.mean((observed >= lower) & (observed <= upper)) == pytest.approx(0.8, abs=0.02)
