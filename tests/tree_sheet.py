"""Trees written down by hand over the small model's variables, few enough to walk on paper."""

import dataclasses

from hiprisk.sheet.format import Derived, Tree, TreesModel
from small_bundle import small_sheet

LEAF = -1


def stump(feature, threshold, left, right):
    return Tree(
        feature=(feature, LEAF, LEAF),
        threshold=(threshold, 0.0, 0.0),
        left=(1, 0, 0),
        right=(2, 0, 0),
        value=(0.0, left, right),
    )


def tree_sheet(*, kind="continuous"):
    """A baseline and three trees; age and function meet in two of them, one input is derived."""
    sheet = small_sheet(kind=kind)
    scale = 0.05 if kind == "binary" else 1.0
    deep = Tree(
        feature=(0, 1, 1, LEAF, LEAF, 2, LEAF, LEAF, LEAF),
        threshold=(60.0, 40.0, 55.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0),
        left=(1, 3, 5, 0, 0, 6, 0, 0, 0),
        right=(2, 4, 8, 0, 0, 7, 0, 0, 0),
        value=tuple(scale * v for v in (0.0, 0.0, 0.0, -8.0, 3.0, 0.0, 1.0, 6.0, 12.0)),
    )
    mixed = Derived(
        name="function_if_back_pain", op="product", of=("lbp_any=yes", "womac_function_0_100")
    )
    return dataclasses.replace(
        sheet,
        family="boosting",
        derived=(*sheet.derived, mixed),
        model=TreesModel(
            link="logit" if kind == "binary" else "identity",
            baseline=-0.5 if kind == "binary" else 40.0,
            inputs=("age_years", "womac_function_0_100", "woman", "function_if_back_pain"),
            trees=(deep, stump(3, 20.0, -2.0 * scale, 4.0 * scale), stump(1, 45.0, -1.0, 1.0)),
        ),
    )
