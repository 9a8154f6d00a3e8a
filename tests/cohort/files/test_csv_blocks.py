"""Blocks of a CSV file end where a row ends, and are read on the caller's thread."""

import gzip
import io
import subprocess
import sys

import pytest

from hiprisk.cohort.files import csv_lines
from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.csv_blocks import bare_lines, row_blocks, row_ranges
from hiprisk.cohort.files.csv_lines import blank_bytes, scan_lines
from hiprisk.errors import InputError


def blocks(content, block_bytes, *, header_lines=1, ends_in_quotes=False, delimiter=","):
    stream, blank = io.BytesIO(content), blank_bytes(delimiter)
    options = {"block_bytes": block_bytes, "header_lines": header_lines, "name": "x.csv"}
    return list(row_blocks(stream, ends_in_quotes=ends_in_quotes, blank=blank, **options))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("block_bytes", [16, 17, 18, 19, 64, 4096])
def test_every_block_ends_where_a_row_ends_and_nothing_is_lost(end, block_bytes):
    rows = [b"%d,%d" % (i, i * i) for i in range(300)]
    found = blocks(end.join([b"a,b", *rows]) + end, block_bytes)
    assert b"".join(found) == end.join(rows) + end
    assert all(block.endswith(end) for block in found)


@pytest.mark.parametrize("block_bytes", range(20, 40))
def test_a_line_end_in_quotes_ends_no_row(block_bytes):
    rows = [b'%d,"a\n""b"""' % i for i in range(50)]
    found = blocks(b"x,y\n" + b"\n".join(rows) + b"\n", block_bytes, ends_in_quotes=True)
    assert b"".join(found) == b"\n".join(rows) + b"\n"
    assert all(block.count(b'"') % 2 == 0 and block.endswith(b"\n") for block in found)


def test_mark_and_header_of_two_lines_are_left_out():
    content = b'\xef\xbb\xbf"a\nb",c\n1,2\n'
    assert blocks(content, 4096, header_lines=2, ends_in_quotes=True) == [b"1,2\n"]


@pytest.mark.parametrize("block_bytes", [16, 48, 64, 320, 4096])
@pytest.mark.parametrize("last", [b"", b"7,7", b"7,7\n", b" "])
def test_ranges_are_the_blocks_by_their_places(tmp_path, monkeypatch, block_bytes, last):
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", 16)
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(300)) + last
    (tmp_path / "in.csv").write_bytes(content)
    source = ByteSource(path=tmp_path / "in.csv")
    cuts = scan_lines(source, ",", header_bytes=3).cuts
    found = list(row_ranges(cuts, block_bytes=block_bytes))
    parts = [content[place.start : place.stop] for place in found]
    assert b"".join(parts) == content.removeprefix(b"a,b\n").rstrip(b" ")
    rows = [part.count(b"\n") for part in parts]
    assert [place.n_before for place in found] == [sum(rows[:n]) for n in range(len(rows))]
    # The first decides whether the file is scored at all: it has the rows that one process reads.
    whole = blocks(content, block_bytes)
    assert parts[0] == whole[0]
    assert len(parts) >= min(2, len(content) // (2 * block_bytes))


@pytest.mark.parametrize("block_bytes", [16, 4096])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_white_space_behind_the_last_line_end_is_no_row_however_small_the_file(block_bytes, end):
    content = b"1,2" + end + b"3,4" + end
    found = blocks(b"a,b" + end + content + b" \t ", block_bytes)
    assert b"".join(found) == content


@pytest.mark.parametrize("block_bytes", [8, 4096])
def test_a_row_of_empty_cells_between_tabs_is_a_row(block_bytes):
    content = b"\t\t\n" * 20 + b"\t\t"
    found = blocks(b"a\tb\tc\n" + content, block_bytes, delimiter="\t")
    assert b"".join(found) == content


def test_a_row_longer_than_two_blocks_is_refused():
    with pytest.raises(InputError, match="too long"):
        blocks(b"a\n" + b"x" * 1000, 100)


def test_blank_lines_at_the_end_are_no_block():
    [block] = blocks(b"a,b\n1,2\n" + b"\n" * 50, 16)
    assert block.strip() == b"1,2"


CODE = """
import sys
from hiprisk.cohort.files.opening import open_cohort_file
from hiprisk.errors import InputError
try:
    for block in open_cohort_file(sys.argv[1]).blocks():
        pass
except InputError as refusal:
    print(refusal.code, refusal.row)
    sys.exit(3)
"""


@pytest.mark.parametrize(
    ("bad", "code"), [(b"1,2,3\n", "RAGGED"), (b"\xff,2\n", "ENCODING")], ids=["ragged", "bytes"]
)
def test_a_refusal_of_a_packed_file_ends_the_process_with_its_code(tmp_path, bad, code):
    """Threads of the reader outlived a refusal: the process was aborted, or never ended."""
    rows = [b"%d,%d\n" % (i, i) for i in range(400_000)]
    rows[200_000] = bad
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"".join(rows), compresslevel=1))
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", CODE, str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (3, "")
        assert done.stdout == f"{code} 200002\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"end"])
def test_bare_lines_are_the_rows_as_they_came(end, last):
    block = end.join([b"1,2", b"\xc3\xa9, x", b"3,4"]) + (end if last else b"")
    found = bare_lines(block, 3)
    assert found.to_pylist() == ["\n1,2", "\n\u00e9, x", "\n3,4"]


@pytest.mark.parametrize("block", [b"1,2\n3,4\r", b"1,2\n\n3,4\n", b"1,2\r3,4\n"])
def test_lines_that_are_not_the_rows_are_no_bare_lines(block):
    assert bare_lines(block, 2) is None
