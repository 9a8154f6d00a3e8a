"""The picture of an invented patient."""

import pytest

from hiprisk.evidence.predictors.example_patient import Contribution, ExamplePatient
from hiprisk.reporting.plots.predictors.example import draw_example_patient


def test_bars_lead_from_the_typical_to_the_invented_patient():
    values = [float(12 - place) for place in range(12)]
    parts = tuple(Contribution(label=f"x{value:g}", value=value) for value in values)
    found = ExamplePatient(
        scale="points", patient={}, reference=10.0, total=10.0 + sum(values), contributions=parts
    )
    ax = draw_example_patient(found, provenance="simulated")
    bars = list(ax.patches)
    # The ten largest, 12 down to 3, and 2 and 1 together.
    assert [bar.get_width() for bar in bars] == [*values[:10], 3.0]
    assert bars[0].get_x() == 10.0
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(found.total)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert (names[0], names[-2], names[-1]) == (
        "Typical patient", "2 others together", "Invented patient",
    )  # fmt: skip
    assert ax.get_title() == "An invented patient explained (simulated data)"
