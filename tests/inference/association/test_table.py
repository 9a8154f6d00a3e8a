"""The association table: against direct fits, against the truth put in, and wrong moves."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.pooling import pool_estimates
from hiprisk.inference.association import associate, run_associate
from hiprisk.inference.effects.clustered import fit_robust
from hiprisk.learning.participants import Selection, select_participants
from hiprisk.reporting.plots.association import association_picture, draw_association

CONFIGS = Path(__file__).parents[3] / "configs"
NO_SPLINES = "association.splines={}"
CONFOUNDERS = ["age_years", "bmi_kg_m2", "comorbidity_count"]


def study(*overrides, name="stupar_hip_knee"):
    quick = ("imputation.imputations=3",)
    return load_config(CONFIGS / f"{name}.yaml", overrides=[*quick, *overrides])


def table_of(cohort, config):
    frame = cohort if isinstance(cohort, pd.DataFrame) else cohort.frame
    return associate(config, select_participants(frame, config), provenance="simulated")


@pytest.fixture(scope="module")
def complete():
    """Nobody's value is missing; hips and knees."""
    return simulate_cohort(
        "stupar", n=300, seed=5, lbp_effect=11.4, knee_share=0.5, missing=False
    ).frame


@pytest.fixture(scope="module")
def whole(complete):
    return table_of(complete, study(NO_SPLINES))


@pytest.fixture(scope="module")
def pooled():
    return run_associate(study("cohort.simulate.n=300"))


def by_hand(frame, *, baseline, stratum=None):
    keep = (frame["hip_replacement_before_followup"] == "no").to_numpy(copy=True)
    if stratum is not None:
        keep &= (frame["joint"] == stratum).to_numpy()
    part = frame.loc[keep]
    columns = [
        part["lbp_any"] == "yes",
        part["age_years"],
        part["sex"] == "male",
        part["bmi_kg_m2"],
        part["comorbidity_count"],
    ]
    if stratum != "knee":
        columns.append(part["knee_oa"] == "yes")
    if baseline:
        columns.append(part["womac_function_0_100"])
    if stratum is None:
        columns.append(part["joint"] == "knee")
    x = np.column_stack([column.to_numpy(float) for column in columns])
    return x, part["womac_function_followup_0_100"].to_numpy(float)


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
    from hiprisk.inference.association.estimation import _pool

    values, variances = [4.0, 5.0, 4.5], [1.0, 1.1, 0.9]
    theirs = pool_estimates(
        np.reshape(values, (3, 1)), np.reshape(variances, (3, 1, 1)), complete_df=90.0
    )
    found = _pool(values, variances, complete_df=90.0)
    assert (found.value, found.se, found.df) == (
        float(theirs.estimate[0]), float(theirs.se[0]), float(theirs.df[0]),
    )  # fmt: skip


def test_the_effect_that_was_put_in_lies_in_the_interval(pooled):
    hip, knee = (pooled.row("adjusted_baseline", stratum=name) for name in ("hip", "knee"))
    assert hip.estimate.low < 11.16 < hip.estimate.high
    assert knee.estimate.low < 0.0 < knee.estimate.high


def test_simulated_people_are_said_to_be_simulated(pooled):
    assert pooled.sentences[0].startswith("SIMULATED DATA")
    real = dataclasses.replace(pooled, provenance="real")
    assert "(simulated data)" in draw_association(pooled).get_title(loc="left")
    assert "simulated" not in draw_association(real).get_title(loc="left")


def test_what_is_constant_in_a_stratum_is_left_out_and_said(pooled):
    assert "Constant in 'knee', so left out there: knee_oa." in pooled.notes


def test_the_same_seed_gives_the_same_table_another_nearly(pooled):
    again = run_associate(study("cohort.simulate.n=300"))
    other = run_associate(study("cohort.simulate.n=300", "seed=4"))
    assert again == pooled
    assert other != pooled
    shift = abs(other.rows[2].estimate.value - pooled.rows[2].estimate.value)
    assert shift < 0.3 * pooled.rows[2].se


def test_frame_json_and_picture_say_the_same(pooled):
    frame, plain = pooled.to_frame(), json.loads(json.dumps(pooled.to_dict(), allow_nan=False))
    assert len(frame) == 9
    for row, line in zip(plain["rows"], frame.to_dict("records"), strict=True):
        assert row["estimate"]["value"] == line["value"]
        name = f"mean_difference_{row['model']}_{row['stratum']}"
        assert plain["metrics"][name] == row["estimate"]
    for one in plain["differences"]:
        name = f"{one['measure']}_{one['model']}_{one['stratum']}_against_{one['versus']}"
        assert plain["metrics"][name] == one["estimate"]
    control = plain["negative_control"]
    name = f"{control['measure']}_{control['model']}_{control['stratum']}"
    assert plain["metrics"][f"negative_control_{control['kind']}_{name}"] == control["estimate"]
    assert len(plain["metrics"]) == len(plain["rows"]) + len(plain["differences"]) + 1
    ax = draw_association(pooled)
    assert len(ax.containers) == 10
    assert association_picture(pooled)[:4] == b"\x89PNG"


def test_the_flow_ends_at_the_people_analysed(pooled):
    assert pooled.flow[-1].n_remaining == pooled.row("crude").n
    assert {row.n for row in pooled.rows if row.stratum == "all"} == {pooled.flow[-1].n_remaining}


def test_people_of_unknown_joint_are_in_no_stratum_and_counted(complete):
    frame = complete.copy()
    frame.loc[:9, "joint"] = None
    table = table_of(frame, study(NO_SPLINES))
    assert table.flow[-1].label == "joint unknown (in no stratum)"
    assert table.flow[-1].n_left_out == table.flow[-2].n_remaining - table.row("crude").n > 0


# --- clusters --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hips(tmp_path_factory):
    """A file of hips, read with a mapping that says so."""
    folder = tmp_path_factory.mktemp("hips")
    frame = simulate_cohort("stupar", n=260, seed=8, lbp_effect=11.4, grain="hip").frame
    frame.to_csv(folder / "hips.csv", index=False)
    names = [name for name in frame.columns if name != "rater_id"]
    mapping = "grain: hip\nprovenance: simulated\nvariables:\n"
    (folder / "hips.yaml").write_text(mapping + "".join(f"  {n}: {n}\n" for n in names))
    return folder, frame


def config_of_hips(folder, *overrides):
    config = study(*overrides, name="stupar")
    cohort = dataclasses.replace(
        config.cohort, simulate=None, file=str(folder / "hips.csv"),
        mapping=str(folder / "hips.yaml"),
    )  # fmt: skip
    return dataclasses.replace(config, cohort=cohort)


def test_two_hips_of_a_person_do_not_count_as_two_people(hips):
    folder, _ = hips
    clustered = run_associate(config_of_hips(folder))
    naive = run_associate(config_of_hips(folder, "association.cluster=none"))
    row, other = clustered.row("adjusted_baseline"), naive.row("adjusted_baseline")
    assert (clustered.covariance, naive.covariance) == ("CR1", "HC3")
    assert row.n_clusters < row.n == other.n
    assert row.se > 1.05 * other.se
    assert row.estimate.value == pytest.approx(other.estimate.value, rel=1e-9)
    assert clustered.provenance == "simulated"
    assert any("People with two rows count twice" in line for line in clustered.notes)


def test_both_rows_of_a_person_are_imputed_alike():
    from hiprisk.inference.association.imputation import IncompleteData, impute

    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(60), 2)
    own = rng.normal(size=(60, 1))[person[:]]
    side = rng.normal(size=(120, 1)) + own
    columns = np.column_stack([own, side])
    columns[:20, 0] = np.nan
    columns[40:50, 1] = np.nan
    data = IncompleteData(
        columns=columns, names=("own", "side"), outcome=side[:, 0] + rng.normal(size=120),
        auxiliary=np.empty((120, 0)), persons=person, strata=np.zeros(120, int),
    )  # fmt: skip
    for filled in impute(data, n_imputations=3, method="normal", seed=1):
        assert (filled[0:20:2, 0] == filled[1:20:2, 0]).all()
        assert (filled[40:50:2, 1] != filled[41:50:2, 1]).all()
        known = ~np.isnan(columns)
        assert (filled[known] == columns[known]).all()


def test_few_sites_are_said_to_be_few():
    table = run_associate(study("cohort.simulate.n=300", "association.cluster=site", name="stupar"))
    row = table.row("crude")
    assert table.covariance == "CR1"
    assert row.n_clusters == 10
    assert row.df == 9.0
    assert any("CAUTION: with only 10 clusters" in line for line in table.notes)


# --- binary outcomes, numbers as exposure, negative controls ---------------------------------


@pytest.fixture(scope="module")
def binary():
    return run_associate(
        study(
            "cohort.simulate.n=500",
            "cohort.simulate.lbp_effect=11.4",
            "association={exposure: lbp_any, level: yes}",
            name="stupar_worsening",
        )
    )


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


def test_a_number_as_exposure_is_reported_per_its_step():
    one, ten = (
        run_associate(
            study(
                "cohort.simulate.n=300",
                f"association={{exposure: odi_0_100, per: {per}, splines: {{age_years: 4}}}}",
                name="stupar",
            )
        ).row("adjusted")
        for per in (1, 10)
    )
    assert ten.estimate.value == pytest.approx(10.0 * one.estimate.value)
    assert ten.n_exposed is None


def test_another_reference_level_turns_the_effect_round():
    yes = run_associate(study("cohort.simulate.n=200", name="stupar")).row("adjusted")
    no = run_associate(
        study(
            "cohort.simulate.n=200",
            "association.level=no",
            "association.reference=yes",
            name="stupar",
        )
    ).row("adjusted")
    assert no.estimate.value == pytest.approx(-yes.estimate.value)
    assert no.estimate.low == pytest.approx(-yes.estimate.high)


def test_a_negative_control_outcome_is_estimated_beside_the_effect():
    table = run_associate(
        study(
            "cohort.simulate.n=300",
            "association.negative_control={outcome: education, level: high, reason: came first}",
            name="stupar",
        )
    )
    control = table.negative_control
    assert (control.kind, control.where) == ("outcome", "education")
    assert control.row.measure == "odds_ratio"
    named = table.to_dict()["metrics"][f"negative_control_outcome_{control.row.name}"]
    assert named == control.row.estimate.to_dict()
    assert control.as_expected == (control.row.estimate.low <= 1.0 <= control.row.estimate.high)
    assert any(line.startswith("Negative control (came first)") for line in table.sentences)


def test_a_negative_control_that_shows_an_effect_is_a_warning(pooled):
    wrong = study("cohort.simulate.n=300", "association.negative_control.stratum=hip")
    table = run_associate(wrong)
    assert table.negative_control.as_expected is False
    assert "CAUTION: the CI excludes no effect" in table.sentences[-1]
    assert pooled.negative_control.as_expected is True


# --- wrong moves -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["association={exposure: age_years}"], "declared as a confounder too"),
        (["association.exposure=nonsense", "association.level=yes"], "neither a variable"),
        (["association.level=sometimes"], "no one analysed has this level"),
        (["association.level=no"], "state what it is compared with"),
        (["association={exposure: lbp_any}"], "state the level whose effect is wanted"),
        (["association={exposure: odi_0_100, level: yes}"], "is a number and has no levels"),
        (["association.baseline=age_years"], "no row would do without it"),
        (["association.strata=age_years"], "age_years is no category"),
        (["association.splines={odi_0_100: 3}"], "neither a confounder nor the baseline"),
        (["association.auxiliary=[nonsense]"], "is not in the dictionary"),
        (["imputation.imputations=1"], "one imputation cannot say what that costs"),
        (
            ["association.negative_control={outcome: sex, reason: r}"],
            "not in the cohort, or is a predictor",
        ),
    ],
)
def test_a_section_that_contradicts_the_study_is_refused(overrides, message):
    with pytest.raises(ConfigError, match=message):
        run_associate(study("cohort.simulate.n=100", *overrides, name="stupar"))


def test_a_study_without_the_section_is_told_how_to_write_one():
    config = dataclasses.replace(study("cohort.simulate.n=100", name="stupar"), association=None)
    with pytest.raises(ConfigError, match=r"declares no association.*exposure: lbp_any"):
        run_associate(config)


def test_a_stratum_that_is_too_small_is_named():
    frame = simulate_cohort("stupar", n=200, seed=3, missing=False).frame
    frame.loc[:6, "joint"] = "knee"
    frame.loc[:6, "hip_replacement_before_followup"] = "no"
    config = study(NO_SPLINES)
    selection = select_participants(frame, config)
    assert isinstance(selection, Selection)
    with pytest.raises(InputError, match=r"too few for .* coefficients .*group 'knee'"):
        associate(config, selection, provenance="simulated")
