"""Simulated cohorts: the figures that were put in come out, and the truth is the truth."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.reading import read_cohort
from hiprisk.cohort.simulation.presets import PRESETS
from hiprisk.cohort.simulation.simulate import SimulatedSites, clipped_mean, simulate_cohort
from hiprisk.errors import ConfigError

N = 20_000


@pytest.fixture(scope="module", params=sorted(PRESETS))
def big(request):
    return PRESETS[request.param], simulate_cohort(request.param, n=N, seed=11)


def near(values, expected, n_errors=4.5):
    values = np.asarray(values, dtype=float)
    assert abs(values.mean() - expected) < n_errors * values.std() / np.sqrt(len(values)) + 1e-9


def test_shares_come_out_within_sampling_error(big):
    preset, cohort = big
    frame = cohort.truth.complete
    near(frame["sex"] == "female", preset.female_share)
    near(frame["lbp_any"] == "yes", preset.lbp_share)
    near(frame["knee_oa"] == "yes", preset.knee_oa_share)
    near(frame["comorbidity_count"], preset.comorbidity_mean)
    for grade, share in enumerate(preset.kl_shares):
        near(frame["kl_grade"] == grade, share)


def test_scores_come_out_close_to_their_moments(big):
    # Floor, ceiling and skewness move the moments by less than half a point.
    preset, cohort = big
    function = cohort.truth.complete["womac_function_0_100"]
    assert function.mean() == pytest.approx(preset.function[0], abs=0.6)
    assert function.std() == pytest.approx(preset.function[1], abs=0.6)
    assert function.skew() > 0.4
    r = np.corrcoef(function, cohort.truth.complete["womac_pain_0_100"])[0, 1]
    assert r == pytest.approx(preset.pain_function_r, abs=0.02)


def test_true_motion_goes_with_function_as_put_in(big):
    # Measurement error attenuates: r * sd / sqrt(sd^2 + 7^2).
    preset, cohort = big
    frame = cohort.truth.complete
    sd = preset.rom_sd_deg[0]
    r = np.corrcoef(frame["hip_flexion_right_deg"], frame["womac_function_0_100"])[0, 1]
    expected = -preset.rom_function_r * sd / np.hypot(sd, 7.0)
    assert r == pytest.approx(expected, abs=0.05)
    near(frame["hip_abduction_right_deg"], preset.rom_mean_deg[2], n_errors=60)


def test_the_outcome_is_linear_in_what_was_put_in(big):
    preset, cohort = big
    frame = cohort.truth.complete
    columns = np.column_stack(
        [
            np.ones(N),
            frame["womac_function_0_100"],
            frame["lbp_any"] == "yes",
            frame["comorbidity_count"],
            frame["knee_oa"] == "yes",
            frame["hip_internal_rotation_right_deg"],
        ]
    ).astype(float)
    beta, *_ = np.linalg.lstsq(columns, cohort.truth.linear_predictor, rcond=None)
    expected = [preset.intercept, preset.slope, 5.0, preset.comorbidity_effect,
                preset.knee_oa_effect, 0.0]  # fmt: skip
    assert beta == pytest.approx(expected, abs=0.02)


def test_residuals_have_the_declared_spread(big):
    preset, cohort = big
    inside = (cohort.truth.conditional_mean > 35) & (cohort.truth.conditional_mean < 65)
    outcome = cohort.truth.complete["womac_function_followup_0_100"].to_numpy()
    residual = (outcome - cohort.truth.linear_predictor)[inside]
    assert residual.std() == pytest.approx(preset.residual_sd, abs=0.5)


def test_the_true_mean_is_the_mean_of_the_clipped_outcome():
    rng = np.random.default_rng(0)
    mean = np.array([-5.0, 10.0, 50.0, 98.0])
    drawn = np.clip(mean + 16.6 * rng.standard_normal((400_000, 4)), 0, 100).mean(axis=0)
    assert clipped_mean(mean, 16.6) == pytest.approx(drawn, abs=0.1)


def test_people_with_knee_osteoarthritis_have_no_effect_of_back_pain():
    cohort = simulate_cohort("stupar", n=15_000, seed=2, lbp_effect=11.4, knee_share=0.5)
    frame, lp = cohort.truth.complete, cohort.truth.linear_predictor
    for joint, expected in (("hip", 11.4), ("knee", 0.0)):
        here = (frame["joint"] == joint).to_numpy()
        columns = np.column_stack(
            [
                np.ones(here.sum()),
                frame.loc[here, "lbp_any"] == "yes",
                frame.loc[here, "womac_function_0_100"],
                frame.loc[here, "comorbidity_count"],
                frame.loc[here, "knee_oa"] == "yes",
            ]
        ).astype(float)
        beta, *_ = np.linalg.lstsq(columns, lp[here], rcond=None)
        assert beta[1] == pytest.approx(expected, abs=0.02)
    assert (frame["joint"] == "knee").mean() == pytest.approx(0.5, abs=0.001)


def test_values_go_missing_more_often_in_the_old(big):
    _, cohort = big
    old = cohort.frame["age_years"] > cohort.frame["age_years"].median()
    lost = cohort.frame["kl_grade"].isna()
    assert lost[old].mean() > 1.3 * lost[~old].mean()
    near(lost, 0.12)


def test_dropout_and_replacement_come_out(big):
    preset, cohort = big
    near(cohort.frame["womac_function_followup_0_100"].isna(), preset.dropout)
    replaced = (cohort.frame["hip_replacement_before_followup"] == "yes").mean()
    years = np.mean(preset.followup_months) / 12
    assert (
        0.5 * preset.replacement_per_year * years < replaced < preset.replacement_per_year * years
    )


def test_the_same_seed_gives_the_same_cohort():
    first = simulate_cohort("stupar", n=50, seed=3).frame
    assert first.equals(simulate_cohort("stupar", n=50, seed=3).frame)
    assert not first.equals(simulate_cohort("stupar", n=50, seed=4).frame)


def test_the_truth_is_not_in_the_file_and_every_row_says_that_it_is_simulated():
    cohort = simulate_cohort("stupar", n=50, seed=3)
    assert not [name for name in cohort.frame if "truth" in name or "conditional" in name]
    assert (cohort.frame["data_provenance"] == "simulated").all()


def test_a_simulated_cohort_passes_its_own_check(tmp_path):
    path = tmp_path / "c.csv"
    simulate_cohort("stupar", n=300, seed=1).frame.to_csv(path, index=False)
    cohort = read_cohort(path)
    assert cohort.n_errors == 0
    assert cohort.provenance == "simulated"


def test_as_many_analysable_people_as_asked_for():
    assert simulate_cohort("stupar", seed=5, n_analysable=120).analysable.sum() == 120


def test_one_row_a_hip_repeats_people_with_two():
    frame = simulate_cohort("stupar", n=200, seed=1, grain="hip").frame
    both = frame["affected_hips"] == "both"
    assert frame.loc[both].groupby("person_id").size().eq(2).all()
    assert frame.loc[~both].groupby("person_id").size().eq(1).all()
    assert {"hip_side", "hip_flexion_deg"} <= set(frame.columns)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"preset": "x"}, "no preset 'x'"),
        ({"preset": "stupar", "knee_share": 1.0}, "must be in"),
        ({"preset": "stupar", "n": 0}, "at least one person"),
    ],
)
def test_what_makes_no_sense_is_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        simulate_cohort(**settings, seed=1)


def test_sites_that_differ_add_their_points_and_change_nothing_else():
    alike = simulate_cohort("stupar", n=2000, seed=5)
    differ = simulate_cohort("stupar", n=2000, seed=5, sites=SimulatedSites(sd=8.0))
    added = differ.truth.linear_predictor - alike.truth.linear_predictor
    of_site = pd.Series(added).groupby(alike.frame["site"].to_numpy())
    assert of_site.std().max() < 1e-9
    assert 3.0 < of_site.mean().std() < 14.0
    assert differ.frame["age_years"].equals(alike.frame["age_years"])
    many = simulate_cohort("stupar", n=500, seed=5, sites=SimulatedSites(number=40))
    assert many.frame["site"].nunique() == 40


@pytest.mark.parametrize("sites", [{"number": 0}, {"sd": -1.0}, {"sd": float("nan")}])
def test_sites_that_cannot_be_are_refused(sites):
    with pytest.raises(ConfigError, match="sites are at least 1, and the standard deviation"):
        simulate_cohort("stupar", n=50, seed=5, sites=SimulatedSites(**sites))
