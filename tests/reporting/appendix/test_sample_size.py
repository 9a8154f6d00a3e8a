"""The sample-size section shows development, validation elsewhere and instability side by side."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from hiprisk.config import load_config
from hiprisk.inference.samplesize import assess_study
from hiprisk.reporting.appendix.sample_size import sample_size_section
from hiprisk.validation.internal.instability_results import PredictionStability
from hiprisk.wording.quantities import NONE

CONFIG = Path(__file__).parents[3] / "configs" / "stupar.yaml"


@pytest.fixture(scope="module")
def finding():
    config = load_config(CONFIG, overrides=["samplesize.simulations=20"])
    return assess_study(config, n=300, n_parameters=18, strength=0.3, mean=36.0, sd=19.0)


def section(finding, stability=None):
    evidence = SimpleNamespace(sample_size=finding, stability=stability, provenance="real")
    return sample_size_section(evidence)


def test_all_three_have_their_table_and_their_sentences(finding):
    made = section(finding)
    development, external, instability = made.tables
    assert [row[2] for row in external.rows] == [str(r.n) for r in finding.external.criteria]
    assert len(development.rows) == len(finding.size.criteria)
    assert [row[2] for row in instability.rows] == [NONE] * 3
    for part in (finding.size, finding.external, finding.instability):
        assert set(part.sentences()) <= set(made.notes)


def test_what_the_bootstrap_found_stands_beside_what_was_expected(finding):
    people = PredictionStability(
        predicted=(1.0, 2.0, 3.0), low=(0.0, 1.0, 1.0), high=(2.0, 4.0, 5.0),
        mape_each=(0.5, 1.25, 2.0), mape=1.25,
    )  # fmt: skip
    slope = SimpleNamespace(name="calibration_slope", value=1.0, low=0.9, high=1.1)
    stability = SimpleNamespace(predictions=people, calibration=SimpleNamespace(spread=(slope,)))
    rows = section(finding, stability).tables[2].rows
    assert [row[2] for row in rows] == ["1.25", "3.00", "1.000 (0.900 to 1.100)"]
    assert rows[0][1].startswith(f"{finding.instability.mape.median:.2f} (")


def test_a_study_that_explains_nothing_has_its_sentence_alone():
    config = load_config(CONFIG)
    nothing = assess_study(config, n=300, n_parameters=18, strength=-0.1, mean=36.0, sd=19.0)
    made = section(nothing)
    assert (made.tables, made.pictures, made.notes) == ((), (), ())
    assert "explains nothing" in made.paragraphs[0]
