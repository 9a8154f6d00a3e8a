"""What moved a prediction away from that of the typical patient, in parts that add up.

The quantity that is split is the linear predictor, averaged over the draws of what is not known:
points of the score for a continuous outcome, log odds for a binary one. The parts belong to groups
of variables: variables that a model sees only together, as the two sides of which the worse one
counts, are one group. In a linear model a group's part is what its terms differ by between patient
and reference; in trees it is its Shapley value, exact, with the reference patient as the only
background (of risks that trees hold, times the average slope of their recalibrated log odds on the
way from reference to patient). In an ordinal model what is split is the mean of the score: a
group's part is what its terms differ by, times the average slope of the mean on the way from
reference to patient (the Aumann-Shapley value, or integrated gradients). All add up to the whole
difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.shapley import add_tree_shares
from hiprisk.sheet.format import LinearModel, Model, Sheet, Term, TreesModel
from hiprisk.sheet.models import LinearEvaluator, TreesEvaluator, inside_for_log_odds
from hiprisk.sheet.ordinal import OrdinalEvaluator

# Risks nearer to each other than this have the slope of the one between them.
SAME_RISK = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Variables whose part in a prediction cannot be told apart.

    Attributes
    ----------
    variables : tuple of str
        In the order of the sheet.
    columns : tuple of str
        Columns that the model reads.
    label : str
    """

    variables: tuple[str, ...]
    columns: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """Parts of the difference between a patient's and the reference's linear predictor or mean.

    Attributes
    ----------
    groups : tuple of Group
    values : tuple of float, one for each group
        ``reference + sum(values)`` is ``total``.
    reference, total : float
        Linear predictor (of an ordinal model the mean) of the reference and of the patient.
    """

    groups: tuple[Group, ...]
    values: tuple[float, ...]
    reference: float
    total: float


def predictor_groups(sheet: Sheet) -> tuple[Group, ...]:
    """Groups of variables of a model, in the order of the sheet's variables."""
    roots = _variables_of_columns(sheet)
    used = list(dict.fromkeys(_columns_read(sheet.model)))
    joined: dict[str, frozenset[str]] = {}
    for column in used:
        together = frozenset().union(
            roots[column], *(joined.get(name, frozenset()) for name in roots[column])
        )
        joined.update(dict.fromkeys(together, together))
    order = [spec.name for spec in sheet.variables]
    found = dict.fromkeys(joined[name] for name in order if name in joined)
    return tuple(_group(sheet, members, used, roots) for members in found)


def contributions(
    evaluator: SheetEvaluator,
    completed: Mapping[str, Floats],
    reference: Mapping[str, Floats],
) -> Contributions:
    """Split the difference between one patient and the reference.

    Parameters
    ----------
    evaluator : SheetEvaluator
    completed : mapping of str to ndarray of shape (n_draws,)
        The patient's columns, a row for each draw (`SheetEvaluator.completed`).
    reference : mapping of str to ndarray of shape (1,)
        The reference patient's columns.
    """
    groups = predictor_groups(evaluator.sheet)
    model = evaluator.sheet.model
    places = _places(groups)
    if isinstance(model, TreesModel):
        assert isinstance(evaluator.model, TreesEvaluator)
        values = _tree_parts(evaluator.model, model, places, completed, reference)
    elif isinstance(model, LinearModel):
        values = _linear_parts(model, places, completed, reference)
    else:
        assert evaluator.ordinal is not None
        values = _ordinal_parts(evaluator.ordinal, model.terms, places, completed, reference)
    totals = evaluator.model.linear_predictor(completed, _n_rows(completed))
    return Contributions(
        groups=groups,
        values=tuple(values[: len(groups)]),
        reference=float(evaluator.model.linear_predictor(reference, 1)[0]),
        total=mean_in_turn(totals),
    )


def mean_in_turn(values: Floats) -> float:
    """Mean whose sum runs from first to last, as it does in the page's script."""
    return float(sum(values.tolist()) / len(values))


def _n_rows(completed: Mapping[str, Floats]) -> int:
    return len(next(iter(completed.values())))


def _linear_parts(
    model: LinearModel,
    places: Mapping[str, int],
    own: Mapping[str, Floats],
    reference: Mapping[str, Floats],
) -> list[float]:
    evaluator = LinearEvaluator(model)
    parts = [0.0] * (len(places) + 1)
    owners = [places.get(term.column, -1) for term in model.terms for _ in term.coefficients]
    coefficients = [c for term in model.terms for c in term.coefficients]
    pairs = zip(evaluator.functions(own), evaluator.functions(reference), strict=True)
    for owner, coefficient, (mine, other) in zip(owners, coefficients, pairs, strict=True):
        parts[owner] += coefficient * mean_in_turn(mine - other)
    return parts


def _ordinal_parts(
    model: OrdinalEvaluator,
    terms: tuple[Term, ...],
    places: Mapping[str, int],
    own: Mapping[str, Floats],
    reference: Mapping[str, Floats],
) -> list[float]:
    n_draws = _n_rows(own)
    start = np.repeat(model.predictor(reference, 1), n_draws)
    slope = model.average_slope(start, model.predictor(own, n_draws))
    parts = [0.0] * (len(places) + 1)
    owners = [places.get(term.column, -1) for term in terms for _ in term.coefficients]
    coefficients = [c for term in terms for c in term.coefficients]
    pairs = zip(model.functions(own), model.functions(reference), strict=True)
    for owner, coefficient, (mine, other) in zip(owners, coefficients, pairs, strict=True):
        parts[owner] += coefficient * mean_in_turn(slope * (mine - other))
    return parts


def _tree_parts(
    evaluator: TreesEvaluator,
    model: TreesModel,
    places: Mapping[str, int],
    own: Mapping[str, Floats],
    reference: Mapping[str, Floats],
) -> list[float]:
    n_draws = _n_rows(own)
    parts = [0.0] * (len(places) + 1)
    other = [float(reference[name][0]) for name in model.inputs]
    group_of = [places.get(name, -1) for name in model.inputs]
    versions = zip(*(own[name].tolist() for name in model.inputs), strict=True)
    slopes = _slopes_of_trees(evaluator, model, own, reference)
    for mine, slope in zip(versions, slopes, strict=True):
        drawn = [0.0] * len(parts) if model.recalibration else parts
        for tree in model.trees:
            add_tree_shares(tree, mine, other, group_of=group_of, shares=drawn)
        if model.recalibration:
            parts = [part + slope * share for part, share in zip(parts, drawn, strict=True)]
    return [part / (n_draws * (model.divisor or 1.0)) for part in parts]


def _slopes_of_trees(
    evaluator: TreesEvaluator,
    model: TreesModel,
    own: Mapping[str, Floats],
    reference: Mapping[str, Floats],
) -> list[float]:
    """In each draw, the log odds between reference and patient for each unit of risk.

    As of an ordinal model's mean: the average slope on the way from one to the other.
    """
    n_draws = _n_rows(own)
    if model.recalibration is None:
        return [1.0] * n_draws
    start = float(evaluator.held(reference, 1)[0])
    before = float(evaluator.linear_predictor(reference, 1)[0])
    ends, after = evaluator.held(own, n_draws), evaluator.linear_predictor(own, n_draws)
    slopes = []
    for end, lp in zip(ends.tolist(), after.tolist(), strict=True):
        if abs(end - start) > SAME_RISK:
            slopes.append((lp - before) / (end - start))
        else:
            risk = float(inside_for_log_odds(model, np.array([start]))[0])
            slopes.append(model.recalibration[1] / (risk * (1.0 - risk)))
    return slopes


def _places(groups: tuple[Group, ...]) -> dict[str, int]:
    """Group of each column that is read; a column made of constants alone has none."""
    return {column: i for i, group in enumerate(groups) for column in group.columns}


def _columns_read(model: Model) -> Iterable[str]:
    if isinstance(model, TreesModel):
        return model.inputs
    return [term.column for term in model.terms]


def _variables_of_columns(sheet: Sheet) -> dict[str, frozenset[str]]:
    roots = {column.name: frozenset({column.variable}) for column in sheet.columns}
    for derived in sheet.derived:
        operands = [roots[name] for name in derived.of if isinstance(name, str)]
        roots[derived.name] = frozenset().union(*operands)
    return roots


def _group(
    sheet: Sheet, members: frozenset[str], used: list[str], roots: Mapping[str, frozenset[str]]
) -> Group:
    columns = tuple(column for column in used if roots[column] and roots[column] <= members)
    labels = {derived.name: (derived.label,) for derived in sheet.derived if derived.label}
    own = {spec.name: spec.label for spec in sheet.variables}
    return Group(
        variables=tuple(spec.name for spec in sheet.variables if spec.name in members),
        columns=columns,
        # A derived column without words is said by the variables that it is made of.
        label=" and ".join(
            dict.fromkeys(
                label
                for column in columns
                for label in labels.get(column)
                or [own[name] for name in own if name in roots[column]]
            )
        ),
    )
