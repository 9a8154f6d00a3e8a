"""What costs time with every prediction is bounded, and told before it is built."""

import json
import time

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document import limits
from hiprisk.sheet.document.parsing import parse_sheet
from small_bundle import small_sheet

LEAF = {"feature": [-1], "threshold": [0.0], "left": [0], "right": [0], "value": [0.1]}


def changed(**parts):
    sheet = json.loads(small_sheet().to_json())
    for key, part in parts.items():
        sheet[key] = {**sheet[key], **part} if key == "missing" else part
    return json.dumps(sheet)


def trees(number, nodes=1):
    tree = {key: value * nodes for key, value in LEAF.items()}
    return {"type": "trees", "link": "identity", "baseline": 0.0, "inputs": [],
            "trees": [tree] * number}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"missing": {"draws": [[0.0] * 4] * 200_000}},
         "has 200000 draws for missing values, and it may have 1000"),
        ({"model": {"type": "linear", "refits": [[0.0]] * 10_001}},
         "has 10001 refits, and it may have 10000"),
        ({"model": trees(50_001)}, "has 50001 trees, and it may have 50000"),
    ],
    ids=["draws", "refits", "trees"],
)  # fmt: skip
def test_more_than_a_sheet_may_hold_is_refused_at_once(parts, said):
    text = changed(**parts)
    start = time.process_time()
    with pytest.raises(BundleError, match=said) as caught:
        parse_sheet(text)
    assert (caught.value.code, caught.value.exit_code) == ("TOO_LARGE", 4)
    # Generous for a busy machine; built and checked they take many times as long.
    assert time.process_time() - start < 6.0


def test_what_the_limits_allow_is_read():
    draws = [[0.0] * 4] * limits.MAX_DRAWS
    assert len(parse_sheet(changed(missing={"draws": draws})).missing.draws) == 1_000


def test_nodes_are_counted_over_all_trees(monkeypatch):
    monkeypatch.setattr(limits, "MAX_NODES", 5)
    with pytest.raises(BundleError, match="has 6 nodes of trees, and it may have 5"):
        parse_sheet(changed(model=trees(2, nodes=3)))
