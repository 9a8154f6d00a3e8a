"""People needed by the expected performance, beside the available sample."""

import numpy as np

from hiprisk.config import SampleSizeSettings
from hiprisk.inference.samplesize import development_size
from hiprisk.reporting.plots.samplesize import draw_samplesize


def test_people_needed_fall_with_what_is_expected():
    expected = SampleSizeSettings(r2=0.3, mean=40, sd=20)
    ax = draw_samplesize(development_size("continuous", 20, expected, n=300))
    needed = ax.get_lines()[0].get_ydata()
    assert (np.diff(needed) <= 0).all()
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said == ["people needed", "needed as assumed: 448", "available sample: 300"]
