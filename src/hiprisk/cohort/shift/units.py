"""Units and scales in which a variable may have come, other than its own."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.format import TrainingSummary, VariableSpec

PROBABILITIES = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
_SCORES = np.array([NormalDist().inv_cdf(p) for p in PROBABILITIES])
# Largest raw sum of a subscale: number of items times the best or worst answer.
RAW_SUMS = {
    "womac_pain": 20,
    "womac_stiffness": 8,
    "womac_function": 68,
    "womac_total": 96,
    "hoos_pain": 40,
    "hoos_symptoms": 20,
    "hoos_adl": 68,
    "hoos_sport": 16,
    "hoos_qol": 16,
    "odi": 50,
}
_HUNDRED = (0.0, 100.0)
_PER_UNIT: dict[str, tuple[tuple[float, str, str], ...]] = {
    "deg": ((57.29577951308232, "degrees given as radians", "state unit: rad"),),
    "rad": ((0.017453292519943295, "radians given as degrees", "divide by 57.2958"),),
    "cm": (
        (100.0, "centimetres given as metres", "state unit: m"),
        (0.1, "centimetres given as millimetres", "state unit: mm"),
        (2.54, "centimetres given as inches", "state unit: inch"),
    ),
    "kg": (
        (0.45359237, "kilograms given as pounds", "state unit: lb"),
        (0.001, "kilograms given as grams", "divide by 1000"),
    ),
    "months": (
        (12.0, "months given as years", "state unit: years"),
        (12.0 / 52.1775, "months given as weeks", "state unit: weeks"),
        (12.0 / 365.2425, "months given as days", "state unit: days"),
    ),
    "years": ((1.0 / 12.0, "years given as months", "divide by 12"),),
    "minutes": ((60.0, "minutes given as hours", "multiply by 60"),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Another scale: value in the sheet's unit = offset + factor * value as it came.

    Attributes
    ----------
    words : str
        What would have happened.
    advice : str
        What to state in the mapping, or else to do.
    top : float or None
        Largest value of a raw sum, which is a whole number.
    """

    words: str
    advice: str
    factor: float
    offset: float = 0.0
    top: float | None = None


def other_scales(spec: VariableSpec) -> Iterable[Scale]:
    """Every scale on which a number of this kind is known to come.

    Parameters
    ----------
    spec : VariableSpec
        Unit and hard range say which these are; the name says which instrument.
    """
    for factor, words, advice in _PER_UNIT.get(spec.unit, ()):
        yield Scale(words=words, advice=advice, factor=factor)
    if spec.hard is None or not _is_score(spec):
        return
    if spec.hard == _HUNDRED:
        yield from _for_a_hundred(spec.name)
    elif spec.hard[0] == 0.0:
        yield _stretched((0.0, 100.0), spec.hard)
        yield _stretched((0.0, 1.0), spec.hard)
    if spec.name.startswith("ohs") and spec.hard == (0.0, 48.0):
        yield Scale(
            words="the old scoring of the Oxford Hip Score, 12 (best) to 60",
            advice="state from_range: [12, 60] and reverse: true",
            factor=-1.0,
            offset=60.0,
        )
    yield reversed_scale(spec)


def reversed_scale(spec: VariableSpec) -> Scale:
    """The same range run through the other way."""
    assert spec.hard is not None
    return Scale(
        words="the scale runs the other way (higher better for higher worse, or the reverse)",
        advice="state reverse: true",
        factor=-1.0,
        offset=spec.hard[0] + spec.hard[1],
    )


def _is_score(spec: VariableSpec) -> bool:
    return spec.unit.startswith(("points", "percent", "level", "UK tariff"))


def _for_a_hundred(name: str) -> Iterable[Scale]:
    yield _stretched((0.0, 1.0), _HUNDRED)
    for stem, top in RAW_SUMS.items():
        if name.startswith(stem):
            yield Scale(
                words=f"given as the raw sum from 0 to {top}",
                advice=f"state from_range: [0, {top}]",
                factor=100.0 / top,
                top=float(top),
            )
    yield _stretched((0.0, 10.0), _HUNDRED)


def _stretched(given: tuple[float, float], own: tuple[float, float]) -> Scale:
    factor = (own[1] - own[0]) / (given[1] - given[0])
    what = "as a share from 0 to 1" if given == (0.0, 1.0) else f"from {given[0]:g} to {given[1]:g}"
    return Scale(
        words=f"given {what}",
        advice=f"state from_range: [{given[0]:g}, {given[1]:g}]",
        factor=factor,
        offset=own[0] - given[0] * factor,
    )


def spread_of(training: TrainingSummary) -> float:
    """Standard deviation that a normal distribution of the same quartiles has."""
    return (training.iqr or 0.0) / 1.349


@functools.lru_cache(maxsize=1024)
def _quantile_function(training: TrainingSummary) -> tuple[Floats, Floats]:
    """Normal scores and values through which the development cohort's quantile function runs.

    Between them it runs in a straight line, as a normal distribution's does.
    """
    if training.edges:
        known = dict(zip(np.cumsum(training.shares)[:-1], training.edges, strict=True))
    else:
        middle, half = training.median or 0.0, (training.iqr or 0.0) / 2.0
        known = {0.25: middle - half, 0.5: middle, 0.75: middle + half}
    if training.low is not None and training.high is not None:
        known = {0.01: training.low, **known, 0.99: training.high}
    pairs = sorted((float(p), float(value)) for p, value in known.items() if 0 < p < 1)
    at = np.array([NormalDist().inv_cdf(p) for p, _ in pairs])
    return at, np.maximum.accumulate(np.array([value for _, value in pairs]))


def misfit(quantiles: Floats, spec: VariableSpec, scale: Scale | None = None) -> float:
    """How far quantiles lie from the development cohort's, in its standard deviations, on average.

    Parameters
    ----------
    quantiles : ndarray, shape (5,)
        Of the file, at `PROBABILITIES`.
    spec : VariableSpec
    scale : Scale, optional
        Read the file on this scale instead.
    """
    training = spec.training
    if training is None or not training.iqr or training.median is None:
        return 0.0
    if scale is not None:
        # A scale that runs the other way turns the order of the quantiles too.
        quantiles = np.sort(scale.offset + scale.factor * quantiles)
    return float(np.abs(quantiles - _expected(training)).mean() / spread_of(training))


def misfits(quantiles: Floats, specs: Sequence[VariableSpec]) -> Floats:
    """The misfit of each of several columns that have a quartile range.

    Parameters
    ----------
    quantiles : ndarray, shape (5, n_columns)
    specs : sequence of VariableSpec, length n_columns
    """
    trainings = [spec.training for spec in specs if spec.training is not None]
    expected = np.column_stack([_expected(training) for training in trainings])
    spreads = np.array([spread_of(training) for training in trainings])
    return np.asarray(np.abs(quantiles - expected).mean(axis=0) / spreads)


@functools.lru_cache(maxsize=1024)
def _expected(training: TrainingSummary) -> Floats:
    """The development cohort's quantiles at `PROBABILITIES`."""
    return np.asarray(np.interp(_SCORES, *_quantile_function(training)))


def share_beyond(training: TrainingSummary, value: float) -> float:
    """Share of the development cohort above a value; 0 where it lies beyond the 99th percentile."""
    if training.high is None or value >= training.high or not training.iqr:
        return 0.0
    at, values = _quantile_function(training)
    return 1.0 - NormalDist().cdf(float(np.interp(value, values, at)))


def likely_scale(quantiles: Floats, spec: VariableSpec, *, most: float = 0.8) -> Scale | None:
    """The scale on which these quantiles are like the development cohort's, or None.

    Named only if it leaves less than half of the misfit and less than `most` standard deviations.
    """
    as_it_is = misfit(quantiles, spec)
    fits = [(misfit(quantiles, spec, scale), scale) for scale in other_scales(spec)]
    if not fits:
        return None
    least, scale = min(fits, key=lambda fit: fit[0])
    return scale if least < most and least < 0.5 * as_it_is else None
