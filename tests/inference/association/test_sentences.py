"""The association table in plain words."""

import dataclasses

import pytest

from association_tables import row, study, table_by_hand
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.inference.association import NegativeControl, StratumDifference
from hiprisk.inference.association.sentences import notes_of, sentences_of
from hiprisk.inference.effects.evalue import EValue
from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.plots.association import draw_association


def test_simulated_people_are_said_to_be_simulated(pooled):
    assert pooled.sentences[0].startswith("SIMULATED DATA")
    real = dataclasses.replace(pooled, provenance="real")
    assert "(simulated data)" in draw_association(pooled).get_title()
    assert "simulated" not in draw_association(real).get_title()


CONFIG = study()


def words(rows, **known):
    return sentences_of(table_by_hand(rows, **known), CONFIG, load_dictionary())


def notes(rows, **known):
    counts = {"n_unknown_exposure": 0, "n_people": 100, "constant": ()}
    counts |= {name: known.pop(name) for name in list(known) if name in counts}
    return notes_of(table_by_hand(rows, **known), CONFIG, load_dictionary(), **counts)


def effect(*args, **known):
    known.setdefault("e_value", EValue(point=1.8, limit=1.4))
    return row(*args, **known)


@pytest.mark.parametrize(("value", "low", "high", "higher_is", "end"), [
    (5.0, 2.0, 8.0, "worse", "100, 40 exposed; worse in the exposed."),
    (-5.0, -8.0, -2.0, "worse", "100, 40 exposed; better in the exposed."),
    (5.0, 2.0, 8.0, "better", "100, 40 exposed; better in the exposed."),
    (5.0, 0.0, 8.0, "worse", "100, 40 exposed; the CI includes no difference."),
])  # fmt: skip
def test_the_direction_follows_from_the_scale_of_the_score(value, low, high, higher_is, end):
    found = words([effect(value, low, high)], higher_is=higher_is)
    assert found[1].startswith("Adjusted for the confounders: ")
    assert found[1].endswith(end)


def test_an_effect_of_a_number_counts_nobody_as_exposed():
    assert "n = 100; worse" in words([effect(n_exposed=None)])[1]


def test_two_adjusted_estimates_are_said_to_answer_two_questions():
    one, two = (effect(model=name) for name in ("adjusted", "adjusted_baseline"))
    assert any("answer different questions" in line for line in words([one, two]))
    assert not any("answer different questions" in line for line in words([one]))


def test_an_interval_with_no_effect_has_no_second_e_value():
    found = words([effect(e_value=EValue(point=1.8, limit=1.0))])[-1]
    assert found.startswith("E-value of the adjusted effect 1.80:")
    assert "the CI already includes no effect (approximate" in found
    assert "and of 1.40 to move the CI" in words([effect()])[-1]


@pytest.mark.parametrize(("n_clusters", "caution"), [(12, True), (60, False)])
def test_few_clusters_are_a_caution(n_clusters, caution):
    (found,) = [
        line
        for line in notes([effect(model="crude", n_clusters=n_clusters)], covariance="CR1")
        if line.startswith("Standard errors")
    ]
    assert ("CAUTION: with only 12 clusters" in found) == caution
    assert f"100 rows of {n_clusters} persons" in found
    assert "People with two rows count twice." in found


def test_rows_are_counted_beside_the_people_they_belong_to():
    crude = effect(model="crude")
    assert notes([crude])[0] == "100 rows with a known outcome, the same in every model."
    both = notes([crude], n_people=60, n_unknown_exposure=3)[0]
    assert both == (
        "100 rows with a known outcome, of 60 people, the same in every model; 3 with the "
        "exposure imputed."
    )


def test_imputations_and_covariance_are_said_as_they_were():
    crude = effect(model="crude")
    assert notes([crude])[1] == "No value that the models use was missing."
    imputed = notes([crude], n_imputations=20, strata="joint")[1]
    assert imputed.startswith("Missing values imputed 20 times")
    assert "separately in each level of" in imputed
    assert "assume equal variance" in notes([crude], covariance="model")[2]
    assert "(HC3); rows count as independent" in notes([crude])[2]


@pytest.mark.parametrize(("p", "low", "verdict"), [
    (0.2, -1.0, "no evidence of effect modification."),
    (0.0004, 1.0, "p < 0.001): evidence of effect modification."),
])  # fmt: skip
def test_a_difference_between_strata_is_judged_by_its_interval(p, low, verdict):
    difference = StratumDifference(
        model="adjusted", measure="mean_difference", stratum="hip", versus="knee",
        estimate=Estimate(name="d", value=4.0, low=low, high=9.0), se=2.0, df=90.0, wald=4.0,
        p_value=p,
    )  # fmt: skip
    rows = [effect(stratum=name) for name in ("all", "hip", "knee")]
    (found,) = [
        line for line in words(rows, differences=(difference,)) if "effect modification" in line
    ]
    assert found.startswith("Difference in means in hip 5.00")
    assert found.endswith(verdict)


def test_a_negative_control_with_an_effect_is_a_caution():
    for as_expected, end in ((True, "any bias within it."), (False, "in the main estimate.")):
        control = NegativeControl(
            kind="stratum", where="knee", reason="no hip there", row=effect(stratum="knee"),
            as_expected=as_expected,
        )  # fmt: skip
        found = words([effect()], negative_control=control)[-1]
        assert found.startswith("Negative control (no hip there): in knee the difference in means")
        assert found.endswith(end)
        assert ("CAUTION" in found) != as_expected


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (0.8, 2.4, "no evidence of effect modification."),
    (1.1, 2.4, ": evidence of effect modification."),
])  # fmt: skip
def test_odds_ratios_of_strata_are_compared_by_their_ratio_and_no_effect_is_1(low, high, verdict):
    difference = StratumDifference(
        model="adjusted", measure="odds_ratio", stratum="hip", versus="knee",
        estimate=Estimate(name="d", value=1.4, low=low, high=high), se=0.2, df=90.0, wald=2.8,
        p_value=0.1,
    )  # fmt: skip
    rows = [
        effect(1.5, 1.2, 1.9, stratum=stratum, measure=measure, n_events=30)
        for stratum in ("all", "hip", "knee")
        for measure in ("odds_ratio", "risk_difference", "risk_ratio")
    ]
    table = {"differences": (difference,), "kind": "binary"}
    (found,) = [line for line in words(rows, **table) if "effect modification" in line]
    assert "; ratio of the odds ratios between them 1.40" in found
    assert found.endswith(verdict)


def test_a_control_of_risks_has_the_digits_of_risks():
    control = NegativeControl(
        kind="stratum", where="knee", reason="r", as_expected=True,
        row=effect(0.0123, -0.01, 0.03, stratum="knee", measure="risk_difference"),
    )  # fmt: skip
    assert "the risk difference is 0.012" in words([effect()], negative_control=control)[-1]


def test_a_control_of_odds_has_two_digits():
    control = NegativeControl(
        kind="stratum", where="knee", reason="r", as_expected=True,
        row=effect(1.2345, 0.9, 1.6, stratum="knee", measure="odds_ratio"),
    )  # fmt: skip
    assert "the odds ratio is 1.23 (" in words([effect()], negative_control=control)[-1]


@pytest.mark.parametrize(("n_exposed", "said"), [
    (9, ["CAUTION: only 9 of 100 rows in 'all' are exposed."]),
    (10, []),
    (90, []),
    (91, ["CAUTION: only 9 of 100 rows in 'all' are not exposed."]),
    (99, ["CAUTION: only 1 of 100 rows in 'all' is not exposed."]),
])  # fmt: skip
def test_fewer_than_ten_exposed_or_not_exposed_are_a_caution(n_exposed, said):
    found = [
        line.partition(" Robust")[0]
        for line in words([effect(model="crude", n_exposed=n_exposed), effect()])
        if line.startswith("CAUTION: only")
    ]
    assert found == said
