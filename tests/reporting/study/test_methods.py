"""Methods, written from the config: what was done, with numbers and labels."""

import dataclasses

from hiprisk.reporting.study.methods import methods_section
from report_words import names_in


def test_every_declared_number_is_said(study):
    said = " ".join(study.section["methods"].paragraphs)
    config = study.config
    assert f"on {config.validation.resamples} bootstrap resamples" in said
    assert f"imputed {config.imputation.imputations} times" in said
    assert f"in {config.tuning.folds} folds of people" in said
    assert "20 %, 30 % and 40 %" in said
    assert "minimum important gain is 0.01 in R²" in said
    assert "Rows with site or provider site_02 were held out" in said
    assert "People whose hip was replaced before follow-up were excluded" in said


def test_predictors_have_their_labels_by_block(study):
    predictors = study.section["methods"].paragraphs[2]
    assert "Low back pain: low back pain at the first visit and" in predictors
    # A level of the held-out variable is a value, no name.
    assert set(names_in(" ".join(study.section["methods"].paragraphs))) <= {"site_02"}


def test_what_was_not_done_is_not_said(study):
    evidence = dataclasses.replace(study.evidence, added=None, association=None, not_repeated=())
    said = " ".join(methods_section(evidence, study.sheet, study.config).paragraphs)
    assert "**What blocks add.**" not in said
    assert "**Association.**" not in said
    assert "Not repeated" not in said
