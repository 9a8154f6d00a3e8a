"""Two studies beside each other, and their models on people whom neither was fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.api.arguments import check_whole, in_python_words, levels_by_variable
from hiprisk.api.documents import Document, bundle_of
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.api.subject import SubjectRequest, read_people, subject_of
from hiprisk.bundle import Bundle
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath, in_encoding
from hiprisk.cohort.findings import FITTED_TO_THESE_PEOPLE, Finding
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.errors import ConfigError
from hiprisk.evidence.study_comparison import StudyComparison, compare_studies
from hiprisk.serving.model import Model
from hiprisk.validation.external.reference import compared_models
from hiprisk.validation.performance.paired import PairedComparison

LEAST_RESAMPLES = 50


@dataclass(frozen=True, kw_only=True)
class ModelComparison:
    """Two studies beside each other.

    Attributes
    ----------
    studies : StudyComparison
        What differs in config, cohort, code and model, and the metrics that both have.
    paired : PairedComparison or None
        Both models on the people of a cohort; None where none was named.
    """

    studies: StudyComparison
    paired: PairedComparison | None

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: on the cohort if one was named, else of both studies' evidence."""
        return (self.studies if self.paired is None else self.paired).to_frame()

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk models --compare --json`` prints."""
        paired = None if self.paired is None else self.paired.to_dict()
        return {**self.studies.to_dict(), "paired": paired}


def model_comparison(
    first: Bundle, second: Bundle, asked: SubjectRequest | None, *, resamples: int
) -> ModelComparison:
    """Two bundles beside each other; on the request's cohort, where there is a request."""
    studies = compare_studies(first, second)
    if asked is None:
        return ModelComparison(studies=studies, paired=None)
    if studies.outcome:
        raise ConfigError(
            f"the models predict other outcomes ({', '.join(studies.outcome)} differ), which no "
            "cohort can make comparable",
            code="OTHER_OUTCOME",
            column="--compare",
            advice="leave out --cohort to see the two studies beside each other",
        )
    requests = [replace(asked, model=bundle) for bundle in (first, second)]
    subjects = [subject_of(one) for one in requests]
    one, other = map(read_people, subjects, requests)
    for finding in dict.fromkeys((*one.warnings, *other.warnings)):
        # Of which model it holds, the comparison's cautions say by name.
        if finding.code != FITTED_TO_THESE_PEOPLE:
            asked.on_finding(finding)
    paired = compared_models(
        one,
        other,
        subjects[0].outcome,
        names=studies.names,
        n_resamples=resamples,
        seed=asked.seed,
    )
    return ModelComparison(studies=studies, paired=paired)


@in_python_words
def compare_models(
    first: Model | Bundle | Path | str,
    second: Model | Bundle | Path | str,
    cohort: CohortPath | None = None,
    *,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
    where: Mapping[str, Any] | None = None,
    resamples: int = 500,
    seed: int = 0,
    encoding: str | None = None,
    accept_units: bool = False,
    on_finding: FindingListener | None = None,
) -> ModelComparison:
    """Set two studies beside each other: what ``hiprisk models --compare`` does.

    Parameters
    ----------
    first, second : Model, Bundle or path-like
        A bundle's folder, or its name in ``models``.
    cohort : DataFrame or path-like, or several, optional
        People whom neither model was fitted to: both score them, and the difference of each main
        metric has a paired 95 % interval.
    mapping, dictionary : path-like or mapping, optional
        How the cohort's columns are read; your own variables.
    where : mapping, optional
        Levels that rows must have, by variable: ``{"cohort_year": "2018/19"}``.
    resamples : int
        Of persons, behind the intervals; at least 50.
    seed : int
    encoding : str, optional
        Of texts that are not UTF-8.
    accept_units : bool
        Go on although a unit looks wrong.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    ModelComparison
        ``to_frame()``: a row a metric; ``to_dict()``: what the command prints with ``--json``.

    Raises
    ------
    ConfigError
        If a cohort is named and the models predict other outcomes.
    InputError, BundleError, StoreError
        As `validate`.

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> updated = hiprisk.update("invented-womac", cohort, method="intercept", resamples=50)
    >>> later = hiprisk.simulate_cohort("stupar", n=300, seed=7).frame
    >>> found = hiprisk.compare_models("invented-womac@1", updated.bundle, later, resamples=50)
    >>> found.to_frame().loc[0, "metric"]
    'r2'
    """
    check_whole("resamples", resamples, least=LEAST_RESAMPLES)
    asked = None
    if cohort is not None:
        asked = SubjectRequest(
            model=None,
            cohort=in_encoding(cohort, encoding),
            mapping=mapping,
            dictionary=dictionary,
            where=levels_by_variable(where),
            accept_units=accept_units,
            seed=seed,
            on_finding=on_finding or warn_of_finding,
        )
    found = model_comparison(bundle_of(first), bundle_of(second), asked, resamples=resamples)
    if asked is not None and found.paired is not None:
        for caution in found.paired.cautions:
            asked.on_finding(
                Finding(
                    code=FITTED_TO_THESE_PEOPLE,
                    severity="warning",
                    message=caution,
                    advice="give people whom neither model has met",
                )
            )
    return found
