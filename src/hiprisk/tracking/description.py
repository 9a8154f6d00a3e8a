"""What a run says of itself: five lines for people, tags for searches, the cohort as a data set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from hiprisk.bundle import Bundle
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.sheet.format import Sheet
from hiprisk.tracking.key_metrics import headline
from hiprisk.wording.disclaimers import provenance_in_words, warnings_of
from hiprisk.wording.labels import EVALUATIONS, blocks_in_words, capital
from hiprisk.wording.quantities import decimals, people_counted, plural, with_ci
from hiprisk.wording.sites import model_over_sites

# As long as MLflow's pages have room beside the name; the tag `cohort_fingerprint` has all of it.
DIGEST = 12
SIMULATED = "simulated"
# The tag that MLflow shows as a description.
NOTE = "mlflow.note.content"


def description(bundle: Bundle) -> str:
    """The study in five lines of Markdown; a part that the evidence lacks leaves its line out."""
    sheet, evidence = bundle.sheet, bundle.evidence
    lines = (
        f"**{sheet.title}.** Predicts {sheet.outcome.estimand}.",
        _people(sheet, evidence),
        _performance(evidence, unit=sheet.outcome.unit),
        _blocks(evidence, bundle.config.get("block_labels") or {}),
        " ".join(one["summary"] for one in evidence.get("comparisons", ()) if one["estimator"]),
        " ".join((*warnings_of(sheet), _origin(bundle))),
    )
    # Markdown joins the lines of one paragraph.
    return "\n\n".join(line for line in lines if line)


def _people(sheet: Sheet, evidence: Mapping[str, Any]) -> str:
    chosen: Mapping[str, Any] = next(
        (one for one in evidence.get("families", ()) if one.get("chosen")), {}
    )
    of_class = f" ({chosen['estimator']})" if chosen.get("estimator") else ""
    said = f"Model type: {sheet.family}{of_class}, {plural(len(sheet.variables), 'predictor')}"
    if "n_analysed" in evidence:
        n = evidence["n_analysed"]
        said += f", fitted to {people_counted(evidence.get('n_people', n), n)}"
    sites = model_over_sites(sheet)
    return f"{said}. {sites}" if sites else f"{said}."


def _performance(evidence: Mapping[str, Any], *, unit: str) -> str:
    metrics = evidence.get("metrics", {})
    end = headline(metrics)
    rmse = metrics.get(f"rmse_{end}", {}).get("value")
    digits = {"rmse": decimals(rmse, 1), "calibration_slope": 2}
    names = ("r2", "rmse", "c_statistic", "brier", "calibration_slope")
    said = [
        f"{label_of(name)} "
        + with_ci(
            Estimate(name=name, **metrics[f"{name}_{end}"]),
            digits.get(name, 3),
            unit=unit if name == "rmse" else "",
        )
        for name in names
        if metrics.get(f"{name}_{end}", {}).get("value") is not None
    ]
    return f"{capital(EVALUATIONS[end])}: {'; '.join(said)}." if said else ""


def _blocks(evidence: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The verdict on each block, and on all of them together, by the study's labels."""
    added = evidence.get("added") or {}
    said = [
        f"{blocks_in_words(one['blocks'], labels)}: {one['verdict']}"
        for one in added.get("additions", ())
    ]
    return f"What blocks add: {'; '.join(said)}." if said else ""


def _origin(bundle: Bundle) -> str:
    people = provenance_in_words(bundle.provenance)
    return f"Fitted on: {people}. Bundle {bundle.name} {bundle.version}, `{bundle.sha256[:12]}`."


def search_tags(bundle: Bundle) -> dict[str, str]:
    """Tags by which runs are searched; those of the cohort are set when the run opens."""
    mapping = _cohort_settings(bundle).get("mapping")
    return {
        "family": str(bundle.evidence.get("family") or bundle.sheet.family),
        "outcome": bundle.sheet.outcome.variable,
        "provenance": bundle.provenance,
        **({"mapping": PurePath(mapping).stem} if mapping else {}),
        "bundle_sha256": bundle.sha256,
    }


def cohort_dataset(bundle: Bundle) -> dict[str, str]:
    """Fields of the cohort as MLflow's data set: fingerprint, counts, names and kinds of variables.

    No row, no value of a patient, and no folder.
    """
    return dataset_fields(
        _cohort_name(bundle),
        str(bundle.manifest.get("cohort_fingerprint", "")),
        counts=_counts(bundle),
        sheet=bundle.sheet,
    )


def dataset_fields(
    name: str, fingerprint: str, *, counts: Mapping[str, Any], sheet: Sheet | None = None
) -> dict[str, str]:
    """Fields of any cohort as MLflow's data set; with a sheet also the columns that it is of."""
    columns = [] if sheet is None else list(_columns(sheet))
    return {
        "name": name,
        "digest": fingerprint[:DIGEST],
        # MLflow's type of source for data that nothing is to load from its address.
        "source_type": "code",
        "source": json.dumps({"tags": {"cohort_fingerprint": fingerprint}}),
        **({"schema": json.dumps({"mlflow_colspec": columns})} if columns else {}),
        "profile": json.dumps(dict(counts)),
    }


def _cohort_settings(bundle: Bundle) -> dict[str, Any]:
    return dict(bundle.config.get("cohort") or {})


def _cohort_name(bundle: Bundle) -> str:
    # An updated model has its parent's config, whose cohort is another.
    if "update" in bundle.config:
        return f"{bundle.name}_update"
    return cohort_name(_cohort_settings(bundle)) or bundle.name


def cohort_name(settings: Mapping[str, Any]) -> str:
    """What the section ``cohort`` of a config calls its cohort, without a folder; may be empty."""
    if settings.get("mapping"):
        return PurePath(settings["mapping"]).stem
    file = settings.get("file")
    if file:
        return PurePath(file if isinstance(file, str) else file[0]).stem
    preset = (settings.get("simulate") or {}).get("preset")
    return f"{SIMULATED}_{preset}" if preset else ""


def _columns(sheet: Sheet) -> Iterator[dict[str, Any]]:
    kinds = {"number": "double", "category": "string"}
    for spec in sheet.variables:
        yield {"name": spec.name, "type": kinds[spec.kind], "required": False}
    if sheet.outcome.variable not in {spec.name for spec in sheet.variables}:
        kind = "string" if sheet.outcome.levels else "double"
        yield {"name": sheet.outcome.variable, "type": kind, "required": False}


def _counts(bundle: Bundle) -> dict[str, Any]:
    evidence = bundle.evidence
    flow = evidence.get("flow") or ()
    counted = {
        # The name that MLflow's pages show.
        "num_rows": flow[0]["n_remaining"] if flow else None,
        **{name: evidence.get(name) for name in ("n_analysed", "n_people")},
    }
    known = {name: value for name, value in counted.items() if value is not None}
    return {"provenance": bundle.provenance, **known}
