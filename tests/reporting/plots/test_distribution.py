"""Predictive distributions as pictures: counts, coverage, PIT."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.forecast.predicted_observed import predicted_observed
from hiprisk.reporting.plots.distribution import draw_coverage, draw_pit, draw_predicted_observed
from hiprisk.reporting.plots.style import as_png, new_axes

RNG = np.random.default_rng(4)
MEAN = RNG.uniform(5, 95, 150)
OBSERVED = np.clip(MEAN + RNG.uniform(-1, 1, 150) * 20, 0, 100)
LAW = forecast(
    MEAN, np.full(150, 12.0), probabilities=[0.0, 0.5, 1.0], quantiles=[-2.0, 0.0, 2.0],
    lower=0.0, upper=100.0,
)  # fmt: skip
DRAWN = {
    "observed": lambda **k: draw_predicted_observed(predicted_observed(OBSERVED, LAW), **k),
    "coverage": lambda **k: draw_coverage(coverage_by_level(OBSERVED, LAW), unit="points", **k),
    "pit": lambda **k: draw_pit(pit_histogram(OBSERVED, LAW), **k),
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_simulated_data_are_named_in_the_title(name):
    assert DRAWN[name](provenance="simulated").get_title().endswith("(simulated data)")
    ax = DRAWN[name]()
    assert "simulated" not in ax.get_title()
    assert as_png(ax).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", list(DRAWN))
def test_axes_are_labelled_and_given_ones_are_used(name):
    ax = new_axes()
    assert DRAWN[name](ax=ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_coverage_and_pit_name_what_is_nominal():
    said = [text.get_text() for text in DRAWN["coverage"]().get_legend().get_texts()]
    found = coverage_by_level(OBSERVED, LAW).overall[0]
    assert said[0] == (
        f"{100 * found.level:g} % interval: coverage {100 * found.coverage.value:.1f} %, "
        f"width {found.width:.1f}"
    )
    said = [text.get_text() for text in DRAWN["pit"]().get_legend().get_texts()]
    assert said == ["95 % range if calibrated", "uniform"]
