"""What every figure shares."""

import io

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


def test_a_picture_is_drawn_once_and_is_what_savefig_draws():
    axes = [new_axes(), new_axes()]
    for ax in axes:
        ax.plot([0.0, 1.0], [3.0, 1_000.0])
        ax.set_title("a title\nof two lines")
        ax.set_ylabel("scale")
    saved = io.BytesIO()
    axes[0].figure.savefig(saved, format="png", metadata={"Software": None})
    engine = axes[1].figure.get_layout_engine()
    assert as_png(axes[1]) == saved.getvalue()
    assert axes[1].figure.get_layout_engine() is engine
