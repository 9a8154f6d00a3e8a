"""How a CSV file is written, found out from its first bytes."""

import pytest

from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect, detect_dialect, text_source
from hiprisk.cohort.files.local_file import HEAD_BYTES
from hiprisk.errors import ConfigError, InputError


@pytest.fixture
def detected(tmp_path):
    def detect(content, *, encoding=None, **stated):
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        source = ByteSource(path=path)
        return detect_dialect(text_source(source, source.head(), encoding), **stated)

    return detect


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_mark_of_the_encoding_alone_is_an_empty_file(detected, mark):
    with pytest.raises(InputError, match="the file is empty"):
        detected(mark)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_most_frequent_one_of_the_header(detected, delimiter):
    header = delimiter.join(["a", "b", "c"]).encode()
    assert detected(header + b"\n1\n").delimiter == delimiter


def test_a_decimal_comma_needs_another_delimiter(detected):
    assert detected(b"a;b\n1,5;2\n").decimal == ","
    assert detected(b"a;b\n1.5;2\n").decimal == "."
    assert detected(b"a,b\n1,5\n") == ORDINARY


def test_the_delimiter_gives_every_line_as_many_fields_as_the_header(detected):
    assert detected(b"a, in cm, left;b, right, too\n1,5;2\n3,5;4\n").delimiter == ";"
    assert detected(b'"a;b;c",d\n"1;2;3",4\n').delimiter == ","


def test_a_decimal_comma_counts_anywhere_in_the_sample(detected):
    rows = b"".join(b"%d;2\n" % i for i in range(200))
    assert detected(b"a;b\n" + rows + b"1,5;2\n").decimal == ","
    assert detected(b'a;b\n"1,5";2\n').decimal == ","
    assert detected(b"a;b\n1.5;2\n2.5;3\n1,000;3\n").decimal == "."


def test_utf_16_is_known_by_its_mark(detected):
    found = detected("a\tb\n1\t2\n".encode("utf-16"))
    assert found == Dialect(delimiter="\t", encoding="utf-16")


def test_what_is_stated_is_not_detected(detected):
    found = detected(b"a;b\n1,5;\xe4\n", delimiter=",", decimal=".", encoding="cp1252")
    assert found == Dialect(delimiter=",", decimal=".", encoding="cp1252")


def test_a_character_cut_off_by_the_end_of_the_head_is_no_error(detected):
    line = b"a\n" + b"x" * (HEAD_BYTES - 3)
    assert detected(line + "\u00e4\n".encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
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


@pytest.mark.parametrize(
    "encoding", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "x" * 99]
)
def test_a_codec_that_no_file_is_written_in_is_refused(detected, encoding):
    with pytest.raises(ConfigError, match=f"no encoding '{encoding}' is known"):
        detected(b"a\n", encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_encoding_that_needs_a_mark_is_refused_without_one(detected, encoding):
    with pytest.raises(InputError, match=f"the bytes are not {encoding} text") as caught:
        detected(b"age,sex\n63,male\n", encoding=encoding)
    assert caught.value.code == "ENCODING"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_named_and_read_when_stated(detected, encoding):
    content = "age,sex\n63,male\n".encode(encoding)
    with pytest.raises(InputError, match=rf"NUL bytes \(is it {encoding}\? Then give --encoding"):
        detected(content)
    assert detected(content, encoding=encoding) == Dialect(encoding=encoding)
