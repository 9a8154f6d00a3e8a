"""What the association table compares: contrasts, and sections that contradict the study."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from association_tables import NO_SPLINES, study
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import auxiliary_columns
from hiprisk.inference.association import run_associate
from hiprisk.inference.association.plan import Basis, plan_association


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


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["association={exposure: age_years}"], "declared as a confounder too"),
        (["association.exposure=nonsense", "association.level=yes"], "neither a variable"),
        (["association.level=sometimes"], "no one analysed has this level"),
        (["association.level=no"], "state what it is compared with"),
        (["association={exposure: lbp_any}"], "state the level whose effect is wanted"),
        (["association={exposure: odi_0_100, level: yes}"], "is a number and has no levels"),
        (["association={exposure: lbp_any, level: yes, per: 5}"], "its effect is that of a level"),
        (
            ["association.negative_control={outcome: womac_function_followup_0_100, reason: r}"],
            "is the study's own outcome",
        ),
        (["association.baseline=age_years"], "no row would do without it"),
        (
            ["association.strata=age_years"],
            "'age_years' is of the kind number, and this needs category",
        ),
        (["association.splines={odi_0_100: 3}"], "neither a confounder nor the baseline"),
        (["association.auxiliary=[nonsense]"], "the dictionary has no variable 'nonsense'"),
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


def planned(config, frame):
    return plan_association(config, load_dictionary(), frame)


def test_a_category_is_compared_by_the_columns_of_its_levels(complete):
    plan = planned(study(NO_SPLINES), complete)
    assert plan.exposure.endswith(": yes vs no")
    assert (plan.contrast.high, plan.contrast.low, plan.contrast.shift) == ((1.0,), (0.0,), False)


def test_two_levels_of_three_differ_in_two_columns(complete):
    association = "association={exposure: education, level: high, reference: medium}"
    plan = planned(study(association, name="stupar"), complete)
    columns = [name for name in plan.design.inputs if name.startswith("education=")]
    assert columns == ["education=medium", "education=high"]
    assert (plan.contrast.high, plan.contrast.low) == ((0.0, 1.0), (1.0, 0.0))


def test_a_number_moves_everybody_by_its_step(complete):
    plan = planned(study("association={exposure: odi_0_100, per: 10}", name="stupar"), complete)
    assert (plan.contrast.high, plan.contrast.low, plan.contrast.shift) == ((10.0,), (0.0,), True)
    assert ", per 10 " in plan.exposure


def test_models_hold_what_their_names_say(complete):
    plan = planned(study(NO_SPLINES), complete)
    assert list(plan.models) == ["crude", "adjusted", "adjusted_baseline"]
    assert plan.models["crude"] == {"lbp_any"}
    assert plan.models["adjusted"] == {"lbp_any", *plan.confounders}
    last = plan.models["adjusted_baseline"] - plan.models["adjusted"]
    assert last == {"womac_function_0_100"}
    without = planned(study(NO_SPLINES, "association.baseline=none"), complete)
    assert list(without.models) == ["crude", "adjusted"]


def test_a_stratum_is_no_confounder_beside_itself(complete):
    config = study(NO_SPLINES)
    assert "joint" not in planned(config, complete).confounders


def test_a_cohort_without_an_auxiliary_variable_is_refused():
    with pytest.raises(InputError, match="lacks the auxiliary variable bmi_kg_m2"):
        auxiliary_columns(["bmi_kg_m2"], load_dictionary(), pd.DataFrame({"sex": ["male"]}))


def test_columns_count_as_varying_only_if_they_do_in_every_set():
    one = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 6.0]])
    two = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    basis = Basis((one, two), ("age_years", "bmi_kg_m2"))
    both = frozenset(["age_years", "bmi_kg_m2"])
    rows = np.array([True, True, True])
    assert basis.varying(rows, both).tolist() == [0]
    assert Basis((one,), basis.predictor_of).varying(rows, both).tolist() == [0, 1]
    assert Basis((one,), basis.predictor_of).varying(rows, frozenset(["bmi_kg_m2"])).tolist() == [1]
