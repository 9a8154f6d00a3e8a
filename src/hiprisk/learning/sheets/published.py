"""A published model's sheet, made from its coefficients as a paper prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import norm

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.mapping import UNITS, unit_factor
from hiprisk.cohort.own_variables import (
    BrokenEntry,
    check_usable,
    check_variable,
    reserved_problem,
    stated_anew,
)
from hiprisk.config.published import PredictorSettings, PublishedModel, TermSettings
from hiprisk.errors import ConfigError
from hiprisk.features.imputation import balanced_noise
from hiprisk.features.reference_population import reference_population
from hiprisk.learning.event_codes import with_levels
from hiprisk.learning.residual_distribution import PROBABILITIES
from hiprisk.learning.sheets.export import outcome_measurement, outcome_spec_of
from hiprisk.seeding import rng_for
from hiprisk.sheet.conditional_normal import NormalModel
from hiprisk.sheet.document.checks import check_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import (
    Column,
    Derived,
    Distribution,
    LinearModel,
    MissingModel,
    OrdinalModel,
    Sheet,
    Term,
    TrainingSummary,
    VariableSpec,
)
from hiprisk.spelling import did_you_mean
from hiprisk.wording.disclaimers import INVENTED, SURROGATE

DRAWS = 20
IQR_IN_SD = 1.349


@dataclass(frozen=True, slots=True)
class _Predictor:
    """One variable of the model with what the YAML says of it."""

    variable: Variable
    settings: PredictorSettings
    factor: float  # from the paper's unit to the variable's own


def published_sheet(model: PublishedModel) -> Sheet:
    """Write a published model down as a sheet.

    Parameters
    ----------
    model : PublishedModel

    Returns
    -------
    Sheet
        Its provenance is ``published``. Where means, standard deviations or shares of any
        variable are not known, rows that lack a variable get no prediction.

    Raises
    ------
    ConfigError
        If a variable, a level or a unit is not known, or the correlations contradict each other.
    """
    predictors = _predictors(model)
    columns = tuple(_columns(model, predictors))
    derived = tuple(_derived(model, columns))
    complete_only = not _describes_all(predictors)
    missing = _placeholder(columns) if complete_only else _missing(model, predictors, columns)
    sheet = Sheet(
        name=model.name,
        title=model.title,
        family=_family(model),
        provenance="published",
        intended_use=model.intended_use,
        outcome=outcome_spec_of(
            with_levels(model.outcome, load_dictionary()),
            tuple(predictors),
            measurement=outcome_measurement(model.outcome, load_dictionary()),
        ),
        variables=tuple(_spec(p) for p in predictors.values()),
        columns=columns,
        missing=missing,
        derived=derived,
        model=_model(model, predictors),
        distribution=_distribution(model),
        residual_sd=None if model.residuals is None else model.residuals.sd,
        max_imputed_weight=0.0 if complete_only else 0.9,
        n_people=model.n_developed,
        notes=tuple(_notes(model, complete_only=complete_only)),
        invented=True if model.source.invented else None,
    )
    sheet = _weighted(sheet, complete_only=complete_only)
    check_sheet(sheet, name=model.name)
    return sheet


def _predictors(model: PublishedModel) -> dict[str, _Predictor]:
    names: dict[str, None] = {}
    for term in model.terms:
        for factor in (term.variable, *term.product):
            if factor is not None:
                names[factor.partition("=")[0]] = None
    stray = [name for name in model.predictors if name not in names]
    if stray:
        raise ConfigError(f"no term uses '{stray[0]}'", column=f"predictors.{stray[0]}")
    return {name: _predictor(name, model) for name in names}


def _predictor(name: str, model: PublishedModel) -> _Predictor:
    settings = model.predictors.get(name, PredictorSettings())
    known = load_dictionary().get(name)
    try:
        variable = (
            _own_variable(name, settings, model) if known is None else _said_anew(known, settings)
        )
        check_variable(variable)
    except BrokenEntry as rule:
        place = f"predictors.{name}" + (f".{rule.key}" if rule.key else "")
        raise ConfigError(rule.reason, column=place) from None
    if variable.kind not in ("number", "category"):
        raise ConfigError(f"'{name}' is neither a number nor a category", column="terms")
    stray = sorted(set(settings.shares) - set(variable.levels))
    if stray:
        raise ConfigError(
            f"'{stray[0]}' is not a known level; known: {', '.join(variable.levels)}",
            column=f"predictors.{name}.shares",
            advice=did_you_mean(stray[0], variable.levels),
        )
    return _Predictor(variable, settings, _factor(variable, settings))


def _said_anew(known: Variable, settings: PredictorSettings) -> Variable:
    """A variable of the dictionary with what the file says of it; ranges are in the file's unit."""
    stated: dict[str, Any] = {
        key: getattr(settings, key) for key in ("kind", "label", "levels") if getattr(settings, key)
    }
    if settings.hard is not None:
        factor = _factor(known, settings)
        stated["hard"] = (settings.hard[0] * factor, settings.hard[1] * factor)
    return stated_anew(known, stated)


def _own_variable(name: str, settings: PredictorSettings, model: PublishedModel) -> Variable:
    place = f"predictors.{name}"
    if settings.kind is None or settings.label is None:
        raise ConfigError(
            f"the dictionary has no variable '{name}'",
            column=place,
            advice="use its name in docs/reference/dictionary.md, or state kind and label, and "
            "levels or unit and hard, under predictors",
        )
    check_usable(reserved_problem(name))
    if settings.kind == "category" and len(settings.levels) < 2:
        raise ConfigError("a category needs its levels", column=f"{place}.levels")
    return Variable(
        name=name,
        label=settings.label,
        kind=settings.kind,
        source=model.source.citation,
        unit=settings.unit,
        hard=settings.hard,
        levels=settings.levels,
    )


def _factor(variable: Variable, settings: PredictorSettings) -> float:
    if settings.unit is None:
        return 1.0
    factor = unit_factor(settings.unit, variable.unit)
    if factor is None:
        fitting = [unit for unit in UNITS if unit_factor(unit, variable.unit) is not None]
        raise ConfigError(
            f"unit '{settings.unit}' does not convert to {variable.unit or 'a category'}"
            + (f"; known: {', '.join(fitting)}" if fitting else ""),
            column=f"predictors.{variable.name}.unit",
        )
    return factor


def _columns(model: PublishedModel, predictors: Mapping[str, _Predictor]) -> Iterable[Column]:
    for name, predictor in predictors.items():
        if predictor.variable.kind == "number":
            yield Column(name=name, variable=name)
            continue
        used = _levels_used(model, name)
        levels = predictor.variable.levels
        stray = sorted(used - set(levels))
        if stray or not used:
            what = f"'{stray[0]}' is not a known level" if stray else "a category needs a level"
            raise ConfigError(
                f"{what}; known: {', '.join(levels)}",
                column=f"terms ({name})",
                advice=did_you_mean(stray[0], levels) if stray else None,
            )
        if used == set(levels):
            raise ConfigError(
                "every level has a coefficient; leave out the reference", column=f"terms ({name})"
            )
        yield from (
            Column(name=f"{name}={level}", variable=name, level=level)
            for level in levels
            if level in used
        )


def _levels_used(model: PublishedModel, name: str) -> set[str]:
    used = {t.level for t in model.terms if t.variable == name and t.level is not None}
    plain = [t for t in model.terms if t.variable == name and t.level is None]
    if plain:
        raise ConfigError("a category's term names a level", column=f"terms ({name})")
    factors = [factor for t in model.terms for factor in t.product]
    return used | {f.partition("=")[2] for f in factors if f.startswith(f"{name}=")}


def _derived(model: PublishedModel, columns: tuple[Column, ...]) -> Iterable[Derived]:
    known = {column.name for column in columns}
    for term in model.terms:
        if term.product:
            stray = [factor for factor in term.product if factor not in known]
            if stray:
                raise ConfigError(
                    f"'{stray[0]}' is not a column of the model", column="terms.product"
                )
            yield Derived(name=" x ".join(term.product), op="product", of=term.product)


def _family(model: PublishedModel) -> str:
    if model.is_ordinal:
        return "ordinal"
    return "logistic" if model.link == "logit" else "linear"


def _model(
    model: PublishedModel, predictors: Mapping[str, _Predictor]
) -> LinearModel | OrdinalModel:
    intercept, terms = _terms(model, predictors)
    if model.is_ordinal:
        return OrdinalModel(
            link=model.link,  # type: ignore[arg-type]  # the settings refuse any other
            values=model.values,
            intercepts=tuple(one + intercept for one in model.intercepts),
            terms=terms,
        )
    return LinearModel(
        link=model.link,  # type: ignore[arg-type]  # as above
        intercept=intercept,
        terms=terms,
    )


def _terms(
    model: PublishedModel, predictors: Mapping[str, _Predictor]
) -> tuple[float, tuple[Term, ...]]:
    """Intercept with what centers add to it (of an ordinal model that alone), and the terms."""
    intercept = 0.0 if model.intercept is None else model.intercept
    terms = []
    for term in model.terms:
        if term.product:
            # A product counts in the units of the paper.
            scale = _product_scale(term, predictors)
            terms.append(_term(" x ".join(term.product), term, scale))
        elif term.level is not None:
            terms.append(_term(f"{term.variable}={term.level}", term, 1.0))
        else:
            factor = predictors[str(term.variable)].factor
            first = term.coefficients[0] if term.knots else term.coefficient
            assert first is not None
            intercept -= first * term.center / term.scale
            terms.append(_term(str(term.variable), term, term.scale * factor, factor=factor))
    names = [term.column for term in terms]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ConfigError(f"'{twice[0]}' has two terms", column="terms")
    return intercept, tuple(terms)


def _product_scale(term: TermSettings, predictors: Mapping[str, _Predictor]) -> float:
    scale = 1.0
    for factor in term.product:
        name, _, level = factor.partition("=")
        scale *= 1.0 if level else predictors[name].factor
    return scale


def _term(column: str, term: TermSettings, scale: float, *, factor: float = 1.0) -> Term:
    """Coefficients per own unit; a spline's functions all have the unit of the variable."""
    if not term.knots:
        assert term.coefficient is not None
        return Term(column=column, basis="linear", coefficients=(term.coefficient / scale,))
    return Term(
        column=column,
        basis="rcs",
        coefficients=tuple(c / scale for c in term.coefficients),
        knots=tuple(knot * factor for knot in term.knots),
    )


def _describes_all(predictors: Mapping[str, _Predictor]) -> bool:
    return all(
        p.settings.mean is not None if p.variable.kind == "number" else bool(p.settings.shares)
        for p in predictors.values()
    )


def _placeholder(columns: tuple[Column, ...]) -> MissingModel:
    """A placeholder that is never used, since incomplete rows are refused."""
    width = len(columns)
    unit = tuple(tuple(float(i == j) for j in range(width)) for i in range(width))
    return MissingModel(mean=(0.0,) * width, covariance=unit, draws=((0.0,) * width,) * 2)


def _missing(
    model: PublishedModel, predictors: Mapping[str, _Predictor], columns: tuple[Column, ...]
) -> MissingModel:
    mean, covariance = np.zeros(len(columns)), np.zeros((len(columns), len(columns)))
    for i, column in enumerate(columns):
        mean[i], sd = _moments(predictors[column.variable], column.level)
        covariance[i, i] = sd * sd
        for j in range(i):
            if columns[j].variable == column.variable:
                covariance[i, j] = covariance[j, i] = -mean[i] * mean[j]
    place = {column.name: i for i, column in enumerate(columns)}
    for correlation in model.correlations:
        one, other = (place.get(name) for name in correlation.of)
        if one is None or other is None or one == other:
            raise ConfigError(
                f"'{correlation.of[0]}' and '{correlation.of[1]}' are not two numbers of the model",
                column="correlations",
            )
        spread = float(np.sqrt(covariance[one, one] * covariance[other, other]))
        covariance[one, other] = covariance[other, one] = correlation.r * spread
    _check_consistent(mean, covariance)
    noise = balanced_noise(DRAWS, len(columns), rng_for(0, "published", "missing"))
    return MissingModel(
        mean=tuple(map(float, mean)),
        covariance=tuple(tuple(map(float, row)) for row in covariance),
        draws=tuple(tuple(map(float, row)) for row in noise),
        n_people=model.n_developed,
    )


def _moments(predictor: _Predictor, level: str | None) -> tuple[float, float]:
    settings = predictor.settings
    if level is None:
        assert settings.mean is not None
        assert settings.sd is not None
        return settings.mean * predictor.factor, settings.sd * predictor.factor
    share = settings.shares.get(level, 0.0)
    # A level that nobody had still needs a spread for the covariance to be one.
    return share, float(np.sqrt(max(share * (1.0 - share), 1e-6)))


def _check_consistent(mean: Floats, covariance: Floats) -> None:
    try:
        NormalModel.from_covariance(mean, covariance)
    except ValueError:
        raise ConfigError(
            "these correlations and shares cannot be true together",
            column="correlations",
            advice="check them against the paper; a category's shares must leave some for its "
            "reference",
        ) from None


def _spec(predictor: _Predictor) -> VariableSpec:
    variable = predictor.variable
    return VariableSpec(
        name=variable.name,
        label=variable.label,
        unit=variable.unit or "",
        kind="number" if variable.kind == "number" else "category",
        hard=variable.hard,
        soft=variable.soft,
        levels=variable.levels,
        integer=variable.integer,
        training=_training(predictor),
        measurement=variable.measurement_error,
    )


def _training(predictor: _Predictor) -> TrainingSummary | None:
    settings, factor = predictor.settings, predictor.factor
    if settings.shares:
        levels = predictor.variable.levels
        return TrainingSummary(
            missing_share=settings.missing_share,
            level_shares=tuple(settings.shares.get(level, 0.0) for level in levels),
        )
    if settings.mean is None or settings.sd is None:
        return None
    low, high = settings.range or (None, None)
    return TrainingSummary(
        low=None if low is None else low * factor,
        high=None if high is None else high * factor,
        median=settings.mean * factor,
        iqr=IQR_IN_SD * settings.sd * factor,
        missing_share=settings.missing_share,
    )


def _distribution(model: PublishedModel) -> Distribution | None:
    residuals = model.residuals
    if residuals is None:
        return None
    points = residuals.points()
    if points:
        probabilities = tuple(p for p, _ in points)
        quantiles = tuple(value / residuals.sd for _, value in points)
    else:
        probabilities = PROBABILITIES
        quantiles = tuple(map(float, norm.ppf(PROBABILITIES)))
    bounds = model.outcome.bounds or (0.0, 1.0)
    return Distribution(
        probabilities=probabilities,
        quantiles=quantiles,
        levels=(sum(bounds) / 2.0,),
        scales=(residuals.sd,),
    )


def _notes(model: PublishedModel, *, complete_only: bool) -> Iterable[str]:
    source = model.source
    if source.invented:
        yield INVENTED
    if source.surrogate:
        yield SURROGATE
        yield f"Source of these predictions: {source.citation}"
    else:
        yield f"Published model, written down by hand. Source: {source.citation}"
    if source.address:
        yield f"Address: {source.address}"
    if source.note:
        yield source.note
    if complete_only:
        yield (
            "Complete rows only: the paper's means and spreads are not known, so nothing is "
            "imputed."
        )
    elif not model.correlations and len(model.predictors) > 1:
        yield (
            "Missing values are imputed as if variables were independent: no correlations are "
            "known."
        )
    if model.outcome.kind == "binary":
        yield "No intervals: the covariance of the coefficients is not known."
    elif model.residuals is None and not model.is_ordinal:
        yield "No intervals: the scatter of the outcome is not known."


def _weighted(sheet: Sheet, *, complete_only: bool) -> Sheet:
    """Each variable's share of the variance of the linear predictor under the normal model."""
    if complete_only:
        share = 1.0 / len(sheet.variables)
        weights = dict.fromkeys((spec.name for spec in sheet.variables), share)
    else:
        weights = _shares_of_variance(sheet)
    return replace(
        sheet,
        variables=tuple(replace(spec, weight=weights[spec.name]) for spec in sheet.variables),
    )


def _shares_of_variance(sheet: Sheet) -> dict[str, float]:
    evaluator = SheetEvaluator(sheet)
    people = reference_population(sheet, n_people=2000)
    whole = evaluator.linear_predictor(people, len(people[0]))
    changes = {}
    for spec in sheet.variables:
        # Shuffling a variable among people is what not knowing it amounts to.
        fewer = [
            np.roll(values, 1) if column.variable == spec.name else values
            for column, values in zip(sheet.columns, people, strict=True)
        ]
        changed = evaluator.linear_predictor(fewer, len(whole))
        changes[spec.name] = float(np.mean((changed - whole) ** 2))
    total = sum(changes.values())
    return {name: change / total if total > 0 else 0.0 for name, change in changes.items()}
