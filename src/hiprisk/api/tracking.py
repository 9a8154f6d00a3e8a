"""A result as an MLflow run that points to its model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiprisk.api.arguments import in_python_words
from hiprisk.api.documents import Document, bundle_of, config_of
from hiprisk.api.updating import UpdatedModel
from hiprisk.bundle import Bundle
from hiprisk.config import StudyConfig
from hiprisk.serving.model import Model
from hiprisk.tracking.command_runs import TrackedResult
from hiprisk.tracking.result_tracking import track_result


@in_python_words
def track(
    result: Any,
    *,
    model: Model | Bundle | Path | str | None = None,
    config: StudyConfig | Document | None = None,
    experiment: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    cohort: str = "",
) -> TrackedResult:
    """Log a result to MLflow as a run that points to its model.

    What ``--track`` does: the run has a description, tags, key metrics, the cohort as a data set
    (fingerprint and counts, no row), and JSON, tables, figures and a page of the result as
    artifacts. Where MLflow has the model (`run_study` logs it), it is an input of the run, and its
    page shows the metrics. The store is ``mlflow.db`` in the current folder unless
    MLFLOW_TRACKING_URI says otherwise.

    Parameters
    ----------
    result : object
        What `validate`, `expect`, `update`, `drift`, `associate` or `compare` returned.
    model : Model, Bundle or path-like, optional
        The model that was validated or watched: its study says the experiment. Not needed of an
        update, whose new version is logged as a model.
    config : StudyConfig, dict or path-like, optional
        The study of `associate` or `compare`.
    experiment : str, optional
        In place of the study's.
    parameters : mapping, optional
        How the result was made; by default the config.
    cohort : str, optional
        What the cohort is called; by default by its file, or as the config has it.

    Returns
    -------
    TrackedResult
        ``run_id``, ``store``, ``model`` (where MLflow has it) and ``not_logged``: what the store
        did not take; the result is not lost by it.

    Raises
    ------
    InputError
        If this is the result of something else.
    ConfigError, BundleError, MissingExtraError
        If config or model cannot be read, or MLflow is not installed.

    Examples
    --------
    >>> import hiprisk
    >>> hiprisk.track({"r2": 0.3})
    Traceback (most recent call last):
    ...
    hiprisk.errors.InputError: a dict is no result that is tracked (give what validate, update, \
drift, associate or compare returned)
    """
    if isinstance(result, UpdatedModel):
        model = model if result.bundle is None else result.bundle
        result = result.result
    return track_result(
        result,
        bundle=None if model is None else bundle_of(model),
        config=None if config is None else config_of(config),
        experiment=experiment,
        parameters=parameters,
        cohort=cohort,
    )
