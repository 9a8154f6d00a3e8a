"""What every figure shares."""

import pytest

from hiprisk.reporting.plots.style import as_png, new_axes, titled


@pytest.mark.parametrize(
    ("provenance", "title"),
    [
        ("simulated", "Flow (simulated data)"),
        ("synthetic", "Flow (simulated data)"),
        ("real", "Flow"),
        ("unknown", "Flow"),
    ],
)
def test_a_title_names_simulated_data(provenance, title):
    assert titled("Flow", provenance) == title


def test_the_same_axes_give_the_same_bytes():
    assert as_png(new_axes()) == as_png(new_axes())
