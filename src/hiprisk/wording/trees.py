"""How the trees of a model make its prediction, in words."""

from __future__ import annotations

import dataclasses

from hiprisk.sheet.format import TreesModel


def how_combined(model: TreesModel) -> str:
    """What becomes of the leaves that a patient falls into."""
    if model.recalibration is not None:
        intercept, slope = model.recalibration
        risk = how_combined(dataclasses.replace(model, recalibration=None))
        return f"{risk}; log odds of that risk times {slope:.4g} plus {intercept:.4g}"
    if model.divisor is not None:
        return "mean of the trees"
    if model.precision is not None:
        return f"baseline and sum of the trees, in {model.precision}"
    return "baseline and sum of the trees"


def trees_in_words(model: TreesModel) -> str:
    """One line for a terminal."""
    return f"{len(model.trees)} trees, baseline {model.baseline:.6g}; {how_combined(model)}"
