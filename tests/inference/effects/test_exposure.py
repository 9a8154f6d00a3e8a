"""The adjusted effect of an exposure in a data frame."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.inference import exposure_effect
from hiprisk.inference.effects.clustered import fit_robust


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({
        "pain": rng.random(400) < 0.4, "age": rng.normal(60, 9, 400),
        "work": rng.choice(["desk", "heavy", "none"], 400),
    })  # fmt: skip
    lp = -1 + 0.7 * frame["pain"] + 0.03 * (frame["age"] - 60) + 0.4 * (frame["work"] == "heavy")
    frame["worse"] = rng.random(400) < 1 / (1 + np.exp(-lp))
    frame["score"] = 30 + 6 * frame["pain"] + 5 * lp + rng.normal(0, 8, 400)
    frame["back"] = np.where(frame["pain"], "pain", "none")
    return frame


CONFOUNDERS = ["age", "work"]


def test_the_mean_difference_is_the_coefficient_with_hc3(people):
    found = exposure_effect(people, outcome="score", exposure="pain", confounders=CONFOUNDERS)
    design = np.column_stack([
        people["pain"], people["age"], people["work"] == "heavy", people["work"] == "none"
    ]).astype(float)  # fmt: skip
    fit = fit_robust(design, people["score"].to_numpy(), kind="HC3")
    [effect] = found.effects
    assert effect.value == pytest.approx(fit.coefficients[1])
    half = 1.9660 * np.sqrt(fit.covariance[1, 1])  # t with 395 degrees of freedom
    assert (effect.low, effect.high) == pytest.approx((effect.value - half, effect.value + half),
                                                      abs=1e-3)  # fmt: skip
    assert (found.covariance, found.comparison) == ("HC3", "yes vs no")
    assert found.e_value.point > 1


def test_a_binary_outcome_has_three_measures(people):
    found = exposure_effect(people, outcome="worse", exposure="pain", confounders=CONFOUNDERS)
    frame = found.to_frame().set_index("measure")
    assert list(frame.index) == ["odds_ratio", "risk_difference", "risk_ratio"]
    assert frame.loc["odds_ratio", "value"] > frame.loc["risk_ratio", "value"] > 1
    assert (frame["low"] < frame["value"]).all()
    assert found.to_dict()["e_value"]["point"] == found.e_value.point


def test_without_confounders_the_risks_are_those_counted(people):
    found = exposure_effect(people, outcome="worse", exposure="pain")
    risk = people.groupby("pain")["worse"].mean()
    by_name = {one.name: one.value for one in found.effects}
    assert by_name["risk_difference"] == pytest.approx(risk[True] - risk[False])
    assert by_name["risk_ratio"] == pytest.approx(risk[True] / risk[False])


def test_who_is_exposed_may_be_a_label(people):
    named = exposure_effect(people, outcome="score", exposure="back", exposed="pain")
    assert named.comparison == "pain vs none"
    plain = exposure_effect(people, outcome="score", exposure="pain")
    assert named.effects == plain.effects


def test_a_number_as_exposure_is_one_unit_more(people):
    found = exposure_effect(people, outcome="score", exposure="age")
    slope = np.polyfit(people["age"], people["score"], 1)[0]
    assert found.effects[0].value == pytest.approx(slope)
    assert found.comparison == "1 unit more"


def test_rows_of_a_person_are_dependent(people):
    twice = pd.concat([people, people], ignore_index=True)
    persons = np.r_[np.arange(400), np.arange(400)]
    found = exposure_effect(twice, outcome="score", exposure="pain", groups=persons)
    alone = exposure_effect(people, outcome="score", exposure="pain")
    assert (found.covariance, found.n_persons) == ("CR1", 400)
    assert found.effects[0].low == pytest.approx(alone.effects[0].low, abs=0.05)


@pytest.mark.parametrize(("how", "said"), [
    ({"exposure": "pian"}, r"pian: there is no such column \(did you mean pain"),
    ({"exposure": "back"}, "back: the exposure has 2 values, and it is not said which is exposed"),
    ({"exposure": "work", "exposed": "heavy"}, "work: the exposure has 3 values"),
    ({"exposure": "pain", "confounders": ["age", "age"]}, "age: it is named twice"),
])  # fmt: skip
def test_what_is_not_said_is_refused(people, how, said):
    with pytest.raises(ConfigError, match=said):
        exposure_effect(people, outcome="score", **how)


def test_missing_values_and_texts_are_refused(people):
    holes = people.assign(age=people["age"].where(people["age"] > 50))
    with pytest.raises(InputError, match=r"age: \d+ of 400 values are missing .leave out"):
        exposure_effect(holes, outcome="score", exposure="pain", confounders=["age"])
    with pytest.raises(InputError, match="work: the outcome must be numbers"):
        exposure_effect(people, outcome="work", exposure="pain")
    with pytest.raises(InputError, match="work: it does not vary"):
        exposure_effect(people.assign(work="desk"), outcome="score", exposure="pain",
                        confounders=["work"])  # fmt: skip
