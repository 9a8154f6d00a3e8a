"""Reference people of a sheet: drawn from what it says of the development cohort, nobody's record.

Numbers have the quantiles, categories the shares of the levels that the sheet holds; they hang
together by the correlations of its columns (a Gaussian copula).
"""

from __future__ import annotations

import math

import numpy as np

from hiprisk.arrays import Floats, Texts
from hiprisk.sheet.columns import Columns
from hiprisk.sheet.explanation.reference_patient import level_chances
from hiprisk.sheet.format import Sheet, VariableSpec

N_PEOPLE = 5000
SEED = 2004


def reference_people(sheet: Sheet, n: int = N_PEOPLE) -> Columns:
    """So many reference people, the same at every call: a value of every variable by its name."""
    covariance = np.array(sheet.missing.covariance)
    sd = np.sqrt(np.diag(covariance))
    scale = np.where(sd > 0.0, sd, 1.0)
    correlation = covariance / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    normal = np.random.default_rng(SEED).standard_normal((n, len(sd))) @ root.T
    people: dict[str, Floats | Texts] = {}
    for spec in sheet.variables:
        places = [i for i, column in enumerate(sheet.columns) if column.variable == spec.name]
        if spec.kind == "category":
            people[spec.name] = _levels(sheet, spec, places, normal)
        else:
            people[spec.name] = _numbers(sheet, spec, places[0], normal)
    return people


def _numbers(sheet: Sheet, spec: VariableSpec, place: int, normal: Floats) -> Floats:
    known, z = spec.training, normal[:, place]
    if known is None or not known.edges or known.low is None or known.high is None:
        mean = sheet.missing.mean[place]
        drawn = mean + z * math.sqrt(sheet.missing.covariance[place][place])
    else:
        below = np.minimum(np.cumsum(known.shares)[: len(known.edges)], 1.0)
        ends = [*known.edges, max(known.high, known.edges[-1])]
        # Below the first edge lies a share, whose lowest value is the first percentile.
        heights = np.concatenate([[0.0], below, [1.0]])
        drawn = np.interp(_cumulative(z), heights, [min(known.low, known.edges[0]), *ends])
    if spec.hard is not None:
        drawn = np.clip(drawn, *spec.hard)
    return np.rint(drawn) if spec.integer else drawn


def _levels(sheet: Sheet, spec: VariableSpec, places: list[int], normal: Floats) -> Texts:
    """Levels with the shares of the sheet, ordered by the indicator of one of them."""
    means = {sheet.columns[i].level: sheet.missing.mean[i] for i in places}
    known = spec.training.level_shares if spec.training else ()
    shares = known if len(known) == len(spec.levels) else level_chances(spec, means)
    top = str(sheet.columns[places[0]].level)
    ascending = sorted(range(len(spec.levels)), key=lambda i: spec.levels[i] == top)
    upper = np.cumsum([shares[i] for i in ascending])
    drawn = np.searchsorted(upper, _cumulative(normal[:, places[0]]) * upper[-1])
    levels = np.array([spec.levels[i] for i in ascending], dtype=object)
    return np.asarray(levels[np.minimum(drawn, len(levels) - 1)])


def _cumulative(z: Floats) -> Floats:
    return np.array([0.5 * math.erfc(-one / math.sqrt(2.0)) for one in z.tolist()])
