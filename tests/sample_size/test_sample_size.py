"""Sample size as a library: the criteria of the command, refused with the same words."""

import pytest

from hiprisk import sample_size
from hiprisk.errors import ConfigError


def test_development_is_that_of_the_command():
    expected = sample_size.expectations(cox_snell=0.288, prevalence=0.174)
    size = sample_size.development_size("binary", 24, expected)
    # Riley et al. (2020) BMJ 368, m441, example 1.
    assert size.n_required == 662
    assert size.to_frame().set_index("binding").loc[True, "n"] == 662


def test_external_targets_are_a_mapping():
    expected = sample_size.expectations(prevalence=0.2, external={"lp_mean": -1.75, "lp_sd": 1.47})
    assert sample_size.external_size("binary", expected).n_required > 100


@pytest.mark.parametrize(("values", "said"), [
    ({"prevalence": 20}, "prevalence: must be less than 1"),
    ({"c_statistc": 0.7}, r"c_statistc: this key is not known \(did you mean c_statistic"),
    ({"external": {"lp_men": 0.1}}, r"external.lp_men: this key is not known \(did you mean lp_m"),
])  # fmt: skip
def test_what_cannot_be_expected_is_refused(values, said):
    with pytest.raises(ConfigError, match=said):
        sample_size.expectations(**values)
