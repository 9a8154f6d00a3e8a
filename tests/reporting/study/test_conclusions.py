"""The sections on added value and on association."""

import dataclasses

from hiprisk.reporting.study.conclusions import (
    added_details_section,
    added_of,
    added_section,
    association_section,
)
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import p_value, with_interval


def test_each_block_has_its_sentence_and_verdict(study):
    section, added = study.section["added"], study.evidence.added
    assert section.paragraphs == tuple(capital(one.sentence) for one in added.additions)
    verdicts, gains, tests = study.section["added_details"].tables
    as_used = [row for row in verdicts.rows if row[1] == "as used"]
    assert as_used == [
        (one.label, "as used", one.verdict, with_interval(one.new_information))
        for one in added.additions
    ]
    assert verdicts.caption == "Base model: core"
    assert {row[0] for row in gains.rows} == {
        "low back pain",
        "hip motion",
        "low back pain + hip motion",
    }
    assert [row[-1] for row in tests.rows] == [
        p_value(test.p_value) for one in added.additions for test in one.tests
    ]


def test_event_and_threshold_of_a_gain_are_in_words(study):
    measures = {row[1] for row in study.section["added_details"].tables[1].rows}
    assert "net benefit at 20 % (worse by at least 10 points)" in measures
    assert "root mean squared error, reduction" in measures


def test_the_association_has_measure_and_model_in_words(study):
    section = study.section["association"]
    assert [row[:3] for row in section.tables[0].rows] == [
        ("everybody", "crude", "difference in means"),
        ("everybody", "adjusted", "difference in means"),
        ("everybody", "fully adjusted", "difference in means"),
    ]
    assert section.paragraphs == study.evidence.association.sentences[1:]


def test_the_figures_of_net_benefit_name_blocks_in_words(study):
    curves = [gain.curve for one in study.evidence.added.additions for gain in one.decisions]
    assert {curve.model_name for curve in curves} == {
        "with low back pain", "with hip motion", "with low back pain + hip motion",
    }  # fmt: skip


def test_what_was_not_declared_has_no_section(study):
    evidence = dataclasses.replace(study.evidence, added=None, association=None)
    assert added_section(evidence) is None
    assert added_details_section(evidence) is None
    assert association_section(evidence) is None


def test_what_ifs_of_the_figure_are_explained_where_it_has_any(study):
    assert "What if: had" in study.section["added"].pictures[0].caption
    added = dataclasses.replace(
        study.evidence.added,
        additions=tuple(
            dataclasses.replace(one, error_free=()) for one in study.evidence.added.additions
        ),
    )
    assert "What if" not in added_of(added).pictures[0].caption
