"""The bound on what a sheet holds."""

import pytest

from foreign_models import NAMES, fitted, model_named
from hiprisk.learning.foreign import size
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.sheet.document.codec import encode
from hiprisk.sheet.document.strict_json import canonical_json
from hiprisk.sheet.format import Tree


def chain(depth):
    """A tree that splits off one leaf after another."""
    n = 2 * depth + 1
    places = range(n)
    return Tree(
        feature=tuple(-1 if p % 2 or p == n - 1 else 0 for p in places),
        threshold=tuple(0.0 for _ in places),
        left=tuple(0 if p % 2 or p == n - 1 else p + 1 for p in places),
        right=tuple(0 if p % 2 or p == n - 1 else p + 2 for p in places),
        value=tuple(0.0 for _ in places),
    )


def test_a_node_takes_no_more_than_is_reckoned_with():
    model = sheet_model_of(model_named("RandomForestRegressor"), inputs=NAMES)
    n_nodes = sum(len(tree.feature) for tree in model.trees)
    written = len(canonical_json(encode(model)))
    assert 0.5 * size.BYTES_PER_NODE * n_nodes < written < size.BYTES_PER_NODE * n_nodes


def test_a_forest_beyond_the_limit_is_refused_with_its_size(monkeypatch):
    monkeypatch.setattr(size, "LARGEST_MIB", 0.01)
    message = r"13 trees of about [0-9]+ nodes make a sheet of up to [0-9] MiB, and it may have"
    with pytest.raises(NotPortableError, match=message):
        sheet_model_of(model_named("RandomForestRegressor"), inputs=NAMES)


def test_more_trees_than_a_sheet_takes_are_refused(monkeypatch):
    monkeypatch.setattr(size, "MAX_TREES", 12)
    with pytest.raises(NotPortableError, match="it has 13 trees, and a sheet takes at most 12"):
        sheet_model_of(model_named("RandomForestRegressor"), inputs=NAMES)


def test_a_tree_that_is_too_deep_is_refused():
    assert size.bounded([chain(64)], 1) == (chain(64),)
    with pytest.raises(NotPortableError, match="65 splits deep, and a sheet takes at most 64"):
        size.bounded([chain(65)], 1)


def test_a_tree_that_is_one_leaf_has_no_depth():
    from sklearn.tree import DecisionTreeRegressor

    model = sheet_model_of(fitted(DecisionTreeRegressor(max_leaf_nodes=2)), inputs=NAMES)
    assert len(model.trees[0].feature) == 3
