"""Drift of one variable: its bins, its mean or levels, what is missing, and likely causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from hiprisk.cohort.findings import Finding
from hiprisk.metrics.estimate import Estimate
from hiprisk.sheet.format import Sheet, TrainingSummary, VariableSpec
from hiprisk.validation.drift.results import VariableDrift
from hiprisk.validation.drift.stability_index import (
    bin_shares,
    chance_psi,
    drift_verdict,
    exceeds_limit,
    missing_moved,
    population_stability_index,
)
from hiprisk.validation.external.case_mix import has_reference_population
from hiprisk.validation.external.mean_difference import standardised_difference_estimate
from hiprisk.values import Note
from hiprisk.wording.quantities import percent


def variable_drift(
    sheet: Sheet,
    spec: VariableSpec,
    values: NDArray[Any] | None,
    n_rows: int,
    findings: Sequence[Finding],
    unreadable: Mapping[Note, int],
) -> VariableDrift:
    """One variable now beside the development cohort; `values` is None where the file lacks it."""
    then = _missing_then(sheet, spec)
    causes = [f"{f.message} ({f.advice})" for f in findings if f.column == spec.name]
    causes += [
        f"{count} cells cannot be read: {note.code}"
        for note, count in unreadable.items()
        if note.variable == spec.name
    ]
    if values is None:
        return _blank(spec, then, 1.0, ("absent from the file", *causes))
    known = values[~pd.isna(values)]
    now = 1.0 - len(known) / n_rows
    if then is not None and missing_moved(then, sheet.missing.n_people, now, n_rows):
        shares = f"{percent(now, 0)} of the rows, in the development cohort {percent(then, 0)}"
        causes.insert(0, f"missing in {shares}")
    if not len(known):
        return _blank(spec, then, now, tuple(causes))
    binned = _bins(sheet, spec, known)
    difference = _difference(sheet, spec, known)
    if binned is None:
        return _blank(spec, then, now, tuple(causes), difference=difference)
    basis, old, new = binned
    psi = population_stability_index(old, new)
    chance = chance_psi(len(old), len(known), _n_then(sheet, spec))
    far = difference is not None and exceeds_limit(difference)
    return VariableDrift(
        variable=spec.name,
        label=spec.label,
        difference=difference,
        psi=psi,
        psi_by_chance=chance,
        basis=basis,
        missing_then=then,
        missing_now=now,
        verdict=drift_verdict(psi, chance, other=far or bool(causes)),
        causes=tuple(causes),
    )


def _then(sheet: Sheet, spec: VariableSpec) -> TrainingSummary | None:
    """Everybody at the first visit where the sheet describes them, else the development cohort."""
    if sheet.first_visit is None:
        return spec.training
    return sheet.first_visit.variables[sheet.variables.index(spec)]


def _missing_then(sheet: Sheet, spec: VariableSpec) -> float | None:
    training = _then(sheet, spec)
    if training is None or (sheet.provenance == "published" and training.missing_share == 0.0):
        return None
    return training.missing_share


def _blank(
    spec: VariableSpec,
    then: float | None,
    now: float,
    causes: tuple[str, ...],
    *,
    difference: Estimate | None = None,
) -> VariableDrift:
    return VariableDrift(
        variable=spec.name,
        label=spec.label,
        difference=difference,
        psi=None,
        psi_by_chance=None,
        basis="not known",
        missing_then=then,
        missing_now=now,
        verdict="some drift" if causes else "not known",
        causes=causes,
    )


def _bins(
    sheet: Sheet, spec: VariableSpec, known: NDArray[Any]
) -> tuple[str, Sequence[float], Sequence[float]] | None:
    training = _then(sheet, spec)
    if spec.kind == "category":
        if training is None or not training.level_shares:
            return None
        # A text that is no level has a share of its own, which training never had.
        counts = [int(np.sum(known == level)) for level in spec.levels]
        other = len(known) - sum(counts)
        old = [*training.level_shares, *([0.0] if other else [])]
        new = [count / len(known) for count in [*counts, *([other] if other else [])]]
        kept = [(o, n) for o, n in zip(old, new, strict=True) if o > 0 or n > 0]
        return "levels", [o for o, _ in kept], [n for _, n in kept]
    numbers = np.asarray(known, dtype=np.float64)
    if training is not None and training.edges:
        return "tenths of training", training.shares, bin_shares(numbers, np.array(training.edges))
    moments = _moments(sheet, spec, training)
    if moments is None:
        return None
    mean, sd = moments
    edges = mean + sd * norm.ppf(np.arange(1, 10) / 10.0)
    return "normal tenths", [0.1] * 10, bin_shares(numbers, edges)


def _moments(
    sheet: Sheet, spec: VariableSpec, training: TrainingSummary | None
) -> tuple[float, float] | None:
    if sheet.first_visit is not None:
        place = sheet.variables.index(spec)
        mean, sd = sheet.first_visit.means[place], sheet.first_visit.sds[place]
        return None if mean is None or sd is None else (mean, sd)
    if not has_reference_population(sheet):
        if training is None or training.median is None or not training.iqr:
            return None
        return training.median, training.iqr / 1.349
    for place, column in enumerate(sheet.columns):
        if column.variable == spec.name:
            return sheet.missing.mean[place], float(np.sqrt(sheet.missing.covariance[place][place]))
    return None


def _n_then(sheet: Sheet, spec: VariableSpec) -> float | None:
    """Known values of a variable then; None where the sheet does not say."""
    then = _then(sheet, spec)
    if then is not None and then.n_known is not None:
        return float(then.n_known)
    n = sheet.missing.n_people
    return None if n is None else n * (1.0 - (_missing_then(sheet, spec) or 0.0))


def _difference(sheet: Sheet, spec: VariableSpec, known: NDArray[Any]) -> Estimate | None:
    n_then, n_now = _n_then(sheet, spec), float(len(known))
    then_all = _then(sheet, spec)
    if spec.kind == "number":
        moments = _moments(sheet, spec, then_all)
        if moments is None:
            return None
        numbers = np.asarray(known, dtype=np.float64)
        return standardised_difference_estimate(
            (*moments, n_then), (float(numbers.mean()), float(numbers.std()), n_now)
        )
    shares = then_all.level_shares if then_all is not None else ()
    differences = [
        standardised_difference_estimate(
            (then, binary_sd(then), n_then),
            (now := float(np.mean(known == level)), binary_sd(now), n_now),
        )
        for level, then in zip(spec.levels, shares, strict=bool(shares))
    ]
    return max(differences, key=lambda one: abs(one.value), default=None)


def binary_sd(share: float) -> float:
    """Standard deviation of yes and no."""
    return float(np.sqrt(share * (1.0 - share)))
