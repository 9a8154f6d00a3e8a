"""The reader of sheets: what it takes must write itself again and predict without a traceback."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hiprisk"]):
    from hiprisk.errors import HipRiskError
    from hiprisk.sheet.answers import answer
    from hiprisk.sheet.columns import GivenColumns
    from hiprisk.sheet.document.parsing import parse_sheet
    from hiprisk.sheet.evaluate import SheetEvaluator

import numpy as np
from harness import fuzz

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from small_bundle import small_sheet


def target(data: bytes) -> None:
    try:
        sheet = parse_sheet(data, name="sheet.json")
    except HipRiskError:
        return
    text = sheet.to_json()
    assert parse_sheet(text, name="again").to_json() == text
    if len(sheet.columns) > 40 or len(sheet.missing.draws) > 40:
        return
    rows = {v.name: np.array([np.nan, 50.0]) if v.kind == "number" else
            np.array([None, v.levels[0]], dtype=object) for v in sheet.variables}  # fmt: skip
    try:
        with np.errstate(all="ignore"):
            answer(SheetEvaluator(sheet), GivenColumns(columns=rows, n_rows=2))
    except HipRiskError:
        return


if __name__ == "__main__":
    seeds = [small_sheet().to_json().encode(), small_sheet(kind="binary").to_json().encode()]
    words = ["null", "true", "1e308", "levels", "hard", "knots", "rcs", "trees", "left", "right",
             "ratio", "indicator", "refits", "edges", "shares"]  # fmt: skip
    fuzz(target, seeds, words=words, as_json=True)
