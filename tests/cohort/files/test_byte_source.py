"""Bytes of a file: unpacked within bounds, recoded, the same each time."""

import gzip
import zipfile

import pytest

from hiprisk.cohort.files import byte_source
from hiprisk.cohort.files.byte_source import ByteSource, check_encoding, is_utf8
from hiprisk.errors import ConfigError, InputError


def content(source):
    with source.open() as stream:
        return stream.read()


def test_a_source_is_read_from_its_beginning_each_time(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"text"))
    source = ByteSource(path=tmp_path / "x.gz", packing="gzip")
    assert (content(source), source.head(), content(source)) == (b"text", b"text", b"text")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-16-le"])
def test_text_of_another_encoding_comes_as_utf_8(tmp_path, encoding):
    text = "Größe;é\n" * 300_000
    (tmp_path / "x").write_bytes(text.encode(encoding))
    assert content(ByteSource(path=tmp_path / "x", encoding=encoding)).decode() == text


def test_bytes_that_are_no_text_are_refused_by_their_line(tmp_path):
    (tmp_path / "x").write_bytes(b"a\nb\n\x81\n")
    with pytest.raises(InputError, match=r"row 3: the bytes are not cp1252 text \(is it utf-8\?"):
        content(ByteSource(path=tmp_path / "x", encoding="cp1252"))


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp850"])
@pytest.mark.parametrize("before", [0, 2_000_000])
def test_utf_8_that_is_declared_as_another_encoding_is_refused(tmp_path, encoding, before):
    (tmp_path / "x").write_bytes(b"a\n" * before + "b\nGröße\n".encode())
    match = rf"row {before + 2}: the bytes are UTF-8 text, and {encoding} is declared.*utf-8, or"
    with pytest.raises(InputError, match=match) as caught:
        content(ByteSource(path=tmp_path / "x", encoding=encoding))
    assert caught.value.code == "ENCODING"


def test_ascii_is_text_of_every_encoding(tmp_path):
    (tmp_path / "x").write_bytes(b"a\nb\n")
    assert content(ByteSource(path=tmp_path / "x", encoding="cp1252")) == b"a\nb\n"


@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_what_unpacks_without_end_is_refused(tmp_path, monkeypatch, packing):
    monkeypatch.setattr(byte_source, "FREE_BYTES", 1 << 16)
    many = b"\n" * (4 << 20)
    if packing == "gzip":
        (tmp_path / "x").write_bytes(gzip.compress(many))
    else:
        with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", many)
    source = ByteSource(path=tmp_path / "x", packing=packing, member="a.csv")
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        content(source)


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(gzip.compress(b"text" * 100)[:-9])
    with pytest.raises(InputError, match="the gzip file is damaged or cut off"):
        content(ByteSource(path=tmp_path / "x", packing="gzip"))


def test_a_copy_for_a_reader_that_needs_a_path_is_removed(tmp_path, monkeypatch):
    (tmp_path / "x").write_bytes(gzip.compress(b"text"))
    source = ByteSource(path=tmp_path / "x", packing="gzip")
    with source.local_path() as path:
        assert path.read_bytes() == b"text"
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()
    monkeypatch.setattr(byte_source, "MAX_COPY_BYTES", 2)
    with pytest.raises(InputError, match="or than 1 GiB"), source.local_path():
        pass


def test_a_file_that_is_not_packed_is_its_own_copy(tmp_path):
    (tmp_path / "x").write_bytes(b"text")
    with ByteSource(path=tmp_path / "x").local_path() as path:
        assert path == tmp_path / "x"


def test_encodings_are_known_by_name():
    assert is_utf8("UTF_8")
    check_encoding("cp1252")
    with pytest.raises(ConfigError, match="no encoding 'klingon' is known"):
        check_encoding("klingon")
