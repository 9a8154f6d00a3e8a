"""Does a sheet hang together: every name defined before use, every length as it must be."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from hiprisk.errors import BundleError
from hiprisk.sheet.document.magnitude import magnitude_problems
from hiprisk.sheet.document.ordinal import ordinal_problems
from hiprisk.sheet.format import (
    Column,
    Derived,
    Distribution,
    LinearModel,
    MeasurementError,
    MissingModel,
    OrdinalModel,
    OutcomeSpec,
    Sheet,
    Term,
    TrainingSummary,
    Tree,
    TreesModel,
    VariableSpec,
)
from hiprisk.values import one_code

OPERANDS = {"minimum": 2, "maximum": 2, "difference": 2, "ratio": 2, "product": 2, "indicator": 2}
MAX_TREE_DEPTH = 64
LARGEST_PRECISION = 1e15


def check_sheet(sheet: Sheet, *, name: str) -> None:
    """Raise BundleError if any part of the sheet contradicts another."""
    for problem in _problems(sheet):
        raise BundleError(
            problem,
            code="NOT_A_SHEET",
            file=name,
            advice="the file was not written by hiprisk or was changed since",
        )


def _problems(sheet: Sheet) -> Iterable[str]:
    yield from _repeated("variable", [v.name for v in sheet.variables])
    for variable in sheet.variables:
        yield from _variable_problems(variable)
    yield from _column_problems(sheet.columns, sheet.variables)
    yield from _missing_problems(sheet.missing, len(sheet.columns))
    known = [c.name for c in sheet.columns]
    for derived in sheet.derived:
        yield from _derived_problems(derived, known)
        known.append(derived.name)
    yield from _repeated("column", known)
    if isinstance(sheet.model, TreesModel):
        yield from _trees_problems(sheet.model, known)
    else:
        yield from _terms_problems(sheet.model.terms, known)
        if isinstance(sheet.model, OrdinalModel):
            yield from ordinal_problems(sheet.model, sheet.outcome)
        yield from _coefficients_problems(sheet.model)
    yield from _outcome_problems(sheet)
    yield from _site_problems(sheet)
    yield from _first_visit_problems(sheet)
    # Last: only where all lengths and names fit can sizes be reckoned.
    yield from magnitude_problems(sheet)


def _repeated(what: str, names: list[str]) -> Iterable[str]:
    if len(set(names)) < len(names):
        yield f"two {what}s have the same name"


def _variable_problems(variable: VariableSpec) -> Iterable[str]:
    for bounds in (variable.hard, variable.soft):
        if bounds is not None and not bounds[0] < bounds[1]:
            yield f"a range of variable '{variable.name}' does not ascend"
    if variable.kind == "category" and len(set(variable.levels)) < 2:
        yield f"category '{variable.name}' has fewer than two levels"
    yield from _summary_problems(variable.training, variable)
    if variable.kind == "category" and variable.measurement is not None:
        yield f"category '{variable.name}' has a measurement error, which only numbers have"
    yield from _measurement_problems(variable.measurement, f"variable '{variable.name}'")


def _summary_problems(
    summary: TrainingSummary | None, variable: VariableSpec | None
) -> Iterable[str]:
    """What is wrong with a summary of a variable, or of the predictions."""
    if summary is None:
        return
    what = "the predictions" if variable is None else f"variable '{variable.name}'"
    if summary.edges:
        if list(summary.edges) != sorted(set(summary.edges)):
            yield f"the edges of {what} do not ascend"
        if len(summary.shares) != len(summary.edges) + 1:
            yield f"the shares of {what} do not fit its edges"
    n_levels = 0 if variable is None else len(variable.levels)
    if len(summary.level_shares) not in (0, n_levels):
        yield f"the level shares of {what} do not fit its levels"


def _first_visit_problems(sheet: Sheet) -> Iterable[str]:
    visit = sheet.first_visit
    if visit is None:
        return
    lengths = {len(visit.variables), len(visit.means), len(visit.sds)}
    if lengths != {len(sheet.variables)}:
        yield "the people of the first visit are not described in every variable"
        return
    for variable, summary in zip(sheet.variables, visit.variables, strict=True):
        yield from _summary_problems(summary, variable)
    yield from _summary_problems(visit.predictions, None)
    if any(sd is not None and sd < 0.0 for sd in (*visit.sds, visit.sd_prediction)):
        yield "a standard deviation of the first visit is negative"


def _site_problems(sheet: Sheet) -> Iterable[str]:
    sites = sheet.sites
    if sites is None:
        return
    if sites.variance < 0.0 or sites.n_sites < 2:
        yield "the variance between sites is negative, or that of fewer than two sites"
    categories = {one.name for one in sheet.variables if one.kind == "category"}
    if sites.variable is not None and sites.variable not in categories:
        yield f"the sites' variable '{sites.variable}' is no category of the model"


def _measurement_problems(measurement: MeasurementError | None, what: str) -> Iterable[str]:
    if measurement is None:
        return
    if not 0.0 < measurement.low <= measurement.high:
        yield f"the measurement error of {what} is not a positive range"
    change = measurement.minimal_detectable_change
    if change is not None and change <= 0.0:
        yield f"the minimal detectable change of {what} is not positive"
    if not measurement.source.strip() or not measurement.instrument.strip():
        yield f"the measurement error of {what} has no source or no instrument"


def _column_problems(
    columns: tuple[Column, ...], variables: tuple[VariableSpec, ...]
) -> Iterable[str]:
    specs = {v.name: v for v in variables}
    for column in columns:
        spec = specs.get(column.variable)
        if spec is None:
            yield f"column '{column.name}' comes from an unknown variable"
        elif spec.kind == "number" and column.level is not None:
            yield f"column '{column.name}' has a level but its variable is a number"
        elif spec.kind == "category" and column.level not in spec.levels:
            yield f"column '{column.name}' has a level that its variable lacks"


def _missing_problems(missing: MissingModel, width: int) -> Iterable[str]:
    if len(missing.mean) != width:
        yield "the means for missing values do not fit the columns"
    if not _is_rectangle(missing.covariance, width, width):
        yield "the covariance for missing values does not fit the columns"
    elif not _is_symmetric(missing.covariance):
        yield "the covariance for missing values is not symmetric"
    elif not _is_positive_definite(missing.covariance):
        yield "the covariance for missing values is not positive definite"
    if missing.n_people is not None and missing.n_people < 1:
        yield "the means for missing values have n_people 0"
    if not missing.draws or not _is_rectangle(missing.draws, len(missing.draws), width):
        yield "the draws for missing values do not fit the columns"


def _is_rectangle(matrix: tuple[tuple[float, ...], ...], rows: int, width: int) -> bool:
    return len(matrix) == rows and all(len(row) == width for row in matrix)


def _is_symmetric(matrix: tuple[tuple[float, ...], ...]) -> bool:
    return all(
        math.isclose(value, matrix[j][i], rel_tol=1e-9, abs_tol=1e-12)
        for i, row in enumerate(matrix)
        for j, value in enumerate(row)
    )


def _is_positive_definite(matrix: tuple[tuple[float, ...], ...]) -> bool:
    """Whether a covariance can be inverted without its inverse overflowing."""
    square = np.array(matrix, dtype=np.float64).reshape(len(matrix), -1)
    try:
        np.linalg.cholesky(square)
        inverse = np.linalg.inv(square)
    except np.linalg.LinAlgError:
        return False
    return bool(np.all(np.abs(inverse) <= LARGEST_PRECISION))


def _derived_problems(derived: Derived, known: list[str]) -> Iterable[str]:
    if len(derived.of) != OPERANDS[derived.op]:
        yield f"derived column '{derived.name}' has the wrong number of operands"
    if any(isinstance(operand, str) and operand not in known for operand in derived.of):
        yield f"derived column '{derived.name}' uses a column that is not defined before it"


def _terms_problems(terms: tuple[Term, ...], known: list[str]) -> Iterable[str]:
    for term in terms:
        if term.column not in known:
            yield f"a term uses the unknown column '{term.column}'"
        if term.basis == "rcs" and len(term.knots) < 3:
            yield f"the spline of '{term.column}' has fewer than three knots"
        if list(term.knots) != sorted(set(term.knots)):
            yield f"the knots of '{term.column}' do not ascend"
        if len(term.coefficients) != _n_coefficients(term):
            yield f"the term of '{term.column}' has the wrong number of coefficients"


def _n_coefficients(term: Term) -> int:
    return 1 if term.basis == "linear" else len(term.knots) - 1


def _coefficients_problems(model: LinearModel | OrdinalModel) -> Iterable[str]:
    width = 1 if isinstance(model, LinearModel) else len(model.intercepts)
    width += sum(_n_coefficients(term) for term in model.terms)
    if model.covariance is not None and not _is_rectangle(model.covariance, width, width):
        yield "the covariance of the coefficients does not fit the terms"
    if model.refits is not None and not _is_rectangle(model.refits, len(model.refits), width):
        yield "the refitted coefficients do not fit the terms"


def _trees_problems(model: TreesModel, known: list[str]) -> Iterable[str]:
    if any(column not in known for column in model.inputs):
        yield "the trees use an unknown column"
    if model.divisor is not None and not model.divisor >= 1.0:
        yield "the trees' sum is divided by less than one"
    if model.recalibration is not None and model.link != "logit":
        yield "trees are recalibrated on log odds, and their link is another"
    for number, tree in enumerate(model.trees):
        if not _is_tree(tree, len(model.inputs)):
            yield f"tree {number} is not a tree"


def _is_tree(tree: Tree, n_inputs: int) -> bool:
    n_nodes = len(tree.feature)
    parts = (tree.threshold, tree.left, tree.right, tree.value)
    if n_nodes == 0 or any(len(part) != n_nodes for part in parts):
        return False
    depth = [0] * n_nodes
    for node, feature in enumerate(tree.feature):
        if feature == -1:
            continue
        children = (tree.left[node], tree.right[node])
        # A child after its parent means that no walk can run in a circle.
        if not 0 <= feature < n_inputs or any(not node < c < n_nodes for c in children):
            return False
        for child in children:
            depth[child] = max(depth[child], depth[node] + 1)
    return max(depth) <= MAX_TREE_DEPTH


def _outcome_problems(sheet: Sheet) -> Iterable[str]:
    outcome = sheet.outcome
    if outcome.lower is not None and outcome.upper is not None and outcome.lower >= outcome.upper:
        yield "the outcome's bounds do not ascend"
    names = {v.name for v in sheet.variables if v.kind == "number"}
    own = {c.name for c in sheet.columns if c.name == c.variable}
    if outcome.baseline is not None and outcome.baseline not in names & own:
        yield "the outcome's baseline is not one of the model's numbers, in a column of its name"
    yield from _event_problems(outcome)
    yield from _measurement_problems(outcome.measurement, "the outcome")
    yield from _law_problems(sheet)
    if sheet.distribution is not None:
        yield from _distribution_problems(sheet.distribution)


def _law_problems(sheet: Sheet) -> Iterable[str]:
    outcome = sheet.outcome
    if isinstance(sheet.model, OrdinalModel):
        if sheet.distribution is not None:
            yield "an ordinal model is its own distribution, and the sheet has another"
        return
    links = {"logit"} if outcome.kind == "binary" else {"identity"}
    if isinstance(sheet.model, TreesModel):
        # The trees of a forest hold the risk itself.
        links.add("identity")
    if sheet.model.link not in links:
        yield "the model's link does not fit the kind of outcome"
    if outcome.events and sheet.distribution is None:
        yield "the chance of an event needs the distribution of the residuals"


def _event_problems(outcome: OutcomeSpec) -> Iterable[str]:
    yield from _repeated("event", [event.name for event in outcome.events])
    codes = None if outcome.levels is None else {one_code(level) for level in outcome.levels}
    if codes is not None and one_code(outcome.event_level or "") not in codes:
        yield "the outcome's event_level is not one of its levels"
    if outcome.events and outcome.kind == "binary":
        yield "a binary outcome has no further events"
    for event in outcome.events:
        if event.reference == "baseline" and outcome.baseline is None:
            yield f"event '{event.name}' needs a baseline and the outcome has none"


def _distribution_problems(distribution: Distribution) -> Iterable[str]:
    pairs = (
        ("residual", distribution.probabilities, distribution.quantiles),
        ("scale", distribution.levels, distribution.scales),
    )
    for what, at, values in pairs:
        if not at or len(at) != len(values):
            yield f"the {what}s of the distribution do not fit each other"
        if list(at) != sorted(set(at)):
            yield f"the {what}s of the distribution do not ascend"
    quantiles = distribution.quantiles
    if list(quantiles) != sorted(set(quantiles)):
        yield "the residual quantiles do not ascend"
    if any(not 0 < p < 1 for p in distribution.probabilities):
        yield "the residual probabilities leave (0, 1)"
    if any(scale <= 0 for scale in distribution.scales):
        yield "a scale of the distribution is not positive"
