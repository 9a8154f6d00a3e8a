"""A published model written down by hand: YAML of its coefficients into frozen settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Share, refuse
from hiprisk.config.settings import MinimumGain, OutcomeSettings
from hiprisk.errors import ConfigError
from hiprisk.yaml_settings import parse_document, read_yaml
from hiprisk.yaml_strict import KeyPath

REFERENCE = "docs/how-to/published-sheet.md has an example"

# A paper's own name for a variable that the dictionary lacks.
OwnName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
_TERM = re.compile(r"terms \((.*)\)")
Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DeclaredOutcome(OutcomeSettings):
    """What a model predicts, as its bundle or its paper says it.

    Nothing is fitted from it, so events and the smallest gain need not be declared.
    """

    variable: OwnName
    smallest_gain_worth_having: MinimumGain | None = None  # type: ignore[assignment]  # see above

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        if self.kind == "binary" and (self.dichotomise is None) == (self.event_level is None):
            raise refuse("a binary outcome needs either dichotomise or event_level")
        if self.kind == "binary" and self.events:
            raise refuse("events belong to a continuous outcome")
        events = (*self.events, *((self.dichotomise,) if self.dichotomise else ()))
        if self.baseline is None and any(event.reference == "baseline" for event in events):
            raise refuse("an event refers to the baseline, but outcome.baseline is not set")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SourceSettings:
    """Where the model comes from.

    Attributes
    ----------
    invented : bool
        The coefficients are made up, to show the form; then every use says so.
    surrogate : bool
        The coefficients were not published: they were fitted to predictions that the model
        published. Then every use says so.
    citation : str
        The paper.
    address : str, optional
        Where it can be read.
    note : str, optional
        What a user should know of it.
    """

    citation: str
    address: str | None = None
    note: str | None = None
    invented: bool = False
    surrogate: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PredictorSettings:
    """One variable: what the paper says of its people, and, where the dictionary lacks it, itself.

    Attributes
    ----------
    unit : str, optional
        Unit in which the coefficients count; the dictionary's where it is not stated.
    mean, sd : float, optional
        In that unit; both, or neither.
    shares : mapping of str to float
        Share of each level of a category.
    range : tuple of float, optional
        What the paper's people covered; a value outside is flagged as extrapolation.
    kind, label, hard, levels
        For a variable that the dictionary does not have. Of one that it has, they hold for this
        model; another kind is refused.
    missing_share : float
        Share of the paper's people in whom it was missing.
    """

    unit: str | None = None
    mean: float | None = None
    sd: Positive | None = None
    shares: dict[str, Share] = Field(default_factory=dict)
    range: tuple[float, float] | None = None
    kind: Literal["number", "category"] | None = None
    label: str | None = None
    hard: tuple[float, float] | None = None
    levels: tuple[str, ...] = ()
    missing_share: Share = 0.0

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if (self.mean is None) != (self.sd is None):
            raise refuse("give mean and sd together")
        if self.shares and abs(sum(self.shares.values()) - 1.0) > 0.02:
            raise refuse("the shares of the levels must add up to 1")
        for bounds in (self.range, self.hard):
            if bounds is not None and not bounds[0] < bounds[1]:
                raise refuse("a range must ascend")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TermSettings:
    """One term: a number, one level of a category, a restricted cubic spline, or a product.

    Attributes
    ----------
    variable : str, optional
        Of a term that is no product.
    coefficient : float, optional
        Of a number, a level or a product.
    coefficients : tuple of float
        Of a spline.
    level : str, optional
        The coefficient belongs to this level of a category; a level without a term is the
        reference.
    knots : tuple of float
        Of Harrell's restricted cubic spline (functions scaled by the squared range of the knots),
        in the unit of the variable, not centered; `coefficients` has one fewer.
    center, scale : float
        The coefficient counts in ``(value - center) / scale``. Of a spline only the first function
        is centered: the bent ones are the same wherever the value is counted from.
    product : tuple of str
        Two earlier variables, or a variable and ``variable=level``.
    """

    variable: OwnName | None = None
    level: str | None = None
    coefficient: float | None = None
    coefficients: tuple[float, ...] = ()
    knots: tuple[float, ...] = ()
    center: float = 0.0
    scale: Positive = 1.0
    product: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.variable is None) == (not self.product):
            raise refuse("a term has either a variable or a product")
        if self.product and len(self.product) != 2:
            raise refuse("a product has two factors")
        if self.knots:
            return self._spline()
        if self.coefficient is None or self.coefficients:
            raise refuse("a term without knots has one coefficient")
        if (self.product or self.level is not None) and (self.center, self.scale) != (0.0, 1.0):
            raise refuse("center and scale belong to a number")
        return self

    def _spline(self) -> Self:
        if self.level is not None or self.product:
            raise refuse("knots belong to a number")
        if len(self.knots) < 3 or list(self.knots) != sorted(set(self.knots)):
            raise refuse("a spline has at least three knots, ascending")
        if self.coefficient is not None or len(self.coefficients) != len(self.knots) - 1:
            raise refuse("a spline has coefficients, one fewer than knots")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CorrelationSettings:
    """Correlation of two numbers among the people of the paper.

    Attributes
    ----------
    of : tuple of str
        The two.
    r : float
        Their correlation.
    """

    of: tuple[OwnName, OwnName]
    r: Annotated[float, Field(gt=-1.0, lt=1.0)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ResidualSettings:
    """How a continuous outcome scatters about its prediction: normally, or by its quantiles.

    Attributes
    ----------
    sd : float
        Standard deviation of the residual.
    quantiles : dict of str to float
        Quantiles of the residual by probability, in place of the normal ones.
    """

    sd: Positive
    quantiles: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        at = self.points()
        if any(not 0.0 < p < 1.0 for p, _ in at):
            raise refuse("quantiles have probabilities inside (0, 1)")
        values = [value for _, value in at]
        if len(at) == 1 or values != sorted(set(values)):
            raise refuse("quantiles are at least two, ascending")
        return self

    def points(self) -> list[tuple[float, float]]:
        """Probability and quantile of the residual, ascending."""
        try:
            return sorted((float(p), value) for p, value in self.quantiles.items())
        except ValueError:
            raise refuse("quantiles have probabilities inside (0, 1)") from None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PublishedModel:
    """A whole published model.

    Attributes
    ----------
    link : str
        ``identity`` or ``logit``; of an ordinal model ``logit``, ``probit``, ``loglog`` or
        ``cloglog``, as in R's ``rms::orm``.
    predictors : mapping of str to PredictorSettings
        Needed for missing values (means and standard deviations or shares of every variable) and
        for variables that the dictionary lacks.
    name, title, intended_use : str
        As of a study.
    source : SourceSettings
        Where the model comes from.
    outcome : DeclaredOutcome
        What it predicts.
    intercept : float, optional
        On the scale of the linear predictor; an ordinal model has `intercepts` in its place.
    values : tuple of float
        Of an ordinal model, the values of the score, ascending.
    intercepts : tuple of float
        Of an ordinal model, one for each value but the lowest, descending:
        P(outcome >= value) = F(intercept + terms).
    terms : tuple of TermSettings
        The parts of the linear predictor.
    correlations : tuple of CorrelationSettings
        Of pairs of numbers; none means independent.
    residuals : ResidualSettings, optional
        Of a continuous outcome; without it there are no intervals.
    n_developed : int, optional
        People that the paper's model was fitted to.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    title: str
    intended_use: str
    source: SourceSettings
    outcome: DeclaredOutcome
    link: Literal["identity", "logit", "probit", "loglog", "cloglog"]
    intercept: float | None = None
    values: tuple[float, ...] = ()
    intercepts: tuple[float, ...] = ()
    terms: tuple[TermSettings, ...] = Field(min_length=1)
    predictors: dict[OwnName, PredictorSettings] = Field(default_factory=dict)
    correlations: tuple[CorrelationSettings, ...] = ()
    residuals: ResidualSettings | None = None
    n_developed: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.is_ordinal:
            self._check_ordinal()
        else:
            self._check_linear()
        if self.outcome.variable in [term.variable for term in self.terms]:
            raise refuse("the outcome cannot be a predictor")
        return self

    @property
    def is_ordinal(self) -> bool:
        """Whether the model has a chance for each value of a score."""
        return bool(self.values or self.intercepts)

    def _check_linear(self) -> None:
        if self.intercept is None:
            raise refuse("a model has an intercept, or, if it is ordinal, values and intercepts")
        if (self.link, self.outcome.kind) not in (("logit", "binary"), ("identity", "continuous")):
            raise refuse("link logit goes with a binary outcome, identity with a continuous one")
        if self.residuals is not None and self.outcome.kind == "binary":
            raise refuse("residuals belong to a continuous outcome")
        if self.outcome.events and self.residuals is None:
            raise refuse("predicted probabilities of events need residuals")

    def _check_ordinal(self) -> None:
        if self.outcome.kind == "binary":
            raise refuse("an ordinal model needs a continuous outcome: a score, not a yes or no")
        if self.link == "identity":
            raise refuse("an ordinal model has link logit, probit, loglog or cloglog")
        if self.intercept is not None:
            raise refuse("an ordinal model has intercepts, one for each value but the lowest")
        if self.residuals is not None:
            raise refuse("an ordinal model is its own distribution: leave residuals out")
        if len(self.values) < 2 or len(self.intercepts) != len(self.values) - 1:
            raise refuse(
                "an ordinal model has at least two values, and an intercept for each but the lowest"
                f" (got {len(self.values)} values and {len(self.intercepts)} intercepts)"
            )
        if list(self.values) != sorted(set(self.values)):
            raise refuse("the values of the score must ascend")
        bounds = self.outcome.bounds
        if bounds is not None and not bounds[0] <= self.values[0] <= self.values[-1] <= bounds[1]:
            raise refuse("a value of the score lies outside the outcome's bounds")
        if list(self.intercepts) != sorted(set(self.intercepts), reverse=True):
            raise refuse(
                "the intercepts must descend: they belong to P(outcome >= value), as in R's "
                "rms::orm (those of MASS::polr ascend and have the other sign)"
            )


def load_published(path: Path | str) -> PublishedModel:
    """Read a published model.

    Parameters
    ----------
    path : path-like
        YAML file.

    Raises
    ------
    ConfigError
        With file, key and line, if it is not strict YAML, has an unknown key or breaks a rule.
    StoreError
        If the file cannot be read.
    """
    document = read_yaml(path, what="model", reference=REFERENCE)
    return document.settings(PublishedModel)


def published_from_text(text: str, *, name: str = "model") -> PublishedModel:
    """Build a published model from YAML text; see `load_published`."""
    return parse_document(text, name=name, reference=REFERENCE).settings(PublishedModel)


def located(problem: ConfigError, path: Path | str) -> ConfigError:
    """A refusal of a published model with its file and the line of the key that it is about."""
    document = read_yaml(path, what="model", reference=REFERENCE)
    key: KeyPath = tuple((problem.column or "").split("."))
    term = _TERM.fullmatch(problem.column or "")
    if term is not None:
        terms = document.data["terms"]
        own = [i for i, one in enumerate(terms) if one.get("variable") == term[1]]
        named = [i for i in own if f"'{terms[i].get('level')}'" in problem.reason]
        key = ("terms", *(named or own)[:1])
    return document.error(
        problem.reason, key, code=problem.code, advice=problem.advice, label=problem.column
    )


def declared_outcome(config: dict[str, Any], *, file: str) -> DeclaredOutcome:
    """What a bundle's config says of the outcome.

    Raises
    ------
    ConfigError
        If it says nothing that can be used.
    """
    try:
        return TypeAdapter(DeclaredOutcome).validate_python(config.get("outcome"))
    except ValidationError:
        raise ConfigError(
            "the bundle's config does not say what the outcome is",
            file=file,
            advice="use a bundle of hiprisk train, sheet new or update",
        ) from None


def plain(model: PublishedModel) -> dict[str, Any]:
    """The settings as plain JSON values."""
    found: dict[str, Any] = TypeAdapter(PublishedModel).dump_python(model, mode="json")
    return found


def plain_outcome(outcome: OutcomeSettings) -> dict[str, Any]:
    """What a study or a published model says of its outcome as plain JSON values."""
    found: dict[str, Any] = TypeAdapter(type(outcome)).dump_python(outcome, mode="json")
    return found
