"""The estimator as a skops archive, opened only with the types that are listed here by name."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import skops.io

from hiprisk.bundle import read_bounded
from hiprisk.bundle.archive import check_archive
from hiprisk.errors import BundleError
from hiprisk.learning.foreign.converted_fit import ConvertedFit
from hiprisk.learning.pipeline import StudyEstimator

# What an archive may hold beyond skops' own defaults. The list is code, never read from the
# archive: a crafted archive could otherwise admit itself.
TRUSTED_TYPES = (
    "hiprisk.features.design.Design",
    "hiprisk.learning.boosting.BoostingFit",
    "hiprisk.learning.model_types.FitTask",
    "hiprisk.learning.linear.LinearFit",
    "hiprisk.learning.linear.TermPlan",
    "hiprisk.learning.ordinal.fit.OrdinalFit",
    "hiprisk.learning.own.estimator.OwnEstimator",
    "hiprisk.learning.pipeline.StudyEstimator",
    "hiprisk.sheet.format.Column",
    "hiprisk.sheet.format.Derived",
    "hiprisk.sheet.conditional_normal.NormalModel",
    "numpy.dtype",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn._loss._loss.CyHalfBinomialLoss",
    "sklearn._loss._loss.CyHalfSquaredError",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
# Where a type is named in archives that were written before it moved, and where it stands now.
# Such an archive is read as if it named the present place; what may be built stays the list above.
MOVED_TYPES = {
    "hiprisk.learning.families.FitTask": "hiprisk.learning.model_types.FitTask",
    "hiprisk.sheet.missing.NormalModel": "hiprisk.sheet.conditional_normal.NormalModel",
}


def estimator_file(estimator: StudyEstimator) -> bytes | None:
    """What a bundle holds of the estimator: None where its sheet says all there is.

    Trees of another library stand in the sheet. An archive of the library's own objects would have
    to be trusted by name for each version of it, and could be opened by that version alone.
    """
    return None if isinstance(estimator.fit_, ConvertedFit) else dump_estimator(estimator)


def dump_estimator(estimator: StudyEstimator) -> bytes:
    """The estimator as the bytes of a skops archive."""
    return bytes(skops.io.dumps(estimator))


def load_estimator(source: Path | bytes, *, name: str = "estimator.skops") -> StudyEstimator:
    """Load an estimator from an archive whose hash was checked.

    Parameters
    ----------
    source : Path or bytes
        The archive, best as `Bundle.file_bytes` gives it: what was hashed is then what is opened.
    name : str
        File name for messages, where bytes are given.

    Raises
    ------
    BundleError
        If the archive is none, or holds a type that is not in `TRUSTED_TYPES`.
    """
    if isinstance(source, Path):
        name = source.name
        source = read_bounded(source)
    check_archive(source, name=name)
    try:
        source = _with_present_names(source)
        untrusted = set(skops.io.get_untrusted_types(data=source)) - set(TRUSTED_TYPES)
    except Exception as broken:  # the archive may be anything at all
        raise BundleError(
            "this is not a skops archive", code="UNTRUSTED_FORMAT", file=name
        ) from broken
    if untrusted:
        raise BundleError(
            f"the archive holds types that are not trusted: {', '.join(sorted(untrusted))}",
            code="UNTRUSTED_TYPE",
            file=name,
        )
    try:
        estimator = skops.io.loads(source, trusted=list(TRUSTED_TYPES))
    except Exception as broken:  # another version's archive may fail anywhere
        raise BundleError(
            "the estimator was written by another version",
            code="VERSION",
            file=name,
            advice="the sheet predicts without it; train again to get the estimator",
        ) from broken
    if not isinstance(estimator, StudyEstimator):
        raise BundleError("the archive holds no estimator", code="UNTRUSTED_TYPE", file=name)
    return estimator


def _with_present_names(data: bytes) -> bytes:
    """The archive with types that have moved named as they are now; most hold none, and stay."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if not any(old.rpartition(".")[0].encode() in parts["schema.json"] for old in MOVED_TYPES):
        return data
    schema = json.loads(parts["schema.json"], object_hook=_named_as_now)
    parts["schema.json"] = json.dumps(schema).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def _named_as_now(node: dict[str, Any]) -> dict[str, Any]:
    moved = MOVED_TYPES.get(f"{node.get('__module__')}.{node.get('__class__')}")
    if moved is not None:
        node["__module__"], _, node["__class__"] = moved.rpartition(".")
    return node
