"""Drift of a model in use: its predictors, its predictions, its calibration.

References
----------
.. [1] Yurdakul, Naranjo (2020). Journal of Risk Model Validation 14(4), 89-100 (the population
       stability index as a statistic).
.. [2] Davis, Greevy, Lasko, Walsh, Matheny (2020). J Biomed Inform 112, 103611.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from hiprisk.cohort.findings import Finding
from hiprisk.cohort.moved import compare_with_training
from hiprisk.cohort.reading import Cohort
from hiprisk.errors import InputError
from hiprisk.features.normal_people import normal_people
from hiprisk.learning.export import sheet_columns
from hiprisk.metrics.estimate import Estimate
from hiprisk.sheet.applicability import assess
from hiprisk.sheet.distribution import clip_to
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet, TrainingSummary, VariableSpec
from hiprisk.sheet.models import expit
from hiprisk.validation.casemix import knows_its_people
from hiprisk.validation.drift_results import (
    DriftReport,
    PredictionDrift,
    VariableDrift,
    drift_sentences,
)
from hiprisk.validation.external import ModelIdentity
from hiprisk.validation.separation import standardised_difference_estimate
from hiprisk.validation.watch import CalibrationWatch

Floats = NDArray[np.float64]

PSI_SOME, PSI_MUCH = 0.10, 0.25
DIFFERENCE_SOME = 0.25
MISSING_SOME = 0.05
LEAST_SHARE = 1e-4
NORMAL_PEOPLE = 20_000
FEWEST_PEOPLE = 20


def population_stability_index(then: Sequence[float], now: Sequence[float]) -> float:
    """Population stability index of two sets of shares of the same bins.

    Parameters
    ----------
    then, now : sequence of float, length n_bins
        Each adds up to 1; a share below one in ten thousand counts as that.

    Returns
    -------
    float
        0 where nothing moved; by custom, 0.1 is some drift and 0.25 much.

    Examples
    --------
    >>> round(population_stability_index([0.5, 0.5], [0.4, 0.6]), 6)
    0.040547
    """
    old = np.maximum(np.asarray(then, dtype=np.float64), LEAST_SHARE)
    new = np.maximum(np.asarray(now, dtype=np.float64), LEAST_SHARE)
    if old.shape != new.shape or old.ndim != 1:
        raise InputError("'then' and 'now' must have the same bins")
    return float(np.sum((new - old) * np.log(new / old)))


def chance_psi(n_bins: int, n_people: float, n_then: float | None = None) -> float:
    """What the index exceeds in one of twenty pairs of cohorts of these sizes without any drift.

    Parameters
    ----------
    n_bins : int
    n_people : float
        Now.
    n_then : float, optional
        People of the development cohort; None where its shares count as known exactly.

    Notes
    -----
    Without drift, the index over (1 / n + 1 / m) follows a chi-squared distribution with one
    degree of freedom fewer than bins, n and m being the people of both sides [1]_.
    """
    if n_bins < 2:
        return 0.0
    both = 1.0 / n_people + (0.0 if n_then is None else 1.0 / n_then)
    return float(chi2.ppf(0.95, n_bins - 1)) * both


def report_drift(
    sheet: Sheet,
    cohort: Cohort,
    *,
    model: ModelIdentity,
    watch: CalibrationWatch | None = None,
    watch_note: str = "",
) -> DriftReport:
    """Compare a cohort in use with what a sheet knows of its development cohort.

    Parameters
    ----------
    sheet : Sheet
    cohort : Cohort
    model : ModelIdentity
    watch : CalibrationWatch, optional
    watch_note : str
        Why there is none.

    Raises
    ------
    InputError
        If the cohort has none of the model's variables or too few rows.
    """
    names = [spec.name for spec in sheet.variables if spec.name in cohort.frame.columns]
    if not names:
        raise InputError(
            "the cohort has none of the model's variables",
            code="MISSING_COLUMN",
            file=cohort.source_name,
            advice="hiprisk template lists them; a mapping can rename columns",
        )
    if cohort.n_rows < FEWEST_PEOPLE:
        raise InputError(
            f"{cohort.n_rows} rows are too few to see drift (at least {FEWEST_PEOPLE})",
            code="TOO_FEW",
            file=cohort.source_name,
        )
    columns = sheet_columns(sheet.variables, cohort.frame)
    findings = [
        *compare_with_training(sheet, columns),
        *(f for f in cohort.findings if f.code in ("SHIFTED_CODES", "UNIT_SUSPECT")),
    ]
    unreadable = _unreadable_counts(cohort, names)
    variables = tuple(
        _variable_drift(sheet, spec, columns.get(spec.name), cohort.n_rows, findings, unreadable)
        for spec in sheet.variables
    )
    assessment = assess(sheet, columns, n_rows=cohort.n_rows)
    refused = {**assessment.reasons.counts(), **unreadable}
    predictions = _prediction_drift(sheet, columns, assessment.usable)
    found = DriftReport(
        model=model,
        cohort=cohort.source_name,
        cohort_fingerprint=cohort.fingerprint,
        simulated="synthetic" in (model.provenance, cohort.provenance),
        n_rows=cohort.n_rows,
        refused=refused,
        variables=variables,
        predictions=predictions,
        watch=watch,
        watch_note=watch_note,
        found=_found(variables, predictions, watch),
        summary=(),
    )
    return replace(found, summary=tuple(drift_sentences(found)))


def _unreadable_counts(cohort: Cohort, names: Sequence[str]) -> dict[str, int]:
    return {
        f"{code}({name})": int(mask.sum())
        for (name, code), mask in cohort.unreadable.items()
        if name in names and mask.any()
    }


def _found(
    variables: Iterable[VariableDrift],
    predictions: PredictionDrift | None,
    watch: CalibrationWatch | None,
) -> bool:
    drifted = any(v.verdict in ("some drift", "much drift") for v in variables)
    moved = predictions is not None and predictions.verdict != "steady"
    return drifted or moved or (watch is not None and watch.alarm_at is not None)


def _variable_drift(
    sheet: Sheet,
    spec: VariableSpec,
    values: NDArray[Any] | None,
    n_rows: int,
    findings: Sequence[Finding],
    unreadable: Mapping[str, int],
) -> VariableDrift:
    then = _missing_then(sheet, spec)
    causes = [f"{f.message} ({f.advice})" for f in findings if f.column == spec.name]
    causes += [
        f"{count} cells cannot be read: {code.partition('(')[0]}"
        for code, count in unreadable.items()
        if code.endswith(f"({spec.name})")
    ]
    if values is None:
        return _blank(spec, then, 1.0, ("the file does not have it", *causes))
    known = values[~pd.isna(values)]
    now = 1.0 - len(known) / n_rows
    if then is not None and abs(now - then) > MISSING_SOME:
        causes.insert(0, f"missing in {now:.0%} of the rows, in training {then:.0%}")
    if not len(known):
        return _blank(spec, then, now, tuple(causes))
    binned = _bins(sheet, spec, known)
    difference = _difference(sheet, spec, known)
    if binned is None:
        return _blank(spec, then, now, tuple(causes), difference=difference)
    basis, old, new = binned
    psi = population_stability_index(old, new)
    chance = chance_psi(len(old), len(known), _n_then(sheet, spec))
    far = difference is not None and _far(difference)
    return VariableDrift(
        variable=spec.name,
        difference=difference,
        psi=psi,
        psi_by_chance=chance,
        basis=basis,
        missing_then=then,
        missing_now=now,
        verdict=_verdict(psi, chance, other=far or bool(causes)),
        causes=tuple(causes),
    )


def _missing_then(sheet: Sheet, spec: VariableSpec) -> float | None:
    training = spec.training
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
        difference=difference,
        psi=None,
        psi_by_chance=None,
        basis="not known",
        missing_then=then,
        missing_now=now,
        verdict="some drift" if causes else "not known",
        causes=causes,
    )


def _verdict(psi: float, chance: float, *, other: bool) -> str:
    """Custom's two limits, but never below what chance alone gives at this size."""
    if psi > max(PSI_MUCH, chance):
        return "much drift"
    return "some drift" if other or psi > max(PSI_SOME, chance) else "steady"


def _bins(
    sheet: Sheet, spec: VariableSpec, known: NDArray[Any]
) -> tuple[str, Sequence[float], Sequence[float]] | None:
    training = spec.training
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
        return "tenths of training", training.shares, _shares(numbers, np.array(training.edges))
    moments = _moments(sheet, spec, training)
    if moments is None:
        return None
    mean, sd = moments
    edges = mean + sd * norm.ppf(np.arange(1, 10) / 10.0)
    return "normal tenths", [0.1] * 10, _shares(numbers, edges)


def _shares(values: Floats, edges: Floats) -> list[float]:
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return [float(count) / len(values) for count in counts]


def _moments(
    sheet: Sheet, spec: VariableSpec, training: TrainingSummary | None
) -> tuple[float, float] | None:
    if not knows_its_people(sheet):
        if training is None or training.median is None or not training.iqr:
            return None
        return training.median, training.iqr / 1.349
    for place, column in enumerate(sheet.columns):
        if column.variable == spec.name:
            return sheet.missing.mean[place], float(np.sqrt(sheet.missing.covariance[place][place]))
    return None


def _n_then(sheet: Sheet, spec: VariableSpec) -> float | None:
    """Known values of a variable in the development cohort; None where the sheet does not say."""
    if spec.training is not None and spec.training.n_known is not None:
        return float(spec.training.n_known)
    n = sheet.missing.n_people
    return None if n is None else n * (1.0 - (_missing_then(sheet, spec) or 0.0))


def _far(difference: Estimate) -> bool:
    """Beyond the customary limit, and beyond chance."""
    low, high = difference.low, difference.high
    beyond = low is None or high is None or not low <= 0.0 <= high
    return beyond and abs(difference.value) > DIFFERENCE_SOME


def _difference(sheet: Sheet, spec: VariableSpec, known: NDArray[Any]) -> Estimate | None:
    n_then, n_now = _n_then(sheet, spec), float(len(known))
    if spec.kind == "number":
        moments = _moments(sheet, spec, spec.training)
        if moments is None:
            return None
        numbers = np.asarray(known, dtype=np.float64)
        return standardised_difference_estimate(
            (*moments, n_then), (float(numbers.mean()), float(numbers.std()), n_now)
        )
    shares = spec.training.level_shares if spec.training is not None else ()
    differences = [
        standardised_difference_estimate(
            (then, _binary_sd(then), n_then),
            (now := float(np.mean(known == level)), _binary_sd(now), n_now),
        )
        for level, then in zip(spec.levels, shares, strict=bool(shares))
    ]
    return max(differences, key=lambda one: abs(one.value), default=None)


def _binary_sd(share: float) -> float:
    return float(np.sqrt(share * (1.0 - share)))


def _prediction_drift(
    sheet: Sheet, columns: Mapping[str, Any], usable: NDArray[np.bool_]
) -> PredictionDrift | None:
    if not knows_its_people(sheet) or usable.sum() < FEWEST_PEOPLE:
        return None
    evaluator = SheetEvaluator(sheet)
    now = evaluator.predict({name: values[usable] for name, values in columns.items()}).predicted
    people = normal_people(sheet, n_people=NORMAL_PEOPLE)
    lp = evaluator.linear_predictor(people, NORMAL_PEOPLE)
    then = expit(lp) if sheet.outcome.kind == "binary" else clip_to(sheet.outcome, lp)
    edges = np.unique(np.quantile(then, np.arange(1, 10) / 10.0))
    psi = population_stability_index(_shares(then, edges), _shares(now, edges))
    n_then = None if sheet.missing.n_people is None else float(sheet.missing.n_people)
    difference = standardised_difference_estimate(
        (float(then.mean()), float(then.std()), n_then),
        (float(now.mean()), float(now.std()), float(len(now))),
    )
    chance = chance_psi(len(edges) + 1, len(now), n_then)
    return PredictionDrift(
        mean_then=float(then.mean()),
        sd_then=float(then.std()),
        mean_now=float(now.mean()),
        sd_now=float(now.std()),
        difference=difference,
        psi=psi,
        psi_by_chance=chance,
        # What is normal about the normal model is its middle, so its tails alone raise no alarm.
        verdict=_verdict(psi, max(chance, PSI_SOME), other=_far(difference)),
    )
