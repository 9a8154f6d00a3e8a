"""The reader of bundles: a manifest as it came, or sealed anew so that its contents are read."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hiprisk.bundle", "hiprisk.sheet", "hiprisk.errors"]):
    from hiprisk.bundle import read_bundle
    from hiprisk.bundle.manifest import MANIFEST, SEAL, manifest_hash
    from hiprisk.errors import HipRiskError
    from hiprisk.sheet.document.strict_json import canonical_json

from harness import fuzz

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from small_bundle import write_small_bundle

ROOT = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
FOLDER = write_small_bundle(ROOT)
GOOD = (FOLDER / MANIFEST).read_bytes()


def target(data: bytes) -> None:
    try:
        manifest = json.loads(data)
        if isinstance(manifest, dict):
            data = canonical_json({**manifest, SEAL: manifest_hash(manifest)}).encode()
    except (ValueError, RecursionError, HipRiskError):
        pass
    (FOLDER / MANIFEST).write_bytes(data)
    try:
        bundle = read_bundle(FOLDER)
        str(bundle.sheet.name), bundle.name, bundle.version, bundle.provenance
        dict(bundle.config), dict(bundle.evidence)
    except HipRiskError:
        return


if __name__ == "__main__":
    try:
        words = ["files", "sha256", "bytes", "../", "manifest.json", "x.pkl", "null", "lineage"]
        fuzz(target, [GOOD], words=words, as_json=True)
    finally:
        shutil.rmtree(ROOT)
