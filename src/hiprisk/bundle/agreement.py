"""Do the parts of a bundle agree: what two of them state must be the same.

Hashes show that no byte was changed since the seal was put on. Whoever puts on a new seal can still
make a bundle of parts that never belonged together, for instance the evidence of one model and the
sheet of another, or a model of simulated people that calls itself one of real people. What a part
does not state (older bundles, models that were not fitted here) is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from hiprisk.bundle.manifest import MANIFEST, MODEL_NAME, SHA256, STUDY, VERSION
from hiprisk.errors import BundleError
from hiprisk.provenance import Provenance, current_provenance, is_simulated

if TYPE_CHECKING:
    from hiprisk.sheet.format import OutcomeSpec, Sheet

SHEET, CONFIG, EVIDENCE, RUN = "sheet.json", "config.json", "evidence.json", "run.json"
# What config.json holds beyond the study's own config.
_ADDED_TO_CONFIG = frozenset({"variables"})
# The names of own candidates are those of a study, not of a model type.
_MODEL_TYPES = frozenset({"linear", "logistic", "boosting", "ordinal", "mean"})
_NO_COHORT = re.compile(r"none: .+")
_OF_PARENT = "parent_"


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Raise BundleError unless name, version, provenance and fingerprints are what they may be."""
    forms = {
        "name": MODEL_NAME.fullmatch(manifest["name"]),
        "version": VERSION.fullmatch(manifest["version"]),
        "provenance": current_provenance(manifest["provenance"]) in get_args(Provenance),
        "bundle_sha256": SHA256.fullmatch(manifest["bundle_sha256"]),
        "cohort_fingerprint": _is_fingerprint(manifest["cohort_fingerprint"]),
        "lineage": manifest.get("lineage") is None or isinstance(manifest["lineage"], dict),
    }
    for key, fits in forms.items():
        if not fits:
            raise BundleError(
                f"the manifest's {key} is not one that hiprisk writes",
                code="MANIFEST",
                file=MANIFEST,
            )


def _is_fingerprint(text: str) -> bool:
    return bool(SHA256.fullmatch(text) or _NO_COHORT.fullmatch(text))


def check_place(manifest: Mapping[str, Any], *, name: str, version: str | None) -> None:
    """Raise BundleError if a model found by name and version calls itself by others."""
    if manifest["name"] != name or version not in (None, manifest["version"]):
        raise BundleError(
            "name and version are not those of the folder that the bundle is in",
            code="CONTRADICTION",
            file=MANIFEST,
            advice="if it was moved on purpose, give the path of the folder",
        )


def check_config(
    manifest: Mapping[str, Any],
    config: Mapping[str, Any],
    *,
    run: Mapping[str, Any],
    study: Mapping[str, Any] | None,
) -> None:
    """Raise BundleError if the small parts contradict manifest or each other."""
    published = _part(config, "published")
    for key in ("name", "intended_use"):
        _compare(key, (CONFIG, config.get(key)), (MANIFEST, manifest[key]))
        _compare(key, (CONFIG, published.get(key)), (MANIFEST, manifest[key]))
    lineage = manifest.get("lineage")
    _check_lineage(manifest, config)
    _compare("lineage", (RUN, run.get("lineage")), (MANIFEST, lineage), absent=lineage is None)
    # An update may meet other people than the config's.
    simulated = lineage is None and _part(config, "cohort").get("simulate") is not None
    if simulated and not is_simulated(manifest["provenance"]):
        _refuse("provenance", MANIFEST, CONFIG)
    if published and lineage is None and manifest["provenance"] != "published":
        _refuse("provenance", MANIFEST, CONFIG)
    if study is not None:
        own = {key: value for key, value in config.items() if key not in _ADDED_TO_CONFIG}
        _compare("config", (STUDY, study.get("config")), (CONFIG, own), absent=True)


def _check_lineage(manifest: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    lineage, update = manifest.get("lineage"), config.get("update")
    if lineage is None:
        if update is not None:
            _refuse("lineage", CONFIG, MANIFEST)
        return
    parent = {key: lineage[key] for key in lineage if key.startswith(_OF_PARENT)}
    stated = update.get("parent") if isinstance(update, dict) else None
    _compare("parent", (CONFIG, stated), (MANIFEST, parent), absent=True)
    _compare(
        "cohort_fingerprint",
        (MANIFEST, lineage.get("cohort_fingerprint")),
        (MANIFEST, manifest["cohort_fingerprint"]),
    )


def check_sheet_belongs(
    manifest: Mapping[str, Any], config: Mapping[str, Any], sheet: Sheet
) -> None:
    """Raise BundleError if the sheet is that of another manifest or another config."""
    for key in ("name", "intended_use"):
        _compare(key, (SHEET, getattr(sheet, key)), (MANIFEST, manifest[key]))
    stated = current_provenance(manifest["provenance"])
    _compare("provenance", (SHEET, sheet.provenance), (MANIFEST, stated))
    _compare("title", (SHEET, sheet.title), (CONFIG, config.get("title")))
    _check_outcome(sheet.outcome, _part(config, "outcome"))


def _check_outcome(outcome: OutcomeSpec, declared: Mapping[str, Any]) -> None:
    """Whether sheet and config predict the same; events and a baseline may be the config's only."""
    for key in ("variable", "kind", "higher_is", "horizon_months", "baseline", "event_level"):
        _compare(f"outcome.{key}", (SHEET, getattr(outcome, key)), (CONFIG, declared.get(key)))
    if outcome.lower is not None and outcome.upper is not None:
        bounds = [outcome.lower, outcome.upper]
        _compare("outcome.bounds", (SHEET, bounds), (CONFIG, declared.get("bounds")))
    known = declared.get("events")
    if not isinstance(known, list):
        return
    for event in outcome.events:
        plain = {key: getattr(event, key) for key in event.__dataclass_fields__}
        if plain not in known:
            _refuse("outcome.events", SHEET, CONFIG)


def check_evidence_belongs(
    manifest: Mapping[str, Any], sheet: Sheet, evidence: Mapping[str, Any]
) -> None:
    """Raise BundleError if the evidence is that of another model."""
    stated = evidence.get("provenance")
    if isinstance(stated, str):
        stated = current_provenance(stated)
    _compare("provenance", (EVIDENCE, stated), (SHEET, sheet.provenance))
    for key in ("name", "title"):
        _compare(key, (EVIDENCE, evidence.get(key)), (SHEET, getattr(sheet, key)))
    _compare("kind", (EVIDENCE, evidence.get("kind")), (SHEET, sheet.outcome.kind))
    family = evidence.get("family")
    if family in _MODEL_TYPES:
        _compare("family", (EVIDENCE, family), (SHEET, sheet.family))
    lineage = manifest.get("lineage")
    _compare(
        "lineage", (EVIDENCE, evidence.get("lineage")), (MANIFEST, lineage), absent=lineage is None
    )


def _part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = document.get(key)
    return part if isinstance(part, dict) else {}


def _compare(
    key: str, stated: tuple[str, Any], other: tuple[str, Any], *, absent: bool = False
) -> None:
    """Refuse what two parts state differently; `absent`: that one states nothing, too."""
    left_out = stated[1] is None or other[1] is None
    if stated[1] != other[1] and (absent or not left_out):
        _refuse(key, stated[0], other[0])


def _refuse(key: str, file: str, other: str) -> NoReturn:
    raise BundleError(
        f"its {key} is not that of {other}: the two do not belong together",
        code="CONTRADICTION",
        file=file,
        advice="get the bundle again from whoever made it",
    )
