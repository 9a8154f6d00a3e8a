"""The running hiprisk as a wheel, so that a logged model carries the code that reads it."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from importlib import metadata, resources
from pathlib import Path

# Wheels are zip archives, and zip knows no time before this.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_wheel(folder: Path) -> Path:
    """Pack the installed package, as it runs now, into a wheel.

    Parameters
    ----------
    folder : Path
        Where to write it.

    Returns
    -------
    Path
    """
    distribution = metadata.distribution("hiprisk")
    stem = f"hiprisk-{distribution.version}"
    info = f"{stem}.dist-info"
    files = _package_files()
    files[f"{info}/METADATA"] = (distribution.read_text("METADATA") or "").encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: hiprisk\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\nhiprisk = hiprisk.cli:main\n"
    record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,\n"]).encode()
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED)
    return path


def _package_files() -> dict[str, bytes]:
    root = Path(str(resources.files("hiprisk")))
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {
        f"hiprisk/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in paths
        if "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
