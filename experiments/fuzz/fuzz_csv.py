"""The reader of cohort files: any bytes as a CSV file, in one block and in many.

Beside tracebacks it looks for a difference: a file must be read the same, or refused, whatever
the size of the blocks.
"""

import shutil
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hiprisk.cohort", "hiprisk.errors"]):
    from hiprisk.cohort.reading import iter_blocks
    from hiprisk.errors import HipRiskError

from harness import fuzz

ROOT = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
FILE = ROOT / "x.csv"
HEADER = b"person_id,age_years,sex,womac_function_0_100,baseline_date\n"
ROWS = b"0012,64,female,40,2000-01-01\n0013,,male,55.5,\n"


def read(block_bytes: int) -> list[dict[str, list[str]]] | None:
    try:
        blocks = list(iter_blocks(FILE, block_bytes=block_bytes))
    except HipRiskError:
        return None
    for block in blocks:
        assert all(len(values) == block.n_rows for values in block.columns.values())
        assert block.whole.num_rows == block.n_rows
    return [row for block in blocks for row in block.whole.to_pylist()]


def target(data: bytes) -> None:
    FILE.write_bytes(data)
    whole = read(1 << 20)
    if whole is not None and len(data) > 64:
        # Small blocks may refuse a file (a line that is longer than a block), never read another.
        parts = read(256)
        assert parts is None or parts == whole


if __name__ == "__main__":
    seeds = [
        HEADER + ROWS,
        b"\xef\xbb\xbf" + HEADER + ROWS,
        (HEADER + ROWS).replace(b",", b";").replace(b"55.5", b"55,5"),
        (HEADER + ROWS).replace(b",", b"\t"),
        (HEADER + ROWS).replace(b"\n", b"\r\n"),
        HEADER + b'"a,b","6""4",female,40,x\n',
        HEADER + ROWS.rstrip(),
        HEADER,
        HEADER + ROWS * 20,
        b"age_years\n64\n\n65\n",
    ]
    words = ['"', '""', "\r\n", "\n", "\r", ",", ";", "\t", "|", "NA", "1e400", "age_years", "sex",
             "sep=;", "#", "\ufeff", "'", "female", "2000-02-30"]  # fmt: skip
    try:
        fuzz(target, seeds, words=words, as_json=False)
    finally:
        shutil.rmtree(ROOT)
