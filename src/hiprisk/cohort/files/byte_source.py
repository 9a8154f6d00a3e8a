"""The bytes of a local file as a reader gets them: unpacked, and text in UTF-8."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal

from hiprisk.cohort.files.local_file import HEAD_BYTES
from hiprisk.errors import ConfigError, InputError, StoreError

CHUNK_BYTES = 1 << 20
# Text of a patient file packs to a tenth or a fiftieth; what unpacks to far more is an attack.
FREE_BYTES = 64 << 20
MAX_RATIO = 200
MAX_COPY_BYTES = 1 << 30

# Codecs of Python's that write text in other text: names of hosts, source code.
_NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})

Packing = Literal["", "gzip", "zip"]
_DAMAGED = (
    EOFError,
    NotImplementedError,
    UnicodeDecodeError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteSource:
    """Where the bytes of a file come from; it may be opened several times.

    Attributes
    ----------
    path : Path
        The file on disk.
    packing : str
        How it is packed; empty where it is not.
    member : str
        Which file of a zip.
    encoding : str
        Of the text; a stream of anything but UTF-8 is recoded on its way.
    """

    path: Path
    packing: Packing = ""
    member: str = ""
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """For letters: the file's name without its folder."""
        return f"{self.path.name}::{self.member}" if self.member else self.path.name

    @property
    def is_plain(self) -> bool:
        """Whether the file on disk is what the reader gets."""
        return not self.packing and is_utf8(self.encoding)

    @contextlib.contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, from their beginning.

        Raises
        ------
        InputError
            If the packed file is damaged, or unpacks to more than a real one would; if bytes are
            no text in the encoding.
        StoreError
            If the file cannot be read.
        """
        with contextlib.ExitStack() as stack:
            try:
                raw: Any = stack.enter_context(self._unpacked())
                if not is_utf8(self.encoding):
                    raw = io.BufferedReader(_Recoded(raw, self.encoding, self.name), CHUNK_BYTES)
                yield raw
            except _DAMAGED:
                raise InputError(
                    f"the {self.packing} file is damaged or cut off",
                    code="COMPRESSED",
                    file=self.name,
                    advice="copy or download it again",
                ) from None
            except OSError as problem:
                raise _unreadable(self.name, problem) from problem

    def head(self) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @contextlib.contextmanager
    def local_path(self) -> Iterator[Path]:
        """A path for readers that need one: the file itself, or a copy unpacked for the while.

        Raises
        ------
        InputError
            If it unpacks to more than a copy may have.
        """
        if not self.packing:
            yield self.path
            return
        # Only the account that reads the file can enter the folder.
        with tempfile.TemporaryDirectory(prefix="hiprisk-") as folder:
            copy = Path(folder) / (PurePath(self.member).name or self.path.stem)
            with self.open() as packed, copy.open("wb") as unpacked:
                while piece := packed.read(CHUNK_BYTES):
                    unpacked.write(piece)
                    if unpacked.tell() > MAX_COPY_BYTES:
                        raise too_large(self.name)
            yield copy

    @contextlib.contextmanager
    def _unpacked(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as packed:
            if self.packing == "gzip":
                with gzip.open(packed) as unpacked:
                    yield io.BufferedReader(_Bounded(unpacked, packed, self.name), CHUNK_BYTES)
            elif self.packing == "zip":
                with zipfile.ZipFile(packed) as archive:
                    check_member(archive.getinfo(self.member), self.name)
                    with archive.open(self.member) as unpacked:
                        yield io.BufferedReader(unpacked, CHUNK_BYTES)  # type: ignore[type-var]  # a ZipExtFile is read like any
            else:
                yield packed

    def size_and_time(self) -> tuple[int, ...]:
        """What changes when the file does.

        Its size and time of writing can be what they were after it was rewritten in place; the time
        at which the system saw the last change cannot be set.

        Raises
        ------
        StoreError
            If the file is gone.
        """
        try:
            now = os.stat(self.path)
        except OSError as problem:
            raise _unreadable(self.name, problem) from problem
        return now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev


def _unreadable(name: str, problem: OSError) -> StoreError:
    return StoreError(f"the file cannot be read: {problem.strerror}", file=name)


def check_member(member: zipfile.ZipInfo, name: str) -> None:
    """Raise InputError if a file of a zip unpacks to more than a real one, or has a password."""
    if member.flag_bits & 1:
        raise InputError(
            "the file in the zip has a password",
            code="COMPRESSED",
            file=name,
            advice="unpack it first",
        )
    if member.file_size > max(FREE_BYTES, MAX_RATIO * member.compress_size):
        raise too_large(name)


def too_large(name: str) -> InputError:
    """The letter on a file that unpacks to more than a real one would."""
    return InputError(
        f"the packed file unpacks to more than {MAX_RATIO} times its size, or than 1 GiB where it "
        "is no text",
        code="COMPRESSED",
        file=name,
        advice="if you trust it, unpack it first",
    )


def is_utf8(encoding: str) -> bool:
    """Whether an encoding is UTF-8, with or without a mark."""
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def check_encoding(encoding: str) -> None:
    """Raise ConfigError if Python knows no text encoding of that name, or files have none such."""
    try:
        if codecs.lookup(encoding).name in _NOT_OF_FILES:
            raise LookupError
        "".encode(encoding)
    except (LookupError, ValueError):
        raise ConfigError(
            f"no encoding '{encoding}' is known",
            column="encoding",
            advice="for instance cp1252 (Windows), latin-1, utf-16 or utf-8",
        ) from None


class _Bounded(io.RawIOBase):
    """Unpacked bytes on their way, refused once they are too many for the packed ones."""

    def __init__(self, unpacked: Any, packed: BinaryIO, name: str) -> None:
        self._unpacked = unpacked
        self._packed = packed
        self._name = name
        self._total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._unpacked.read(len(buffer))
        buffer[: len(piece)] = piece
        self._total += len(piece)
        if self._total > max(FREE_BYTES, MAX_RATIO * self._packed.tell()):
            raise too_large(self._name)
        return len(piece)


class _Recoded(io.RawIOBase):
    """Text of another encoding on its way, as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str, name: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        # Every byte is a letter in Windows-1252: only that it is UTF-8 tells a wrong declaration.
        self._as_utf8 = (
            codecs.getincrementaldecoder("utf-8")() if _is_single_byte(encoding) else None
        )
        self._encoding = encoding
        self._name = name
        self._lines = 1
        self._waiting = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting and not self._ended:
            piece = self._stream.read(CHUNK_BYTES)
            self._ended = not piece
            self._check_not_utf8(piece)
            self._waiting = self._decoded(piece).encode("utf-8")
        part, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def _check_not_utf8(self, piece: bytes) -> None:
        """Refuse text that is UTF-8 so far, with a character that is not ASCII."""
        if self._as_utf8 is None:
            return
        try:
            text = self._as_utf8.decode(piece)
        except UnicodeDecodeError:
            self._as_utf8 = None
            return
        if not text.isascii():
            raise InputError(
                f"the bytes are UTF-8 text, and {self._encoding} is declared: letters beyond ASCII "
                "would be misread",
                code="ENCODING",
                file=self._name,
                row=self._lines + piece[: _first_beyond_ascii(piece)].count(b"\n"),
                advice="give --encoding utf-8, or correct format.encoding in the mapping",
            )

    def _decoded(self, piece: bytes) -> str:
        try:
            text = self._decoder.decode(piece, final=self._ended)
        except UnicodeDecodeError as problem:
            row = self._lines + problem.object[: problem.start].count(b"\n")
            raise encoding_error(self._encoding, row, self._name) from None
        except UnicodeError:
            # UTF-16 and UTF-32 without the mark that says in which order their bytes are.
            raise encoding_error(self._encoding, None, self._name) from None
        self._lines += text.count("\n")
        return text


def _is_single_byte(encoding: str) -> bool:
    return len(bytes(range(256)).decode(encoding, "replace")) == 256


def _first_beyond_ascii(piece: bytes) -> int:
    return next((place for place, byte in enumerate(piece) if byte > 127), 0)


def encoding_error(encoding: str, row: int | None, name: str) -> InputError:
    """The letter on bytes that are no text in the encoding."""
    likely = "cp1252" if is_utf8(encoding) else "utf-8"
    return InputError(
        f"the bytes are not {encoding} text",
        code="ENCODING",
        file=name,
        row=row,
        advice=f"is it {likely}? Then give --encoding {likely}, or state "
        f"format: {{encoding: {likely}}} in the mapping",
    )
