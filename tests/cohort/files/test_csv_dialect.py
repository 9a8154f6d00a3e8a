"""How a CSV file is written, found out from its first bytes."""

import pytest

from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect, detect_dialect
from hiprisk.cohort.files.local_file import HEAD_BYTES
from hiprisk.errors import ConfigError, InputError


@pytest.fixture
def detected(tmp_path):
    def detect(content, **stated):
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        return detect_dialect(path, **stated)

    return detect


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_most_frequent_one_of_the_header(detected, delimiter):
    header = delimiter.join(["a", "b", "c"]).encode()
    assert detected(header + b"\n1\n").delimiter == delimiter


def test_a_decimal_comma_needs_another_delimiter(detected):
    assert detected(b"a;b\n1,5;2\n").decimal == ","
    assert detected(b"a;b\n1.5;2\n").decimal == "."
    assert detected(b"a,b\n1,5\n") == ORDINARY


def test_what_is_stated_is_not_detected(detected):
    found = detected(b"a;b\n1,5;\xe4\n", delimiter=",", decimal=".", encoding="cp1252")
    assert found == Dialect(delimiter=",", decimal=".", encoding="cp1252")


def test_a_character_cut_off_by_the_end_of_the_head_is_no_error(detected):
    line = b"a\n" + b"x" * (HEAD_BYTES - 3)
    assert detected(line + "\u00e4\n".encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"a,b\r1,2\r", "LINE_ENDS", "lone carriage return"),
        (b"\xff\xfea\x00", "ENCODING", "UTF-16"),
        (b"a,\x00b\n", "NOT_TEXT", "NUL bytes"),
        (b"\na,b\n", "HEADER", "the first line is blank"),
        (b"sep=;\na;b\n", "HEADER", "not a header"),
        (b"# notes\na;b\n", "HEADER", "not a header"),
        (b"x" * (HEAD_BYTES + 1), "HEADER", "the first line has more than"),
        (b"a,b\n1,2\n\xff,2\n", "ENCODING", r"row 3: the bytes are not utf-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_so_is_refused(detected, content, code, message):
    with pytest.raises(InputError, match=message) as caught:
        detected(content)
    assert caught.value.code == code


def test_an_unknown_encoding_is_refused(detected):
    with pytest.raises(ConfigError, match="no encoding 'klingon' is known"):
        detected(b"a\n", encoding="klingon")
