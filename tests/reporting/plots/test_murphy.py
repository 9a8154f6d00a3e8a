"""Murphy diagrams: both models, their difference, and its band."""

import numpy as np

from hiprisk.metrics.decomposition.murphy_diagram import murphy_diagram
from hiprisk.reporting.plots.murphy import draw_murphy_diagram
from metric_examples import example


def test_curves_are_those_of_the_diagram_and_names_stand_in_the_legend():
    y, p = example("binary", n=120)
    diagram = murphy_diagram(y, p, np.full(120, y.mean()), names=("ours", "theirs"))
    ax = draw_murphy_diagram(diagram, unit="risk", provenance="simulated")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["pointwise 95 % CI of the difference", "ours minus theirs", "theirs", "ours"]
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(drawn["ours"]) == list(diagram.model)
    assert list(drawn["ours minus theirs"]) == list(diagram.difference)
    assert ax.get_title().replace("\n", " ") == "Murphy diagram, n = 120 (simulated data)"
    assert ax.get_xlabel() == "threshold (risk)"
