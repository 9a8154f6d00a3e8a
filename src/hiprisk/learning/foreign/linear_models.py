"""Linear and logistic models of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.foreign.scaling import Scaling
from hiprisk.sheet.format import LinearModel, Term


def linear_model(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> LinearModel:
    """A regression with ``coef_`` and ``intercept_``; scaling goes into both."""
    return _model(estimator, inputs, scaling, link="identity")


def logistic_model(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> LinearModel:
    """A binary logistic regression."""
    return _model(estimator, inputs, scaling, link="logit")


def _model(estimator: Any, inputs: Sequence[str], scaling: Scaling, *, link: Any) -> LinearModel:
    coefficients: Floats = np.asarray(estimator.coef_, dtype=np.float64)
    if coefficients.ndim > 1 and coefficients.shape[0] > 1:
        raise NotPortableError(
            f"{type(estimator).__name__} predicts {coefficients.shape[0]} outcomes at once",
            advice="fit one model for each",
        )
    slopes = coefficients.ravel()
    constant, factor = scaling.as_line(len(slopes))
    intercept = float(np.ravel(estimator.intercept_)[0]) + float(slopes @ constant)
    return LinearModel(
        link=link,
        intercept=intercept,
        terms=tuple(
            Term(column=name, basis="linear", coefficients=(float(slope),))
            for name, slope in zip(inputs, slopes * factor, strict=True)
        ),
    )
