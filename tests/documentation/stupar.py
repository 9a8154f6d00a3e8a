"""The bundle that ``make demo`` leaves, kept for the pages that show what it answers.

``python tests/documentation/stupar.py demo/models/stupar/1`` keeps it anew, without report,
figures, tables and estimator: after a change of the figures of ``configs/stupar.yaml``, or of the
words of the study's summary.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

KEPT_AT = Path(__file__).with_name("stupar.tar.xz")
KEPT = ("card.md", "config.json", "evidence.json", "run.json", "sheet.json", "study.json")


def unpack(models: Path) -> Path:
    """The bundle below a folder of models."""
    folder = models / "stupar" / "1"
    folder.mkdir(parents=True)
    with tarfile.open(KEPT_AT) as archive:
        archive.extractall(folder, filter="data")
    return folder


def keep(bundle: Path) -> None:
    """Write the archive from a bundle."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {name: one for name, one in manifest["files"].items() if name in KEPT}
    del manifest["manifest_sha256"]
    manifest["manifest_sha256"] = hashlib.sha256(_canonical(manifest)).hexdigest()
    contents = {name: (bundle / name).read_bytes() for name in KEPT}
    contents["manifest.json"] = _canonical(manifest)
    with tarfile.open(KEPT_AT, "w:xz") as archive:
        for name, content in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def _canonical(value: object) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
