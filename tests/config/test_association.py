"""The declared association: exposure, strata, clusters and a negative control."""

import pytest

from study_text import check_refused, small_study


def association(text):
    return small_study(f"association={{exposure: lbp_any, level: yes, {text}}}").association


def test_none_says_that_there_are_none():
    found = association("strata: none, baseline: none, negative_control: none")
    assert (found.strata, found.baseline, found.negative_control) == (None, None, None)


def test_every_variable_of_the_section_is_named_once_in_order():
    found = association(
        "strata: joint, baseline: womac_function_0_100, auxiliary: [sex], "
        "negative_control: {outcome: height_cm, reason: bones stay}"
    )
    assert found.variables == ("lbp_any", "womac_function_0_100", "joint", "sex", "height_cm")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("splines: {age_years: 2}", "a restricted cubic spline has 3 to 7 knots"),
        ("splines: {age_years: 8}", "a restricted cubic spline has 3 to 7 knots"),
        ("splines: {lbp_any: 3}", "the exposure has a linear effect and cannot have a spline"),
        ("strata: lbp_any", "the exposure cannot be the baseline or the strata as well"),
        ("baseline: lbp_any", "the exposure cannot be the baseline or the strata as well"),
        ("reference: yes", "level and reference are the same"),
        ("per: 0", "must be greater than 0"),
        ("cluster: clinic", "must be one of 'person', 'site', 'none'"),
        ("negative_control: {stratum: knee, reason: r}", "a negative-control stratum needs strata"),
        ("negative_control: {reason: r}", "a negative control is either a stratum or an outcome"),
        ("strata: joint, negative_control: {stratum: knee, level: x, reason: r}",
         "level belongs to the outcome of a negative control"),
        ("negative_control: {outcome: sex}",
         "association.negative_control.reason: this key is required"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused(text, message):
    check_refused(message, f"association={{exposure: lbp_any, level: yes, {text}}}")
