"""One pass over a file: whether quotes hold line ends, and on which line each row starts."""

import csv
import io
import random

import pytest

from hiprisk.cohort.files import byte_source, csv_lines
from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.csv_lines import scan_lines
from hiprisk.errors import InputError


@pytest.fixture
def scanned(tmp_path):
    def scan(content, header=4, delimiter=","):
        (tmp_path / "in.csv").write_bytes(content)
        return scan_lines(ByteSource(path=tmp_path / "in.csv"), delimiter, header_bytes=header)

    return scan


def test_a_plain_file_has_a_row_a_line(scanned):
    for content in (b"a,b\n1,2\n", b"a,b\r\n1,2\r\n", b"a,b\r1,2\r", b'a,b\n"1","2"\n'):
        lines = scanned(content)
        assert (lines.has_rows, lines.ends_in_quotes, lines.starts) == (True, False, None)
        assert lines.line(7) == 8


def test_a_header_alone_has_no_rows(scanned):
    assert not scanned(b"a,b\n\n \n").has_rows


@pytest.mark.parametrize("row", [b"\t\n", b"\t"])
def test_a_row_of_empty_cells_between_tabs_is_a_row(scanned, row):
    lines = scanned(b"a\tb\n" + row, delimiter="\t")
    assert lines.has_rows
    assert lines.cuts.offsets[-1] == 4 + len(row)
    assert not scanned(b"a,b\n" + row).has_rows


def test_cuts_that_lie_far_apart_are_told(scanned, monkeypatch):
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", 8)
    cuts = scanned(b"a,b\n1,2\n" + b"1" * 50 + b",2\n3,4\n").cuts
    assert cuts.are_within(60)
    assert not cuts.are_within(50)
    assert scanned(b"a,b\n").cuts.are_within(0)


def test_stray_quotes_say_nothing_of_line_ends(scanned):
    lines = scanned(b'a,b\n5" x,"2\n\n3"\n')
    assert not lines.ends_in_quotes
    assert [lines.line(row) for row in (1, 2)] == [2, 4]


def test_a_quote_that_stays_open_is_refused_by_its_line(scanned):
    with pytest.raises(InputError, match="row 3: a quote is not closed"):
        scanned(b'a,b\n1,"2"\n3,"4\n5,6\n')


@pytest.mark.parametrize("seed", range(40))
def test_a_file_whose_lines_are_its_rows_is_known_by_what_it_must_not_hold(
    scanned, monkeypatch, seed
):
    rng = random.Random(seed)
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", rng.choice([1, 2, 3, 7, 1 << 20]))
    for _ in range(50):
        letters = rng.choices(["a", "\n", "\r\n", "\r"], [9, 4, 4, 0.2], k=12)
        text = "a,b\n" + "".join(letters)
        rest = text.replace("\r\n", "\n")
        blank = "\n\n" in rest or "\n\r" in rest
        is_bare = not blank and "\r" not in rest.removesuffix("\r")
        assert scanned(text.encode()).are_bare == is_bare, repr(text)
    assert not scanned(b'a,b\n"1",2\n').are_bare


@pytest.mark.parametrize("chunk_bytes", [1, 5, 8, 64, 1 << 20])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "9,9", "9,9\n", "  "])
def test_cuts_are_behind_line_ends_and_count_the_rows(scanned, monkeypatch, chunk_bytes, end, last):
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", chunk_bytes)
    mark = "\ufeff" if chunk_bytes == 64 else ""
    text = (mark + end.join(["a,b", *(f"{row},{row**3}" for row in range(40))]) + end).encode()
    text += last.replace("\n", end).encode()
    cuts = scanned(text).cuts
    for offset, n_rows in zip(cuts.offsets.tolist(), cuts.n_rows.tolist(), strict=True):
        before = text[:offset]
        assert before.endswith(b"\n") or before == text
        assert len(before.decode().splitlines()) - 1 == n_rows
    assert cuts.offsets[0] == len(mark.encode()) + 3 + len(end)
    # A line that holds nothing and does not end is no row.
    assert text[cuts.offsets[-1] :].strip() == b""


def test_a_nul_byte_is_refused(scanned):
    with pytest.raises(InputError, match="NUL bytes"):
        scanned(b"a,b\n1,\x00\n")


@pytest.mark.parametrize("seed", range(30))
def test_lines_are_those_that_the_csv_module_counts(scanned, monkeypatch, seed):
    """Quotes, line ends, blank lines and chunks may fall anywhere."""
    rng = random.Random(seed)
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", rng.choice([1, 2, 3, 7, 1 << 20]))
    assert byte_source.CHUNK_BYTES > 7
    end = rng.choice(["\n", "\r\n"])
    text, n_rows = f"a,b{end}", rng.randrange(1, 30)
    for _ in range(n_rows):
        cells = [rng.choice(["1", "x", '"x"', f'"x{end}"', f'"{end}{end}"', '"a"""', '""'])
                 for _ in "ab"]  # fmt: skip
        text += ",".join(cells) + end * rng.choice([1, 1, 1, 2, 3])
    reader = csv.reader(io.StringIO(text, newline=""))
    starts, before = [], 0
    for record in reader:
        if record:
            starts.append(before + 1)
        before = reader.line_num
    lines = scanned(text.encode())
    assert [lines.line(row) for row in range(1, n_rows + 1)] == starts[1:]
    assert lines.ends_in_quotes == any(end in cell for cell in text.split('"')[1::2])
