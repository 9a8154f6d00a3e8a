"""Effects of each model and stratum, pooled and compared: direct fits, mice, what is too small."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from association_tables import NO_SPLINES, by_hand, study, table_of
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.pooling import pool_estimates
from hiprisk.inference.association import associate, run_associate
from hiprisk.inference.association.estimation import PooledValue, _pool
from hiprisk.inference.effects.clustered import fit_robust
from hiprisk.learning.participants.selection import Selection, select_participants


@pytest.mark.parametrize("stratum", ["all", "hip", "knee"])
@pytest.mark.parametrize("model", ["adjusted", "adjusted_baseline"])
def test_with_complete_data_a_row_is_a_direct_fit(complete, whole, model, stratum):
    x, y = by_hand(
        complete, baseline=model == "adjusted_baseline",
        stratum=None if stratum == "all" else stratum,
    )  # fmt: skip
    fit = fit_robust(x, y, kind="HC3")
    row = whole.row(model, stratum=stratum)
    assert row.estimate.value == pytest.approx(fit.coefficients[1], rel=1e-8)
    assert row.se == pytest.approx(np.sqrt(fit.covariance[1, 1]), rel=1e-6)
    assert row.df == len(y) - x.shape[1] - 1
    assert row.n == len(y)
    assert row.share_missing == 0.0


def test_the_crude_row_is_the_difference_of_two_means(complete, whole):
    keep = complete["hip_replacement_before_followup"] == "no"
    means = complete[keep].groupby("lbp_any")["womac_function_followup_0_100"].mean()
    assert whole.row("crude").estimate.value == pytest.approx(means["yes"] - means["no"])
    assert whole.row("crude").n_exposed == int((complete.loc[keep, "lbp_any"] == "yes").sum())


def test_the_difference_between_strata_is_the_product_term_of_one_model(complete, whole):
    hip, knee = (by_hand(complete, baseline=True, stratum=name) for name in ("hip", "knee"))
    in_hip = np.repeat([1.0, 0.0], [len(hip[1]), len(knee[1])])
    x = np.zeros((len(in_hip), 7 + 6 + 1))
    x[: len(hip[1]), :7] = hip[0]
    x[len(hip[1]) :, 7:13] = knee[0]
    x[:, 7] = np.r_[hip[0][:, 0], knee[0][:, 0]]  # the exposure in everybody, x[:, 0] the product
    x[:, 13] = in_hip
    fit = fit_robust(x, np.r_[hip[1], knee[1]], kind="HC3")
    (found,) = [one for one in whole.differences if one.model == "adjusted_baseline"]
    assert (found.stratum, found.versus) == ("hip", "knee")
    name = "mean_difference_adjusted_baseline_hip_against_knee"
    assert whole.to_dict()["metrics"][name] == found.estimate.to_dict()
    assert found.estimate.value == pytest.approx(fit.coefficients[1], rel=1e-7)
    assert found.se == pytest.approx(np.sqrt(fit.covariance[1, 1]), rel=1e-6)
    assert found.wald == pytest.approx((found.estimate.value / found.se) ** 2)
    assert found.df == len(in_hip) - 15


def test_a_cluster_with_rows_in_both_strata_narrows_their_difference(complete):
    # The same people as hip and as knee: what they share cancels in the difference.
    hips = complete[complete["joint"] == "hip"]
    score = "womac_function_followup_0_100"
    noise = np.random.default_rng(1).normal(0.0, 2.0, len(hips))
    knees = hips.assign(joint="knee", **{score: (hips[score] + noise).clip(0, 100)})
    both = pd.concat([hips, knees], ignore_index=True)
    together = table_of(both, study(NO_SPLINES, "association.negative_control=none"))
    apart = table_of(
        both.drop(columns="person_id"), study(NO_SPLINES, "association.negative_control=none")
    )
    assert together.covariance == "CR1"
    assert apart.covariance == "HC3"
    found, naive = (t.differences[-1] for t in (together, apart))
    assert found.estimate.value == pytest.approx(naive.estimate.value, rel=1e-9)
    assert found.se < 0.25 * naive.se


def test_strata_that_are_copies_are_refused(complete):
    hips = complete[complete["joint"] == "hip"]
    both = pd.concat([hips, hips.assign(joint="knee")], ignore_index=True)
    with pytest.raises(InputError, match="hold the same people with the same outcome"):
        table_of(both, study(NO_SPLINES, "association.negative_control=none"))


def test_imputations_are_pooled_by_rubins_rules(pooled):
    row = pooled.row("adjusted_baseline")
    assert pooled.n_imputations == 3
    assert 0.0 < row.share_missing < 0.5
    assert row.df < row.n


def test_one_effect_of_three_sets_is_pooled_as_mice_does():
    values, variances = [4.0, 5.0, 4.5], [1.0, 1.1, 0.9]
    theirs = pool_estimates(
        np.reshape(values, (3, 1)), np.reshape(variances, (3, 1, 1)), complete_df=90.0
    )
    found = _pool(values, variances, complete_df=90.0)
    assert (found.value, found.se, found.df) == (
        float(theirs.estimate[0]), float(theirs.se[0]), float(theirs.df[0]),
    )  # fmt: skip


def test_what_is_constant_in_a_stratum_is_left_out_and_said(pooled):
    assert "Constant in 'knee', so left out there: knee_oa." in pooled.notes


def test_a_binary_outcome_has_odds_ratio_risk_difference_and_risk_ratio(binary):
    assert [row.measure for row in binary.rows[:3]] == [
        "odds_ratio", "risk_difference", "risk_ratio",
    ]  # fmt: skip
    for model in ("crude", "adjusted"):
        odds, risk, ratio = (
            binary.row(model, measure=name)
            for name in ("odds_ratio", "risk_difference", "risk_ratio")
        )
        assert odds.estimate.value > ratio.estimate.value > 1.0
        assert 0.0 < risk.estimate.value < 1.0
        assert odds.e_value is None
        assert ratio.e_value is not None
    assert "event: worse by at least 10 points" in binary.sentences[1]


def test_the_crude_risks_are_the_shares(binary):
    risk = binary.row("crude", measure="risk_difference")
    ratio = binary.row("crude", measure="risk_ratio")
    unexposed = risk.estimate.value / (ratio.estimate.value - 1.0)
    events = (unexposed + risk.estimate.value) * risk.n_exposed
    events += unexposed * (risk.n - risk.n_exposed)
    assert events == pytest.approx(risk.n_events, rel=1e-8)


def test_a_stratum_that_is_too_small_is_named():
    frame = simulate_cohort("stupar", n=200, seed=3, missing=False).frame
    frame.loc[:6, "joint"] = "knee"
    frame.loc[:6, "hip_replacement_before_followup"] = "no"
    config = study(NO_SPLINES)
    selection = select_participants(frame, config)
    assert isinstance(selection, Selection)
    table = associate(config, selection, provenance="simulated")
    reasons = table.to_dict()["not_available"]
    assert reasons["adjusted_knee"] == (
        "7 rows are too few for 7 coefficients (model 'adjusted', group 'knee')"
    )
    # Two means need no more.
    assert table.row("crude", stratum="knee").n == 7
    assert "CAUTION: only" in " ".join(table.sentences)


def test_a_ratio_comes_back_from_the_log_scale_with_both_ends():
    pooled = PooledValue(value=np.log(2.0), se=0.5, df=4.0, share_missing=0.0)
    half = 2.776445105197793 * 0.5
    ratio = pooled.estimate("odds_ratio", ratio=True)
    expected = (2.0, 2.0 * np.exp(-half), 2.0 * np.exp(half))
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(expected)
    plain = pooled.estimate("risk_difference", ratio=False)
    assert (plain.low, plain.high) == pytest.approx((np.log(2.0) - half, np.log(2.0) + half))


def test_a_stratum_in_which_all_are_exposed_is_not_available_and_the_others_stand(complete, whole):
    frame = complete.copy()
    frame.loc[frame["joint"] == "knee", "lbp_any"] = "yes"
    table = table_of(frame, study(NO_SPLINES))
    reason = "the exposure does not vary (model 'crude', group 'knee')"
    told = table.to_dict()["not_available"]
    assert list(told) == ["crude_knee", "adjusted_knee", "adjusted_baseline_knee"]
    assert told["crude_knee"] == reason
    assert f"Not available: {reason}." in table.sentences
    assert {row.stratum for row in table.rows} == {"all", "hip"}
    assert table.row("adjusted", stratum="hip").estimate.value == pytest.approx(
        whole.row("adjusted", stratum="hip").estimate.value, rel=1e-12
    )
    # No difference from a stratum without an effect, and no negative control in it.
    assert (table.differences, table.negative_control) == ((), None)


def test_an_exposure_that_everybody_has_is_refused(complete):
    frame = complete.assign(lbp_any="yes")
    with pytest.raises(InputError, match="1 predictor"):
        table_of(frame, study(NO_SPLINES))


def test_a_difference_between_strata_is_the_first_less_the_other_by_a_hand_count(complete, whole):
    keep = complete["hip_replacement_before_followup"] == "no"
    means = complete[keep].groupby(["joint", "lbp_any"])["womac_function_followup_0_100"].mean()
    in_hip = means["hip", "yes"] - means["hip", "no"]
    in_knee = means["knee", "yes"] - means["knee", "no"]
    (found,) = [one for one in whole.differences if one.model == "crude"]
    assert (found.stratum, found.versus) == ("hip", "knee")
    assert found.estimate.value == pytest.approx(in_hip - in_knee)


CASES = Path(__file__).parents[2] / "cases"


def run_case(case, config="config.yaml"):
    return run_associate(load_config(CASES / case / config))


def test_one_exposed_has_the_interval_of_the_model_and_is_said():
    # HC3 took the mean of the one exposed as known: 10.2 (6.4 to 14.0).
    table = run_case("hc3_one_exposed")
    row = table.row("crude")
    assert (row.n_exposed, row.covariance) == (1, "model")
    frame = pd.read_csv(CASES / "hc3_one_exposed" / "exp1.csv")
    y, one = frame["womac_function_followup_0_100"], frame["lbp_any"] == "yes"
    # By hand: the spread of the other 59 serves both sides, on 58 degrees of freedom.
    half = stats.t.ppf(0.975, 58) * np.std(y[~one], ddof=1) * np.sqrt(1.0 + 1.0 / 59.0)
    value = y[one].mean() - y[~one].mean()
    assert row.estimate.value == pytest.approx(value)
    assert (row.estimate.low, row.estimate.high) == (
        pytest.approx(value - half), pytest.approx(value + half),
    )  # fmt: skip
    assert "CAUTION: only 1 of 60 rows in 'all' is exposed." in " ".join(table.sentences)
    assert any("model-based, with equal variance and" in note for note in table.notes)
    assert [one["covariance"] for one in table.to_dict()["rows"]] == ["model"] * 3


def test_a_level_without_events_is_named_with_its_rows_and_events():
    # It was called a combination of others.
    with pytest.raises(InputError, match="education: high has 26 rows with 0 events") as refused:
        run_case("separation_misnamed")
    assert refused.value.code == "DEGENERATE"
    assert "join a rare level" in str(refused.value.advice)


def test_an_exposure_whose_people_all_have_the_event_is_named_in_the_crude_model():
    # It was told to declare fewer confounders, and had none.
    with pytest.raises(InputError, match=r"yes has 24 rows with 24 events \(model 'crude'"):
        run_case("separation_misnamed", "crude.yaml")


@pytest.fixture(scope="module")
def firth():
    overrides = ["association.estimator=firth"]
    return run_associate(
        load_config(CASES / "separation_misnamed" / "crude.yaml", overrides=overrides)
    )


def test_firth_gives_what_separation_does_not_by_a_count_of_cells(firth):
    row = firth.row("crude")
    # 24 of 24 exposed and 18 of 56 others have the event; one half is added to each cell.
    assert row.estimate.value == pytest.approx(24.5 * 38.5 / (0.5 * 18.5), rel=1e-7)
    assert row.estimate.low == pytest.approx(12.882, abs=1e-3)
    assert [one.measure for one in firth.rows] == ["odds_ratio"] * 3


def test_firth_says_how_and_gives_no_marginal_effect(firth):
    assert firth.covariance == "model"
    assert any("Firth's penalty, finite under separation" in note for note in firth.notes)
    assert any("No risk difference, risk ratio or E-value" in note for note in firth.notes)
    assert not any("E-value" in sentence for sentence in firth.sentences)
    json.dumps(firth.to_dict(), allow_nan=False)


@pytest.mark.parametrize(("name", "overrides", "expected"), [
    ("hc3_one_exposed", ["association.estimator=firth"], "is for a binary outcome"),
])  # fmt: skip
def test_firth_is_refused_where_it_does_not_apply(name, overrides, expected):
    with pytest.raises(ConfigError, match=expected):
        run_associate(load_config(CASES / name / "config.yaml", overrides=overrides))


def test_firth_with_missing_values_combines_the_profiles():
    table = run_associate(
        study(
            "cohort.simulate.n=200",
            "association={exposure: lbp_any, level: yes, estimator: firth}",
            name="stupar_worsening",
        )
    )
    row = table.row("adjusted")
    assert table.n_imputations > 1
    assert 0.0 < row.share_missing < 1.0
    # Near the interval of the information matrix where nothing is separated.
    half = stats.t.ppf(0.975, row.df) * row.se
    centre = np.log(row.estimate.value)
    assert np.log([row.estimate.low, row.estimate.high]) == pytest.approx(
        [centre - half, centre + half], abs=0.25 * half
    )
