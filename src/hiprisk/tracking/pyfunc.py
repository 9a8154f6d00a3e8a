"""A bundle as an MLflow model: the loader reads the bundle, no pickle is involved.

MLflow imports this module by name; it imports nothing of MLflow itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.bundle import read_bundle
from hiprisk.errors import InputError
from hiprisk.serving.dataframe import answer_frame
from hiprisk.sheet.evaluate import SheetEvaluator


class BundleModel:
    """What MLflow calls: a frame of dictionary variables in, hiprisk's added columns out."""

    def __init__(self, folder: Path) -> None:
        self._evaluator = SheetEvaluator(read_bundle(folder).sheet)

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score rows; a row that cannot be used comes back with a reason.

        Parameters
        ----------
        model_input : DataFrame
            Columns with the names of the sheet's variables; others are ignored.
        params : dict, optional
            None are known.

        Raises
        ------
        InputError
            If the input is no table, or no column is a variable of the model.
        """
        if params:
            raise InputError("this model takes no parameters", code="PARAMS")
        if isinstance(model_input, list):
            model_input = pd.DataFrame(model_input)
        if not isinstance(model_input, pd.DataFrame):
            raise InputError("give a table with named columns", code="NOT_A_TABLE")
        return AnswerFrame(answer_frame(self._evaluator, model_input))


class AnswerFrame(pd.DataFrame):
    """Answers whose numbers are float64, NaN in refused rows, and null as records.

    MLflow's server writes a frame by its records, and JSON has no NaN.
    """

    def to_dict(self, *args: Any, **kwargs: Any) -> Any:
        """As a plain frame's, with None for NaN."""
        plain = pd.DataFrame(self).astype(object)
        return plain.where(plain.notna(), None).to_dict(*args, **kwargs)


def _load_pyfunc(data_path: str) -> BundleModel:
    # Where MLflow cannot make a table of what came, its error would print what came.
    os.environ.setdefault("MLFLOW_DISABLE_SCHEMA_DETAILS", "true")
    folder = Path(data_path)
    # Models logged earlier have a wheel beside the bundle, both in one folder.
    return BundleModel(folder / "bundle" if (folder / "bundle").is_dir() else folder)
