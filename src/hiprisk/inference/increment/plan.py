"""Knots, scaling and functions of the nested models of a comparison."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import ROWS_AT_ONCE, Floats, row_parts
from hiprisk.config import Range, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.features.design import Design
from hiprisk.inference.increment.comparison import Comparison
from hiprisk.inference.increment.nested_models import NestedModels, independent_functions
from hiprisk.learning.linear import TermPlan, basis_matrix, plan_terms

N_KNOTS = 3
# Share of a function's variance that the functions before it must leave.
MIN_UNIQUE_SHARE = 1e-4


def plan_nested_models(
    config: StudyConfig,
    design: Design,
    stack: Sequence[Floats],
    added: Sequence[Sequence[str]],
    chosen: Comparison,
) -> NestedModels:
    """Knots, scaling and the functions of each model.

    Parameters
    ----------
    config : StudyConfig
    design : Design
    stack : sequence of ndarray, each of shape (n_known, n_inputs)
        Completed inputs, one array an imputation.
    added : sequence of sequence of str
        Blocks that each model adds to the base.
    chosen : Comparison

    Raises
    ------
    ConfigError
        If a block has no predictor that the base lacks.
    """
    check_new_predictors(config, design, added, chosen.base)
    plan = planned_terms(config, design, stack)
    origin = np.repeat(np.arange(len(plan)), [part.width for part in plan])
    members = []
    for blocks in [(), *added]:
        names = {name for block in (*chosen.base, *blocks) for name in config.blocks[block]}
        used = np.array([design.predictor_of[place] in names for place in origin])
        members.append(np.flatnonzero(used))
    together = np.concatenate([basis_matrix(plan, part) for part in stack])
    spread = _spread(together)
    kept = independent_functions(together, members, least_share=MIN_UNIQUE_SHARE)
    gone = sorted({int(place) for own in members for place in own} - set(kept))
    outcome = config.outcome
    return NestedModels(
        plan=plan,
        members=tuple(own[np.isin(own, kept)] for own in members),
        combinations=tuple(dict.fromkeys(design.predictor_of[origin[place]] for place in gone)),
        link="logit" if outcome.kind == "binary" else "identity",
        bounds=outcome.bounds if outcome.kind == "continuous" else None,
        center=together.mean(axis=0),
        scale=np.where(spread > 0.0, spread, 1.0),
    )


def _spread(basis: Floats) -> Floats:
    """Standard deviation of each function."""
    if len(basis) <= ROWS_AT_ONCE:
        return np.asarray(basis.std(axis=0))
    # The deviations of all rows at once would be another copy of the data.
    center, squares = basis.mean(axis=0), np.zeros(basis.shape[1])
    for rows in row_parts(len(basis)):
        squares += ((basis[rows] - center) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(squares / len(basis)))


def check_new_predictors(
    config: StudyConfig, design: Design, added: Sequence[Sequence[str]], base: Sequence[str]
) -> None:
    """Raise ConfigError where what is added has no predictor that the base lacks."""
    has = {name for block in base for name in config.blocks[block]}
    for blocks in added:
        new = {name for block in blocks for name in config.blocks[block]} - has
        if new.isdisjoint(design.predictor_of):
            raise ConfigError(
                f"block '{' + '.join(blocks)}' has no predictor that the base lacks",
                column="blocks",
                advice="add another block",
            )


def planned_terms(
    config: StudyConfig, design: Design, stack: Sequence[Floats]
) -> tuple[TermPlan, ...]:
    """The terms of all inputs, with splines where the study's models may have them.

    Parameters
    ----------
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
    """
    settings = config.families.linear or config.families.logistic or config.families.ordinal
    nonlinear = settings is not None and _allows_splines(settings.spline_knots)
    splines = settings.splines if settings is not None else ()
    return plan_terms(design.inputs, stack, splines=splines, n_knots=N_KNOTS if nonlinear else 0)


def _allows_splines(knots: float | Range | tuple[float, ...]) -> bool:
    """Whether the family's search may choose a spline."""
    if isinstance(knots, Range):
        return knots.high >= N_KNOTS
    return max(knots) >= N_KNOTS if isinstance(knots, tuple) else knots >= N_KNOTS
