"""Limitations that follow from the evidence."""

import dataclasses

from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.reporting.study.limitations import UNDECIDED, UNSAID, limitations_section
from hiprisk.wording.labels import blocks_in_words


def said(evidence, config):
    return " ".join(limitations_section(evidence, config).paragraphs)


def test_simulated_people_and_the_own_cohort_come_first(study):
    first, second, *_ = study.section["limitations"].paragraphs
    assert "simulated" in first
    assert "the cohort that it was developed in, some of them held out" in second


def test_blocks_that_the_cohort_cannot_decide_are_named(study):
    undecided = [
        blocks_in_words(one.blocks)
        for one in study.evidence.added.additions
        if one.verdict == UNDECIDED and len(one.blocks) == 1
    ]
    text = said(study.evidence, study.config)
    assert all(name in text for name in undecided)
    assert ("too small to tell what these add" in text) == bool(undecided)


def test_what_does_not_limit_is_not_said(study):
    evidence = dataclasses.replace(
        study.evidence, provenance="real", added=None, association=None, not_repeated=()
    )
    text = said(evidence, study.config)
    assert "simulated" not in text
    assert "causal" not in text
    assert "optimism may be larger" not in text


def test_too_few_people_are_a_limitation(study):
    size = study.evidence.sample_size.size
    criteria = tuple(dataclasses.replace(row, satisfied=False) for row in size.criteria)
    finding = dataclasses.replace(
        study.evidence.sample_size, size=dataclasses.replace(size, criteria=criteria)
    )
    evidence = dataclasses.replace(study.evidence, sample_size=finding)
    assert "Fewer people than the criteria ask for: " in said(evidence, study.config)


def test_the_authors_own_limitations_come_last_in_their_words(study):
    own = AuthorsAnswers(further_limitations="One region only.")
    section = limitations_section(study.evidence, dataclasses.replace(study.config, reporting=own))
    assert section.paragraphs[-1] == "In the authors' words: One region only."
    assert section.notes == ()
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    assert limitations_section(study.evidence, silent).notes == (UNSAID,)


def test_people_without_an_outcome_and_predictors_alone_limit_what_is_known(study):
    text = said(study.evidence, study.config)
    unknown = study.evidence.flow[-1].n_left_out
    assert f"The outcome is unknown for {unknown} people (" in text
    # It informs the imputation and is no predictor.
    assert "interim visit" not in text
    assert "which nobody knows at the first visit" in text


def test_no_command_is_named(study):
    assert "hiprisk " not in said(study.evidence, study.config)
