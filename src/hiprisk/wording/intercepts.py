"""What an ordinal model's intercepts are called, and how a chance follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hiprisk.sheet.format import OrdinalModel

# F of each link.
DISTRIBUTION_FUNCTIONS = {
    "logit": "1 / (1 + exp(-x))",
    "probit": "the normal distribution function",
    "loglog": "exp(-exp(-x))",
    "cloglog": "1 - exp(-exp(x))",
}


def intercept_rows(model: OrdinalModel) -> Iterator[tuple[str, float]]:
    """Each intercept under its one name, which is the value that it is of: "at least 36.1"."""
    for value, intercept in zip(model.values[1:], model.intercepts, strict=True):
        yield f"at least {value:g}", intercept


def formula_in_words(model: OrdinalModel) -> str:
    """How the chance of each value follows, once for all rows of `intercept_rows`."""
    return (
        "P(Y >= y) = F(intercept of y + sum of coefficient x value), with F(x) = "
        f"{DISTRIBUTION_FUNCTIONS[model.link]} (link {model.link}). "
        f"Mean, quantiles and probabilities follow from it. There are {len(model.intercepts)} "
        'intercepts, one for each value of the score but the lowest; "at least '
        f'{model.values[1]:g}" is the intercept of y = {model.values[1]:g}.'
    )
