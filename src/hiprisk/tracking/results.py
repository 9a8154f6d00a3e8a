"""A bundle's results and model logged to a run: no row and no value of a patient."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.bundle import Bundle
from hiprisk.cohort.formulas import guarded_frame
from hiprisk.config import TrackingSettings
from hiprisk.tracking.description import NOTE, cohort_dataset, description, search_tags
from hiprisk.tracking.key_metrics import key_metrics, metrics_table
from hiprisk.tracking.logged_model import log_model, register_model
from hiprisk.tracking.metrics_page import metrics_page

DATASET_CONTEXT = "mlflow.data.context"


def log_bundle(
    mlflow: Any,
    bundle: Bundle,
    settings: TrackingSettings,
    *,
    cohort: Any = None,
    aliased: bool = True,
) -> None:
    """Description, key metrics, tables, figures, and the bundle as a model, to the open run.

    With `cohort`, that data set is an input of the run already; without `aliased`, the alias stays
    with the registered version that has it.
    """
    evidence = bundle.evidence
    mlflow.set_tags({**search_tags(bundle), NOTE: description(bundle)})
    mlflow.log_dict(evidence, "evidence.json")
    mlflow.log_dict(_findings(evidence), "cohort_findings.json")
    mlflow.log_text("\n".join(evidence.get("summary", ())) + "\n", "summary.txt")
    for file in ("card.md", "report.html"):
        if bundle.has_file(file):
            mlflow.log_artifact(str(bundle.path / file))
    if (bundle.path / "figures").is_dir():
        mlflow.log_artifacts(str(bundle.path / "figures"), "figures")
    _log_tables(mlflow, bundle)
    for family in evidence.get("families", ()):
        if trials := family["trials"]:
            columns = {key: [trial[key] for trial in trials] for key in trials[0]}
            mlflow.log_table(columns, f"trials/{family['name']}.json")
    if evidence.get("metrics"):
        mlflow.log_table(metrics_table(evidence), "metrics.json")
        mlflow.log_text(metrics_page(bundle), "metrics.html")
    if cohort is None:
        cohort = _log_cohort(mlflow, bundle)
    # Under the model's id: its page shows them too, with the cohort.
    logged = log_model(mlflow, bundle)
    mlflow.log_metrics(key_metrics(evidence), model_id=logged.model_id, dataset=cohort)
    # Last: what a store that is lost midway has got is never registered, and then once more.
    register_model(mlflow, bundle, logged, settings, aliased=aliased)


def _log_tables(mlflow: Any, bundle: Bundle) -> None:
    """The bundle's tables as CSV, which MLflow's pages show: Parquet they do not."""
    with tempfile.TemporaryDirectory() as scratch:
        for file in sorted((bundle.path / "tables").glob("*.parquet")):
            csv = Path(scratch) / f"{file.stem}.csv"
            frame = guarded_frame(pd.read_parquet(file))
            frame.to_csv(csv, index=False, lineterminator="\n")
        mlflow.log_artifacts(scratch, "tables")


def _log_cohort(mlflow: Any, bundle: Bundle) -> Any:
    """The cohort as an input of the run; None where the bundle is of no cohort."""
    if not bundle.manifest.get("cohort_fingerprint"):
        return None
    return log_inputs(mlflow, cohort_dataset(bundle), context="training")


def log_inputs(
    mlflow: Any, fields: Mapping[str, str], *, context: str, model_id: str | None = None
) -> Any:
    """A cohort as an input of the open run, and the model that was applied to it."""
    from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput

    cohort = Dataset(**fields)
    given = DatasetInput(dataset=cohort, tags=[InputTag(key=DATASET_CONTEXT, value=context)])
    mlflow.MlflowClient().log_inputs(
        mlflow.active_run().info.run_id,
        datasets=[given],
        models=[LoggedModelInput(model_id)] if model_id else None,
    )
    return cohort


def _findings(evidence: dict[str, Any]) -> dict[str, Any]:
    """Findings without row positions: what was found and how often."""
    kept = ("code", "severity", "column", "count", "message")
    found = evidence.get("findings", ())
    return {"findings": [{key: one[key] for key in kept} for one in found]}
