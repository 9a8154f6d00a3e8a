"""Which own candidates can be written as a sheet, and their fits in the sheet's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hiprisk.config import EstimatorSettings
from hiprisk.learning.foreign.conversion import Portable, portable_class, sheet_model_of
from hiprisk.learning.foreign.linear_models import linear_model, logistic_model
from hiprisk.learning.foreign.scikit_learn_trees import decision_tree, forest
from hiprisk.learning.foreign.size import bounded
from hiprisk.learning.linear import LinearFit, TermPlan
from hiprisk.learning.own.estimator import estimator_class
from hiprisk.sheet.format import LinearModel, Tree, TreesModel


def is_benchmark(settings: EstimatorSettings) -> bool:
    """Whether a candidate is compared with the model and never chosen."""
    return settings.benchmark or portability(settings.estimator) is None


def portability(path: str) -> Portable | None:
    """What is known of a class; None where a sheet cannot hold its models."""
    kind: Any = estimator_class(path)
    return portable_class(kind)


def is_linear(path: str) -> bool:
    """Whether a class fits linear predictors that a sheet can hold."""
    known = portability(path)
    return known is not None and known.convert in (linear_model, logistic_model)


def adds_log_odds(path: str) -> bool:
    """Whether the sheet of a classifier adds log odds; a forest's holds the risk itself."""
    known = portability(path)
    return known is not None and known.convert not in (decision_tree, forest)


def mean_linear_fit(fits: Sequence[Any], *, link: str, names: Sequence[str]) -> LinearFit:
    """Coefficients averaged over the imputations, as of hiprisk's own linear models."""
    models = [sheet_model_of(fit, inputs=names) for fit in fits]
    each = []
    for model in models:
        assert isinstance(model, LinearModel)
        each.append([model.intercept, *(term.coefficients[0] for term in model.terms)])
    plan = tuple(
        TermPlan(column=name, position=position, knots=()) for position, name in enumerate(names)
    )
    return LinearFit(link, plan, np.mean(np.array(each), axis=0), None)


def mean_trees_model(fits: Sequence[Any], *, names: Sequence[str]) -> TreesModel:
    """One ensemble that predicts the mean of the ensembles of the imputations.

    Raises
    ------
    NotPortableError
        If a sheet cannot hold one of them, or all of them together.
    """
    models = [sheet_model_of(fit, inputs=names) for fit in fits]
    first, n = models[0], len(models)
    assert isinstance(first, TreesModel)
    if n == 1:
        return first
    ensembles = [model for model in models if isinstance(model, TreesModel)]
    divisors = [model.divisor for model in ensembles if model.divisor is not None]
    together = [tree for model in ensembles for tree in model.trees]
    baselines = [model.baseline for model in ensembles]
    if len(divisors) == n:
        return replace(
            first,
            trees=bounded(together, len(together)),
            baseline=float(sum(baselines)),
            divisor=float(sum(divisors)),
            precision=None,
        )
    trees = (_divided(tree, n) for tree in together)
    return replace(
        first,
        trees=bounded(trees, len(together)),
        baseline=float(np.mean(baselines)),
        # Sums in float32 cannot be averaged to the bit; in doubles they are nearer to the trees.
        precision=None,
    )


def _divided(tree: Tree, by: int) -> Tree:
    return replace(tree, value=tuple(value / by for value in tree.value))
