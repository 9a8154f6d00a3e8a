"""Where results are written: checked before the work, and whole or not there at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from hiprisk.errors import ConfigError, StoreError
from hiprisk.processes.scratch import kept_from_sweeping, scratch_file, sweep

# How a bundle's manifest is known, and how deep its folders go.
_BUNDLE = b'"hiprisk-bundle"'
_MOST_OF_A_MANIFEST = 1 << 20
_FOLDERS_OF_A_BUNDLE = 3


def check_output_file(out: Path, *, force: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Raise if a file cannot be written there; called before any work is done.

    Parameters
    ----------
    out : Path
    force : bool
        A plain file that is there may be overwritten. Nothing else ever is: renaming a finished
        file onto a device, a pipe or a link would put it in their place.
    inputs : iterable of Path
        Files that are read; none is ever written to.

    Raises
    ------
    ConfigError
        ``USAGE`` for standard output, ``SAME_FILE``, or ``EXISTS`` without `force`.
    StoreError
        If what is there is no plain file, the folder is missing, or it is that of a bundle.
    """
    _check_not_standard_output(out)
    there = os.path.lexists(out)
    if there:
        _check_plain(out)
        if any(path.exists() and out.samefile(path) for path in inputs):
            raise ConfigError("input and output are the same file", code="SAME_FILE", file=out.name)
    if there and not force:
        raise ConfigError(
            "the output file exists", code="EXISTS", file=out.name, advice="add --force"
        )
    if not out.parent.is_dir():
        raise StoreError("the output's folder does not exist", file=out.name, advice="make it")
    _check_outside_bundles(out.parent, file=out.name)


def check_output_folder(out: Path) -> None:
    """Raise if a folder cannot be there: standard output, a file or device, or within a bundle.

    Raises
    ------
    ConfigError, StoreError
    """
    _check_not_standard_output(out)
    if os.path.lexists(out) and not out.is_dir():
        raise StoreError(
            "something that is no folder stands at the output's path",
            file=out.name,
            advice="name a folder",
        )
    nearest = next(one for one in (out, *out.absolute().parents) if os.path.lexists(one))
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise StoreError(
            "the output's folder cannot be made or written to",
            file=nearest.name or str(nearest),
            advice="name a folder of your own",
        )
    _check_outside_bundles(out, file=out.name)


def check_output_files(folder: Path, names: Iterable[str]) -> None:
    """Raise if a folder's files that are to be written are there and are no plain files.

    Raises
    ------
    StoreError
    """
    for name in names:
        if os.path.lexists(folder / name):
            _check_plain(folder / name)


@contextlib.contextmanager
def written_whole(out: Path, *, locked: bool = True) -> Iterator[Path]:
    """A scratch file that takes the place of `out` at the end, or leaves nothing behind.

    What killed processes left in the folder is removed first.

    Parameters
    ----------
    out : Path
    locked : bool
        Hold the scratch file's lock; False for a program that has locks of its own (SQLite).

    Raises
    ------
    StoreError
        If the disk does not take it, or something that is no plain file is there by then.
    """
    scratch = scratch_file(out)
    try:
        sweep(out.parent)
        with scratch.open("xb"):
            pass
        with kept_from_sweeping(scratch) if locked else contextlib.nullcontext():
            yield scratch
            with scratch.open("rb") as stream:
                os.fsync(stream.fileno())
            if os.path.lexists(out):
                _check_plain(out)
            os.replace(scratch, out)
    except StoreError:
        # Already says which file failed: the input, not this one.
        raise
    except OSError as problem:
        raise StoreError(
            f"the output cannot be written: {problem.strerror or 'the disk refused'}",
            file=out.name,
        ) from problem
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)


def _check_outside_bundles(folder: Path, *, file: str) -> None:
    """A bundle with a file that its manifest does not list is refused by every command."""
    nearest = folder.absolute()
    if any(map(_is_bundle, (nearest, *nearest.parents)[:_FOLDERS_OF_A_BUNDLE])):
        raise StoreError(
            "the output would be in a bundle, which may hold what its manifest lists and "
            "nothing else",
            file=file,
            advice="name a path outside of it",
        )


def _is_bundle(folder: Path) -> bool:
    try:
        with (folder / "manifest.json").open("rb") as manifest:
            return _BUNDLE in manifest.read(_MOST_OF_A_MANIFEST)
    except OSError:
        return False


def _check_not_standard_output(out: Path) -> None:
    if str(out) == "-":
        raise ConfigError(
            "results go to a file, not to standard output",
            code="USAGE",
            column="--out",
            advice="name a file; --json prints what there is to print",
        )


def _check_plain(out: Path) -> None:
    if out.is_symlink():
        raise StoreError(
            "a link stands at the output's path; it is neither followed nor replaced",
            file=out.name,
            advice="name the file itself",
        )
    if not out.is_file():
        what = "a folder" if out.is_dir() else "a device or a pipe"
        raise StoreError(
            f"{what} stands at the output's path and is left alone",
            file=out.name,
            advice="name a file",
        )
