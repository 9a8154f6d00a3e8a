"""What is compared with what: defaults, and what makes no sense."""

from types import SimpleNamespace

import pytest

from hiprisk.errors import ConfigError
from hiprisk.inference.increment import Comparison, run_compare
from hiprisk.inference.increment.comparison import resolved_comparison


@pytest.mark.parametrize(("comparison", "why"), [
    (Comparison(add=("bakc",)), "there is no block 'bakc'"),
    (Comparison(add=("core",)), "block 'core' is named twice"),
    (Comparison(base=("core", "back", "hip_motion")), "there is no block to add"),
])  # fmt: skip
def test_a_comparison_that_makes_no_sense_is_refused(stupar_config, comparison, why):
    with pytest.raises(ConfigError, match=why):
        run_compare(stupar_config(), comparison=comparison)


def config_of(*blocks):
    return SimpleNamespace(blocks=dict.fromkeys(blocks, ()))


def test_whatever_is_no_base_is_added_in_the_order_of_the_config():
    config = config_of("core", "motion", "back")
    assert resolved_comparison(config, None).add == ("motion", "back")
    asked = Comparison(base=("core", "back"), n_resamples=7)
    found = resolved_comparison(config, asked)
    assert (found.base, found.add, found.n_resamples) == (("core", "back"), ("motion",), 7)


@pytest.mark.parametrize(("asked", "why"), [
    (Comparison(add=("back", "back")), "block 'back' is named twice"),
    (Comparison(base=(), add=("back",)), "there is no block to add"),
])  # fmt: skip
def test_a_block_is_named_once(asked, why):
    with pytest.raises(ConfigError, match=why):
        resolved_comparison(config_of("core", "back"), asked)


def test_four_blocks_at_a_time_are_enough():
    names = ("core", "a", "b", "c", "d", "e")
    assert resolved_comparison(config_of(*names[:5]), None).add == names[1:5]
    with pytest.raises(ConfigError, match=r"5 blocks have 31 combinations .*add at most 4"):
        resolved_comparison(config_of(*names), None)
