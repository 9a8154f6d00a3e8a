"""The forms of a model that a sheet holds: linear, trees, ordinal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Vector = tuple[float, ...]
Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Term:
    """One column's part in a linear predictor.

    Attributes
    ----------
    column : str
        Name of the column, plain or derived.
    coefficients : tuple of float
        One for each function of the basis, in order.
    knots : tuple of float
        Of ``rcs``, ascending; empty where the basis is linear.
    basis : str
        ``linear`` (one coefficient) or ``rcs``: the column itself and Harrell's restricted cubic
        spline functions of it (one coefficient fewer than knots).
    """

    column: str
    basis: Literal["linear", "rcs"]
    coefficients: Vector
    knots: Vector = ()


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """Intercept and terms; ``link`` turns the linear predictor into the prediction.

    Attributes
    ----------
    type : str
        ``linear``.
    link : str
        ``identity`` gives the linear predictor itself, ``logit`` the risk 1 / (1 + exp(-x)).
    intercept : float
        The linear predictor where every term is 0.
    terms : tuple of Term
        They are summed, in this order.
    covariance : tuple of tuple of float or None
        Covariance of intercept and coefficients, in the order of the terms.
    refits : tuple of tuple of float or None
        One coefficient vector (intercept first) for each bootstrap refit.
    """

    type: Literal["linear"] = "linear"
    link: Literal["identity", "logit"]
    intercept: float
    terms: tuple[Term, ...]
    covariance: Matrix | None = None
    refits: Matrix | None = None


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One decision tree as arrays: left where the input is at most the threshold, -1 is a leaf.

    Attributes
    ----------
    feature : tuple of int
        Position of the input that each node asks for; -1 in a leaf.
    threshold : tuple of float
        What the input is compared with; without meaning in a leaf.
    left, right : tuple of int
        Node that follows where the input is at most the threshold, and where it is above it.
    value : tuple of float
        What a leaf adds; without meaning in another node.
    """

    feature: tuple[int, ...]
    threshold: Vector
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: Vector


@dataclass(frozen=True, kw_only=True)
class TreesModel:
    """A baseline and a sum of trees; a forest's hold a risk itself, its link is ``identity``.

    Attributes
    ----------
    type : str
        ``trees``.
    link : str
        ``identity`` gives the sum itself, ``logit`` the risk 1 / (1 + exp(-x)).
    baseline : float
        What the trees' values are added to.
    inputs : tuple of str
        Columns, plain or derived, by whose position the trees name them.
    trees : tuple of Tree
        They are summed, in this order.
    divisor : float or None
        The sum is divided by it: a forest's prediction is the mean of its trees.
    precision : str or None
        ``float32``: baseline and partial sums are rounded to it, in order, as XGBoost adds them.
    recalibration : tuple of float or None
        Intercept and slope over the log odds of the risk that trees hold; the link is ``logit``.
    """

    type: Literal["trees"] = "trees"
    link: Literal["identity", "logit"]
    baseline: float
    inputs: tuple[str, ...]
    trees: tuple[Tree, ...]
    divisor: float | None = None
    precision: Literal["float32"] | None = None
    recalibration: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class OrdinalModel:
    """Cumulative probabilities of a bounded score's own values, parametrised as ``rms::orm``.

    ``P(Y >= values[j + 1]) = F(intercepts[j] + X b)``, with X b the sum of the terms: a higher
    linear predictor goes with a higher score. Mean, quantiles and the chance of every event come
    from this one distribution, so that such a sheet has no ``distribution`` beside it.

    Attributes
    ----------
    type : str
        ``ordinal``.
    terms : tuple of Term
        They are summed, in this order.
    link : str
        F is ``logit``: 1 / (1 + exp(-x)); ``probit``: the normal distribution function;
        ``loglog``: exp(-exp(-x)); ``cloglog``: 1 - exp(-exp(x)).
    values : tuple of float, length k
        Distinct values of the score, ascending, exactly as in the data.
    intercepts : tuple of float, length k - 1
        Strictly descending.
    covariance : tuple of tuple of float or None
        Covariance of the intercepts and then the coefficients, in the order of a refit.
    refits : tuple of tuple of float or None
        One row for each bootstrap refit: the k - 1 intercepts, then the coefficients in the order
        of the terms. A value absent from a resample takes the intercept of the next value present
        above it (its own probability is 0), so that intercepts of a refit may be equal; a top
        value that is absent has a finite intercept at which its probability is below 1e-12.
    """

    type: Literal["ordinal"] = "ordinal"
    link: Literal["logit", "probit", "loglog", "cloglog"]
    values: Vector
    intercepts: Vector
    terms: tuple[Term, ...]
    covariance: Matrix | None = None
    refits: Matrix | None = None


Model = LinearModel | TreesModel | OrdinalModel
