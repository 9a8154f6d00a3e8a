"""Input vectors that test an implementation of a model at its edges."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hiprisk.sheet.explanation.reference_patient import middle_patient, typical_patient
from hiprisk.sheet.format import Model, Sheet, TreesModel, VariableSpec

Value = float | str
Given = dict[str, Value]

SHARES_MISSING = (0.0, 0.2, 0.5, 0.8)
# A value that any reader must refuse as a number.
UNREADABLE = ("12x", "1e400", "true", "0x10", "1,5")

# Thresholds of a pack times nodes of all trees: minutes of answers. Boosted trees stay below it.
POINTS_TIMES_NODES = 20_000_000
FEWEST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Vector:
    """Values of one simulated patient, and what the vector tests."""

    name: str
    why: str
    given: Given


def make_vectors(sheet: Sheet, *, n_random: int, seed: int) -> tuple[Vector, ...]:
    """Every vector of a model's pack, the same for the same sheet, number and seed.

    Parameters
    ----------
    sheet : Sheet
    n_random : int
        Random patients beside the edges; a share of their values is missing.
    seed : int
    """
    # The other vectors vary the first.
    if sheet.has_reference_population:
        typical, why = typical_patient(sheet), "medians and most common levels"
    else:
        typical, why = (
            middle_patient(sheet),
            "the middle of every range; the model has no reference population",
        )
    pairs = [
        ("typical", why, typical),
        ("nothing", "every value is missing", {}),
        *_one_by_one(sheet, typical),
        *_edges(sheet, typical),
        *_turning_points(sheet, typical),
        *_refusals(sheet, typical),
        *_random(sheet, n_random, seed),
    ]
    return tuple(
        Vector(f"v{number:04d}-{kind}", why, given)
        for number, (kind, why, given) in enumerate(pairs, start=1)
    )


_Entry = tuple[str, str, Given]


def _one_by_one(sheet: Sheet, typical: Given) -> Iterator[_Entry]:
    for spec in sheet.variables:
        rest = {name: value for name, value in typical.items() if name != spec.name}
        yield "missing", f"{spec.name} is missing", rest
        yield "alone", f"all but {spec.name} is missing", {spec.name: typical[spec.name]}


def _edges(sheet: Sheet, typical: Given) -> Iterator[_Entry]:
    for spec in sheet.variables:
        if spec.kind == "category":
            for level in spec.levels:
                yield "level", f"{spec.name} is {level}", {**typical, spec.name: level}
            continue
        for what, bounds in _ranges(spec):
            for value in bounds:
                yield "edge", f"{spec.name} at its {what} range", {**typical, spec.name: value}


def _ranges(spec: VariableSpec) -> Iterator[tuple[str, tuple[float, ...]]]:
    for what, bounds in (("hard", spec.hard), ("soft", spec.soft)):
        if bounds is not None:
            yield what, bounds
    training = spec.training
    if training is not None and training.low is not None and training.high is not None:
        yield "training", (training.low, training.high)


def _turning_points(sheet: Sheet, typical: Given) -> Iterator[_Entry]:
    """Knots of splines and thresholds of trees: where < in place of <= would show."""
    variable_of = {c.name: c.variable for c in sheet.columns if c.level is None}
    met = []
    for name, value in _points(sheet):
        if name not in variable_of:
            continue
        spec = sheet.variable(variable_of[name])
        low, high = spec.hard if spec.hard is not None else (-np.inf, np.inf)
        if low <= value <= high and not (spec.integer and value != np.floor(value)):
            met.append((name, value))
    for name, value in _even_share(met, _most_points(sheet.model)):
        yield "turn", f"{name} at a knot or threshold", {**typical, variable_of[name]: value}


def _points(sheet: Sheet) -> list[tuple[str, float]]:
    model = sheet.model
    if not isinstance(model, TreesModel):
        found = [(term.column, knot) for term in model.terms for knot in term.knots]
    else:
        found = [
            (model.inputs[feature], threshold)
            for tree in model.trees
            for feature, threshold in zip(tree.feature, tree.threshold, strict=True)
            if feature >= 0
        ]
    return sorted(set(found))


def _most_points(model: Model) -> int:
    """How many points a pack can hold: an answer takes time in proportion to the nodes."""
    if not isinstance(model, TreesModel):
        return sys.maxsize
    n_nodes = sum(len(tree.feature) for tree in model.trees)
    return max(FEWEST_POINTS, POINTS_TIMES_NODES // n_nodes)


def _even_share(points: list[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    if len(points) <= most:
        return points
    return [points[round(i)] for i in np.linspace(0, len(points) - 1, most)]


def _refusals(sheet: Sheet, typical: Given) -> Iterator[_Entry]:
    for number, spec in enumerate(sheet.variables):
        if spec.kind == "category":
            given = {**typical, spec.name: f"{spec.levels[0]}?"}
            kind = "new-site" if spec.name == sheet.site_variable else "refused"
            yield kind, f"{spec.name} has an unknown level", given
            continue
        text = UNREADABLE[number % len(UNREADABLE)]
        yield "refused", f"{spec.name} is not a number", {**typical, spec.name: text}
        if spec.hard is not None:
            for value in (spec.hard[0] - 1.0, spec.hard[1] + 1.0):
                yield "refused", f"{spec.name} out of range", {**typical, spec.name: value}
        if spec.integer:
            given = {**typical, spec.name: float(typical[spec.name]) + 0.5}
            yield "refused", f"{spec.name} is not a whole number", given


def _random(sheet: Sheet, n_random: int, seed: int) -> Iterator[_Entry]:
    rng = np.random.default_rng(seed)
    for _ in range(n_random):
        missing = float(rng.choice(SHARES_MISSING))
        kept = [spec for spec in sheet.variables if rng.random() >= missing]
        why = f"at random, {round(100 * missing)} % of values missing"
        yield "random", why, {spec.name: _random_value(spec, rng) for spec in kept}


def _random_value(spec: VariableSpec, rng: np.random.Generator) -> Value:
    if spec.kind == "category":
        return spec.levels[int(rng.integers(len(spec.levels)))]
    low, high = spec.hard if spec.hard is not None else (-1000.0, 1000.0)
    training = spec.training
    if training is not None and training.median is not None:
        value = training.median + (training.iqr or 1.0) * float(rng.standard_normal())
    else:
        value = float(rng.uniform(low, high))
    # Two decimals, so that every format that holds text holds the same number.
    value = round(min(max(value, low), high), 2)
    return float(round(value)) if spec.integer else value
