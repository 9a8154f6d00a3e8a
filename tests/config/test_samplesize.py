"""What a study expects before it begins."""

import pytest

from study_text import check_refused, small_study


def test_defaults_are_those_of_the_criteria():
    found = small_study().samplesize
    assert (found.shrinkage, found.optimism, found.margin) == (0.9, 0.05, 0.1)
    assert found.external.slope_width == 0.2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{r2: 0.2, c_statistic: 0.7}", "state one of r2, cox_snell, nagelkerke and c_statistic"),
        ("{c_statistic: 0.5}", "samplesize.c_statistic: must be greater than 0.5"),
        ("{shrinkage: 1}", "samplesize.shrinkage: must be less than 1"),
        ("{simulations: 5}", "samplesize.simulations: must be at least 20"),
        ("{external: {lp_mean: 0}}", "lp_mean and lp_sd belong together"),
        ("{external: {risk_beta: 2}}", "risk_alpha and risk_beta belong together"),
        ("{external: {risk_alpha: 0.01, risk_beta: 2}}",
         "samplesize.external.risk_alpha: must be at least 0.05"),
        ("{external: {risk_alpha: 1, risk_beta: 2, lp_mean: 0, lp_sd: 1}}",
         "state lp_mean and lp_sd, or risk_alpha and risk_beta, not both"),
        ("{external: {sensitivity: 0.5}}", "sensitivity and specificity belong together"),
        ("{external: {sensitivity: 0.5, specificity: 0.5}}",
         "sensitivity and specificity need a threshold"),
        ("{external: {oe_widht: 0.2}}", "this key is not known (did you mean oe_width?)"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused(text, message):
    check_refused(message, f"samplesize={text}")
