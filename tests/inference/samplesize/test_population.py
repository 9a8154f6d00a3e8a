"""The distribution of the risks in new people, and the prevalence that it implies."""

from pathlib import Path

import pytest

from hiprisk.config import ExternalTargets, SampleSizeSettings, load_config
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize import check_stated_risks, external_size
from hiprisk.inference.samplesize.population import (
    description,
    expected_prevalence,
    in_new_people,
    notes_on_risks,
)
from study_text import small_study

WORSENING = Path(__file__).resolve().parents[3] / "configs" / "stupar_worsening.yaml"
EVEN = ExternalTargets(risk_alpha=1.0, risk_beta=1.0)  # prevalence 1/2, C 5/6


def settings(external=EVEN, **stated):
    return SampleSizeSettings(external=external, **stated)


def test_description_names_what_was_stated():
    assert description(ExternalTargets()) == ()
    assert description(EVEN) == (("risk_alpha", 1.0), ("risk_beta", 1.0))
    assert description(ExternalTargets(lp_mean=0.0, lp_sd=2.0)) == (
        ("lp_mean", 0.0),
        ("lp_sd", 2.0),
    )


def test_prevalence_that_is_not_stated_is_the_implied_one_and_said():
    assert expected_prevalence(settings()) == pytest.approx(0.5)
    assert notes_on_risks(settings()) == (
        "The prevalence is not stated: the beta distribution implies 0.5.",
    )


def test_a_stated_prevalence_close_to_the_implied_one_is_taken():
    close = settings(prevalence=0.49)  # odds ratio 1.04
    assert expected_prevalence(close) == 0.49
    assert notes_on_risks(close) == ()


@pytest.mark.parametrize("stated", [0.46, 0.54])  # odds ratio 1.17
def test_a_stated_prevalence_that_differs_is_taken_and_told(stated):
    told = external_size("binary", settings(prevalence=stated))
    assert told.prevalence == stated
    assert (
        f"The stated prevalence is {stated}; the beta distribution implies 0.5" in told.warnings[0]
    )
    assert told.warnings[0] in told.sentences()


@pytest.mark.parametrize("stated", [0.018, 0.44, 0.56])  # odds ratio 1.27 and more
def test_a_prevalence_that_contradicts_the_distribution_is_refused(stated):
    with pytest.raises(
        ConfigError, match=rf"a prevalence of {stated} contradicts the beta distribution, which "
        r"implies 0\.5 \(odds ratio .*, allowed are 0\.8 to 1\.25\)"
    ):  # fmt: skip
        external_size("binary", settings(prevalence=stated))


@pytest.mark.parametrize(("mean", "share"), [(50, "all"), (-50, "none")])
def test_risks_of_a_sure_event_are_refused(mean, share):
    stated = SampleSizeSettings(external=ExternalTargets(lp_mean=mean, lp_sd=1))
    with pytest.raises(ConfigError, match=f"linear predictor implies that almost {share} have"):
        external_size("binary", stated)


def test_the_example_of_pmvalsampsize_contradicts_itself():
    normal = ExternalTargets(lp_mean=-5.0, lp_sd=2.5)
    with pytest.raises(ConfigError, match=r"linear predictor, which implies 0\.0523"):
        external_size("binary", settings(normal, prevalence=0.018))


def test_a_stated_c_statistic_far_from_the_implied_one_is_told():
    assert "implies 0.833 for a calibrated model" in notes_on_risks(
        settings(prevalence=0.5, c_statistic=0.75)
    )[0]  # fmt: skip
    assert notes_on_risks(settings(prevalence=0.5, c_statistic=0.82)) == ()


def test_neither_prevalence_nor_distribution_is_refused():
    with pytest.raises(ConfigError, match="prevalence is not stated"):
        expected_prevalence(SampleSizeSettings(c_statistic=0.7))


def test_the_prevalence_of_a_cohort_is_not_stated_for_described_people():
    found = settings(prevalence=0.3)
    assert in_new_people(settings(), found).prevalence is None
    assert in_new_people(settings(prevalence=0.5), found).prevalence == 0.5
    plain = SampleSizeSettings(prevalence=0.3)
    assert in_new_people(SampleSizeSettings(), plain) is plain


def test_a_study_is_checked_before_anything_is_read():
    described = "samplesize={prevalence: 0.1, external: {risk_alpha: 1, risk_beta: 1}}"
    check_stated_risks(small_study())
    with pytest.raises(ConfigError, match="describe the risks of a binary outcome"):
        check_stated_risks(small_study(described))
    with pytest.raises(ConfigError, match=r"a prevalence of 0\.1 contradicts"):
        check_stated_risks(load_config(WORSENING, overrides=[described]))
