"""Declared parts that will be left out or change nothing: told at the start, the study goes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hiprisk.cohort.drafts.visits import is_later
from hiprisk.cohort.findings import COPIED_ROWS, Finding
from hiprisk.config import Range
from hiprisk.evidence.declared_parts import BASE_BLOCK
from hiprisk.features.knots import default_knots
from hiprisk.inference.association import association_refusal
from hiprisk.learning.own.portability import is_benchmark
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.planning.redundancy import redundancy_findings


def start_findings(study: PreparedStudy) -> tuple[Finding, ...]:
    """Declared parts that will not be available, or that change nothing."""
    return (
        *(one for one in study.cohort.findings if one.code == COPIED_ROWS),
        *_model_types(study),
        *_blocks(study),
        *redundancy_findings(study),
        *_later_predictors(study),
        *_straight_splines(study),
        *_holdout(study),
        *_association(study),
    )


def _model_types(study: PreparedStudy) -> Iterator[Finding]:
    config = study.config
    own = config.families.own
    eligible = [name for name in config.families.named()
                if name not in own or not is_benchmark(own[name])]  # fmt: skip
    if eligible == ["mean"]:
        but = f" ({', '.join(own)}: compared with it, and never chosen)" if own else ""
        yield Finding(
            code="ONLY_THE_MEAN",
            severity="warning",
            column="families",
            message=f"no model type is a candidate but the mean{but}: everybody gets one "
            "prediction",
            advice="name one under families, for instance linear: {}",
        )
    boosting = config.families.boosting
    if boosting is None:
        return
    n_rows = int((~np.isnan(study.data.outcome)).sum())
    n_stacked = n_rows * config.imputation.imputations_in_resamples
    smallest = _smallest(boosting.min_leaf)
    if 2 * smallest > n_stacked:
        yield Finding(
            code="LEAVES_TOO_LARGE",
            severity="warning",
            column="families.boosting.min_leaf",
            message=f"no tree can split {n_rows} rows into leaves of {smallest:g} or more: "
            "boosting predicts the mean",
            advice="lower min_leaf, or leave boosting out",
        )


def _smallest(searched: float | Range | tuple[float, ...]) -> float:
    if isinstance(searched, Range):
        return searched.low
    return min(searched) if isinstance(searched, tuple) else searched


def _blocks(study: PreparedStudy) -> Iterator[Finding]:
    blocks = study.config.blocks
    if len(blocks) > 1 and BASE_BLOCK not in blocks:
        yield Finding(
            code="BLOCKS_NOT_COMPARED",
            severity="warning",
            column="blocks",
            message=f"no block is called {BASE_BLOCK}, to which the others would be added: what "
            "blocks add will not be available",
            advice=f"call the block that every model has {BASE_BLOCK}; or hiprisk compare --base",
        )
    for name in study.config.predictors:
        of = [block for block, names in blocks.items() if name in names]
        if len(of) > 1:
            yield Finding(
                code="PREDICTOR_REPEATED",
                severity="note",
                column="blocks",
                message=f"{name} is in the blocks {' and '.join(of)}; a block adds what the others "
                "of a model do not have",
                advice="nothing is needed where the blocks are meant to share it",
            )


def _later_predictors(study: PreparedStudy) -> Iterator[Finding]:
    """Predictors that by their name are known only after the first visit."""
    config = study.config
    for name in dict.fromkeys((*config.predictors, config.outcome.baseline)):
        if name is not None and is_later(name, study.cohort.frame.columns):
            yield Finding(
                code="PREDICTOR_LATER",
                severity="warning",
                column=name,
                message="by its name this is known only after the first visit, and could not be "
                "asked of a patient then",
                advice="leave it out, unless the name misleads",
            )


def _straight_splines(study: PreparedStudy) -> Iterator[Finding]:
    """Splines of inputs with so few different values that no knots can be placed."""
    design = study.design
    with np.errstate(all="ignore"):
        inputs = design.model_inputs(study.data.columns)
    families = study.config.families
    for model_type, settings in families.named().items():
        for name in getattr(settings, "splines", ()):
            if name not in design.inputs:
                continue
            values = inputs[:, design.inputs.index(name)]
            if not default_knots(values[np.isfinite(values)], 3):
                yield Finding(
                    code="STRAIGHT_SPLINE",
                    severity="warning",
                    column=f"families.{model_type}.splines",
                    message=f"{name} has too few different values for a spline, and stays a "
                    "straight line",
                    advice="take it out of splines",
                )


def _holdout(study: PreparedStudy) -> Iterator[Finding]:
    validation, held = study.config.validation, study.selection.holdout
    reference = validation.reference_prediction
    if held is None and reference is not None:
        yield Finding(
            code="REFERENCE_NOT_USED",
            severity="warning",
            column="validation.reference_prediction",
            message="another model's predictions are compared among those held out, and nobody is",
            advice="declare validation.holdout, or take the reference prediction out",
        )
    if held is None:
        return
    if not held.n_analysed:
        yield Finding(
            code="HOLDOUT_EMPTY",
            severity="warning",
            column="validation.holdout",
            message="nobody who is held out has a known outcome: there will be no evaluation there",
            advice="hold out people whose outcome is known",
        )
    elif reference is not None and held.frame[reference].isna().all():
        yield Finding(
            code="REFERENCE_NOT_USED",
            severity="warning",
            column="validation.reference_prediction",
            message="nobody who is held out has a prediction of the other model",
            advice="name another column, or hold out people who have one",
        )


def _association(study: PreparedStudy) -> Iterator[Finding]:
    refusal = association_refusal(study.config, study.selection)
    if refusal is not None:
        yield Finding(
            code="ASSOCIATION_NOT_AVAILABLE",
            severity="warning",
            column="association",
            message=f"{refusal.reason}: the table will not be available",
            advice=refusal.advice or "hiprisk associate says more",
        )
