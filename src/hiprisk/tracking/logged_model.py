"""A bundle as MLflow's logged model: name, description, signature, example, code."""

from __future__ import annotations

import re
import shutil
import tempfile
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


def log_model(
    mlflow: Any, bundle: Bundle, settings: TrackingSettings, *, aliased: bool = True
) -> str:
    """Log a bundle as a model of the open run, register it where that is asked for; its id."""
    tags = {**search_tags(bundle), NOTE: description(bundle)}
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
            tags=tags,
        )
    if settings.register:
        version = _register(mlflow, bundle, str(info.model_uri), tags)
        if aliased:
            mlflow.MlflowClient().set_registered_model_alias(bundle.name, settings.alias, version)
    return str(info.model_id)


def _register(mlflow: Any, bundle: Bundle, uri: str, tags: dict[str, str]) -> str:
    """The version that the model is registered as."""
    registered = mlflow.register_model(uri, bundle.name, tags=search_tags(bundle))
    mlflow.MlflowClient().update_model_version(
        bundle.name, registered.version, description=tags[NOTE]
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
