"""Labels of metrics: what a person reads for a machine name."""

import pytest

from hiprisk.metrics.registry import entries, label_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("r2", "R²"),
        ("c_statistic", "C statistic"),
        ("brier", "Brier score"),
        ("calibration_slope", "calibration slope"),
        ("observed_expected_ratio", "observed/expected ratio"),
        ("ici_spline", "ICI (spline)"),
        ("coverage_95", "coverage of the 95 % prediction interval"),
        ("floor_share_observed", "proportion at the floor, observed"),
        ("net_benefit_0.2", "net benefit at 20 %"),
        ("standardised_net_benefit_0.075", "standardised net benefit at 7.5 %"),
        ("interventions_avoided_0.07", "interventions avoided per 100 patients at 7 %"),
        ("not_ours", "not ours"),
    ],
)
def test_label_of_a_name(name, label):
    assert label_of(name) == label
    assert label_of(name, event="worsening") == f"{label} (worsening)"


def test_the_two_intercepts_never_share_a_label():
    assert label_of("calibration_in_the_large") == "calibration in the large"
    assert label_of("calibration_intercept") == "calibration intercept"


def test_a_name_has_one_label_and_a_label_one_name():
    pairs = {(one.name, one.label) for one in entries()}
    assert len({name for name, _ in pairs}) == len({label for _, label in pairs}) == len(pairs)
