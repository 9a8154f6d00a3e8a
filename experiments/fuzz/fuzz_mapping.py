"""The reader of mappings: YAML text to a mapping that the reader of cohorts can use."""

from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hiprisk"]):
    from hiprisk.cohort.files.text_block import TextBlock
    from hiprisk.cohort.mapping import mapping_from_text
    from hiprisk.cohort.reading import check_columns, map_block
    from hiprisk.errors import HipRiskError

import pyarrow as pa
from harness import fuzz

CONFIGS = Path(__file__).parents[2] / "configs" / "cohorts"
CELLS = {
    "a": ["64", "", "x", "1e400"],
    "g": ["1", "2", "9", "male"],
    "d": ["2000-01-01", "", "x", "1"],
}
TABLE = pa.table(CELLS)
SMALL = (
    b"variables:\n  age_years: a\n  sex: {column: g, levels: {'1': male, '2': female}}\n",
    b"grain: hip\nwhere: {g: ['1']}\nvariables: {womac_function_0_100: {column: a, from_range: "
    b"[0, 68], reverse: true}, baseline_date: d}\n",
    b"format: {delimiter: ';', decimal: ',', encoding: cp1252}\nmissing: ['9']\nvariables: "
    b"{hip_flexion_deg: {column: a, unit: rad}, joint: {value: hip}}\n",
)


def target(data: bytes) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    try:
        mapping = mapping_from_text(text, name="m.yaml")
        check_columns(TABLE.column_names, mapping, "x.csv")
        map_block(TextBlock(1, TABLE), mapping)
    except HipRiskError:
        return


if __name__ == "__main__":
    seeds = [*SMALL, *(path.read_bytes() for path in sorted(CONFIGS.glob("*.yaml")))]
    words = ["variables:", "column:", "levels:", "missing:", "unit: rad", "from_range: [0, 68]",
             "items:", "instrument: ohs", "value:", "where:", "imputations:", "!!", "&a", "*a",
             "1e3", "010", "no", "age_years", "sex", "{", "}", "[", "]", ": ", "\n  "]  # fmt: skip
    fuzz(target, seeds, words=words, as_json=False)
