"""Whether a cohort holds the people that a model was fitted to: its figures are apparent there.

A bundle keeps the fingerprint of the file that its study read, before selection and hold-out, and
of the people that each update selected. People who were held out are new to the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hiprisk.arrays import Bools
from hiprisk.bundle import Bundle
from hiprisk.cohort.findings import FITTED_TO_THESE_PEOPLE, Finding
from hiprisk.cohort.reading import Cohort
from hiprisk.learning.participants.people import at_levels
from hiprisk.wording.disclaimers import FITTED_TO_SOME, FITTED_TO_THESE

Rows = Callable[[Cohort], Bools]


@dataclass(frozen=True)
class FittedCohort:
    """A cohort that a model was fitted or updated on.

    Attributes
    ----------
    fingerprint : str
    selected : callable
        Rows of a file whose fingerprint that is.
    took_part : callable
        Rows of the fingerprinted cohort to which the model was fitted.
    """

    fingerprint: str
    selected: Rows
    took_part: Rows


def with_fitted_people(bundle: Bundle, whole: Cohort, asked: Bools) -> Cohort:
    """The rows of a cohort that are asked for, with a finding where the model was fitted to some.

    Parameters
    ----------
    bundle : Bundle
    whole : Cohort
        The file as it was read.
    asked : ndarray of bool
        Its rows that are asked for.
    """
    cohort = whole if asked.all() else whole.take(np.flatnonzero(asked))
    fitted = np.zeros(whole.n_rows, dtype=bool)
    for one in fitted_cohorts(bundle):
        fitted |= _rows_of(one, whole, cohort, asked)
    n = int(fitted[asked].sum())
    if not n:
        return cohort
    found = Finding(
        code=FITTED_TO_THESE_PEOPLE,
        severity="warning",
        count=n,
        message=FITTED_TO_THESE if n == cohort.n_rows else FITTED_TO_SOME,
        advice="give people whom the model has not met; what it is worth among its own, its "
        "report tells (optimism-corrected or cross-validated)",
    )
    return replace(cohort, findings=(found, *cohort.findings))


def fitted_cohorts(bundle: Bundle) -> Iterator[FittedCohort]:
    """Every cohort that a model was fitted or updated on, its ancestors' among them."""
    lineage = bundle.lineage
    if lineage is None:
        yield FittedCohort(bundle.manifest["cohort_fingerprint"], _all, _developed_on(bundle))
        return
    selected = _selected_by(bundle)
    while lineage is not None:
        yield FittedCohort(str(lineage.get("cohort_fingerprint")), selected, _all)
        selected = _all
        older = lineage.get("parent_lineage")
        if older is None:
            origin = str(lineage.get("parent_cohort_fingerprint"))
            yield FittedCohort(origin, _all, _developed_on(bundle))
        lineage = older


def reference_people(bundle: Bundle) -> str | None:
    """The ancestor on whose people an updated model's ranges, means and distributions still are.

    None for a model that was not updated, and for the first that was made of a column of
    predictions.
    """
    lineage, found = bundle.lineage, None
    while lineage is not None:
        version = lineage.get("parent_version")
        if version is not None:
            found = f"{lineage.get('parent_name')}@{version}"
        lineage = lineage.get("parent_lineage")
    return found


def _rows_of(one: FittedCohort, whole: Cohort, cohort: Cohort, asked: Bools) -> Bools:
    """Rows of the whole file to which the model was fitted; none where it is another file."""
    if whole.fingerprint == one.fingerprint:
        return one.took_part(whole)
    rows = np.zeros(whole.n_rows, dtype=bool)
    if cohort.fingerprint == one.fingerprint:
        rows[asked] = one.took_part(cohort)
        return rows
    selected = one.selected(whole)
    if selected.any() and not selected.all():
        part = whole.take(np.flatnonzero(selected))
        if part.fingerprint == one.fingerprint:
            rows[selected] = one.took_part(part)
    return rows


def _all(cohort: Cohort) -> Bools:
    return np.ones(cohort.n_rows, dtype=bool)


def _selected_by(bundle: Bundle) -> Rows:
    """The rows that ``hiprisk update --where`` selected."""
    where: dict[str, list[str]] = {}
    for text in _section(bundle.config, "update").get("where") or ():
        name, _, level = str(text).partition("=")
        where.setdefault(name, []).append(level)
    return lambda cohort: _at_all(cohort, where)


def _developed_on(bundle: Bundle) -> Rows:
    """The rows of a study's file that its selection keeps, without those held out."""
    where = _section(bundle.config, "cohort").get("where") or {}
    holdout = _section(_section(bundle.config, "validation"), "holdout")

    def rows(cohort: Cohort) -> Bools:
        kept = _at_all(cohort, where)
        if not holdout:
            return kept
        variable = str(holdout["variable"])
        if holdout.get("develop"):
            return kept & _at_all(cohort, {variable: holdout["develop"]})
        return kept & ~_at_all(cohort, {variable: holdout["test"]})

    return rows


def _at_all(cohort: Cohort, where: Mapping[str, Sequence[str]]) -> Bools:
    """Rows that have one of the levels of every variable; none where the file lacks one."""
    keep = _all(cohort)
    for name, levels in where.items():
        known = name in cohort.frame.columns
        keep &= at_levels(cohort.frame[name], list(levels)) if known else False
    return keep


def _section(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}
