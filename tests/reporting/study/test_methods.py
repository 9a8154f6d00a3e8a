"""Methods, written from the config: what was done, with numbers and labels."""

import dataclasses

from hiprisk.config import load_config
from hiprisk.reporting.study.methods import methods_section
from report_words import names_in
from reported_study import STUPAR


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
    predictors = study.section["methods"].paragraphs[3]
    assert "Low back pain: low back pain at the first visit; intensity" in predictors
    # A level of the held-out variable is a value, no name.
    assert set(names_in(" ".join(study.section["methods"].paragraphs))) <= {"site_02"}


def test_the_objective_names_the_outcome_and_what_is_asked(study):
    objective = study.section["methods"].paragraphs[0]
    assert objective.startswith(
        "**Objective.** To develop a model that predicts WOMAC function 36 months after the first "
        "visit, and to validate it internally and in people who were held out"
    )
    assert "what low back pain and hip motion add to the prediction" in objective
    assert "associated with low back pain" in objective


def test_measures_and_groups_are_said_with_what_they_are_for(study, binary_evidence):
    said = " ".join(study.section["methods"].paragraphs)
    assert "R² (how much of the differences" in said
    assert "compared between groups by sex" in said
    risks = " ".join(methods_section(binary_evidence, study.sheet, study.config).paragraphs)
    assert "C statistic" in risks


def test_the_outcome_of_a_risk_is_named_as_an_event(study):
    config = load_config(STUPAR.with_name("stupar_worsening.yaml"))
    said = " ".join(methods_section(study.evidence, study.sheet, config).paragraphs)
    assert "Predicted: the probability of an event, worse by at least 10 points." in said


def test_advice_on_the_config_is_left_to_other_sections(study):
    said = " ".join(study.section["methods"].paragraphs)
    assert "Not repeated in the resamples: tuning; the choice of the model type" in said
    assert "tune_inside" not in said


def test_what_was_not_done_is_not_said(study):
    evidence = dataclasses.replace(study.evidence, added=None, association=None, not_repeated=())
    said = " ".join(methods_section(evidence, study.sheet, study.config).paragraphs)
    assert "**What blocks add.**" not in said
    assert "**Association.**" not in said
    assert "Not repeated" not in said


def test_lists_are_read_without_a_doubt_and_model_types_by_anybody(study):
    said = " ".join(study.section["methods"].paragraphs)
    assert "hip flexion, worse side; hip extension, worse side" in said
    assert "Candidates: the mean of everybody and linear regression." in said
    assert "low back pain at the first visit (yes vs no)" in said


def test_bounds_of_events_are_said_to_have_no_source(study):
    text = " ".join(methods_section(study.evidence, study.sheet, study.config).paragraphs)
    assert "Their bounds were declared in the config, which has no place for a source." in text
