"""The section on the truth of a simulation."""

import dataclasses

from hiprisk.inference.simulated_truth import SimulatedTruth
from hiprisk.reporting.appendix.truth import truth_section


def rows(evidence):
    return {row[0]: row[1:] for row in truth_section(evidence).tables[0].rows}


def test_every_estimate_has_its_truth_beside_it(study):
    truth = study.evidence.simulated_truth
    found = rows(study.evidence)
    assert found["Gain in R² by low back pain"][1] == f"{truth.gains['back']:+.3f}"
    effect = found["Low back pain at the first visit: yes vs no, difference in means, points"]
    assert effect[1] == "+5"
    assert f"in {truth.n_people:,} people" in truth_section(study.evidence).paragraphs[0]


def test_a_truth_that_the_interval_misses_is_said_to_lie_outside(study):
    row = study.evidence.association.rows[-1].estimate
    for effect, said in ((row.low - 1, " (outside the interval)"), (row.high, "")):
        truth = dataclasses.replace(study.evidence.simulated_truth, exposure_effect=effect)
        found = rows(dataclasses.replace(study.evidence, simulated_truth=truth))
        name = "Low back pain at the first visit: yes vs no, difference in means, points"
        assert found[name][1] == f"{effect:+g}{said}"


def test_what_is_not_known_is_said(study):
    unknown = SimulatedTruth(exposure_effect=None, gains={})
    evidence = dataclasses.replace(study.evidence, simulated_truth=unknown)
    assert {one[1] for one in rows(evidence).values()} == {"not known"}
    assert truth_section(evidence).paragraphs == ()


def test_real_people_have_no_such_section(study):
    real = dataclasses.replace(study.evidence, simulated_truth=None)
    assert truth_section(real) is None
