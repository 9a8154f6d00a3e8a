"""A bundle as MLflow's logged model: name, description, signature, example, code."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.bundle import Bundle
from hiprisk.config import TrackingSettings
from hiprisk.serving.dataframe import answer_frame
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.reference_patient import middle_patient
from hiprisk.sheet.format import Sheet
from hiprisk.tracking.description import NOTE, description, search_tags

SERVING_PACKAGES = ("mlflow", "numpy", "pandas", "pyarrow", "pydantic", "PyYAML")
# MLflow refuses these in the name of a logged model; of them a bundle's name may have the point.
_NOT_IN_A_NAME = re.compile(r"[/:.%\"']")


def model_name(bundle: Bundle) -> str:
    """Name of the logged model, and the end of ``runs:/RUN/NAME``."""
    return _NOT_IN_A_NAME.sub("-", bundle.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedModel:
    """A model of the open run.

    Attributes
    ----------
    model_id, uri : str
    """

    model_id: str
    uri: str


def log_model(mlflow: Any, bundle: Bundle) -> LoggedModel:
    """Log a bundle as a model of the open run."""
    with tempfile.TemporaryDirectory() as scratch:
        # MLflow keeps the folder's name, which may be anything: of a bundle copied by hand, say.
        payload = shutil.copytree(bundle.path, Path(scratch) / "bundle")
        info = mlflow.pyfunc.log_model(
            name=model_name(bundle),
            loader_module="hiprisk.tracking.pyfunc",
            data_path=str(payload),
            # The code that reads the bundle goes with it: it loads where hiprisk is absent.
            code_paths=[str(resources.files("hiprisk"))],
            pip_requirements=[f"{name}=={metadata.version(name)}" for name in SERVING_PACKAGES],
            signature=signature(bundle.sheet),
            input_example=input_example(bundle.sheet),
            tags=_tags(bundle),
        )
    return LoggedModel(model_id=str(info.model_id), uri=str(info.model_uri))


def register_model(
    mlflow: Any, bundle: Bundle, logged: LoggedModel, settings: TrackingSettings, *, aliased: bool
) -> None:
    """Register a logged model where that is asked for; without `aliased` the alias stays."""
    if not settings.register:
        return
    version = _register(mlflow, bundle, logged.uri)
    if aliased:
        mlflow.MlflowClient().set_registered_model_alias(bundle.name, settings.alias, version)


def _tags(bundle: Bundle) -> dict[str, str]:
    return {**search_tags(bundle), NOTE: description(bundle)}


def _register(mlflow: Any, bundle: Bundle, uri: str) -> str:
    """The version that the model is registered as."""
    registered = mlflow.register_model(uri, bundle.name, tags=search_tags(bundle))
    mlflow.MlflowClient().update_model_version(
        bundle.name, registered.version, description=description(bundle)
    )
    return str(registered.version)


def input_example(sheet: Sheet) -> pd.DataFrame:
    """One row made from the ranges of the variables: nobody, of no cohort."""
    return pd.DataFrame([middle_patient(sheet)])


def signature(sheet: Sheet) -> Any:
    """Every variable optional and of any type; numbers come back as doubles, the rest as text.

    MLflow then casts and refuses nothing itself, whose errors would print rows: missing columns are
    imputed and cells refused by the model's own rules, with a reason and without the cell.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    inputs = [ColSpec(AnyType(), spec.name, required=False) for spec in sheet.variables]
    answered = answer_frame(SheetEvaluator(sheet), input_example(sheet))
    outputs = [
        ColSpec(DataType.double if kind.kind == "f" else DataType.string, name)
        for name, kind in answered.dtypes.items()
    ]
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs))
