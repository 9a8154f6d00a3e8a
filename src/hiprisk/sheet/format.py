"""The sheet: everything that a prediction needs, as one frozen document.

A sheet is data, never code. `parse_sheet` reads the JSON text and refuses whatever is not a sheet;
`Sheet.to_json` writes canonical JSON, so that equal sheets have equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from hiprisk.outcome_kind import OutcomeKind
from hiprisk.provenance import Provenance
from hiprisk.sheet.document.model_forms import (
    LinearModel,
    Matrix,
    Model,
    OrdinalModel,
    Term,
    Tree,
    TreesModel,
    Vector,
)

__all__ = [
    "Column", "Derived", "Distribution", "Event", "FirstVisit", "LinearModel", "Matrix",
    "MeasurementError", "MissingModel", "Model", "OrdinalModel", "OutcomeSpec", "Sheet",
    "SiteEffects", "Term", "TrainingSummary", "Tree", "TreesModel", "VariableSpec", "Vector",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainingSummary:
    """What the development cohort held of one variable.

    Attributes
    ----------
    low, high : float or None
        First and 99th percentile of a number.
    median, iqr : float or None
        Median and interquartile range of a number.
    missing_share : float
        Share of the training rows in which the variable was missing.
    level_shares : tuple of float
        Share of each level of a category among known values, in the order of the levels.
    edges, shares : tuple of float
        Histogram of a number: ascending edges (distinct tenths of the training values) and the
        share of known values up to each edge and beyond the last, one more than edges.
    n_known : int or None
        Known values behind all of this; None where not known.
    """

    low: float | None = None
    high: float | None = None
    median: float | None = None
    iqr: float | None = None
    missing_share: float = 0.0
    level_shares: Vector = ()
    edges: Vector = ()
    shares: Vector = ()
    n_known: int | None = None


@dataclass(frozen=True, kw_only=True)
class MeasurementError:
    """How far two measurements of a person who has not changed differ.

    Attributes
    ----------
    instrument : str
        What measures it, for instance ``goniometer``.
    low, high : float
        Standard error of measurement in the unit of the variable; they differ where only a range
        is known.
    source : str
        Where the figure was found, in words.
    minimal_detectable_change : float or None
        Smallest change beyond measurement error at 95 %, in the unit of the variable.
    assumed : bool
        Whether the figure belongs to the instrument and not to this very variable.
    """

    instrument: str
    low: float
    high: float
    source: str
    minimal_detectable_change: float | None = None
    assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class VariableSpec:
    """One variable that a user may give: its meaning, unit, ranges and levels.

    Attributes
    ----------
    name : str
        As files and options name it.
    label : str
        As readers see it.
    unit : str
        Of the values; empty where they have none.
    kind : str
        ``number`` or ``category``.
    hard : tuple of float or None
        Least and greatest possible value of a number; what lies outside is refused.
    soft : tuple of float or None
        Range of usual values; what lies outside is told as unusual.
    levels : tuple of str
        Codes of a category; one without a column is the reference. Empty for a number.
    integer : bool
        Whether a number has no decimals.
    training : TrainingSummary or None
        What the development cohort held of it; None where not known.
    weight : float
        Share of the model's predictive information that goes with this variable, in [0, 1].
    measurement : MeasurementError or None
        None where nothing is known of it.
    """

    name: str
    label: str
    unit: str
    kind: Literal["number", "category"]
    hard: tuple[float, float] | None = None
    soft: tuple[float, float] | None = None
    levels: tuple[str, ...] = ()
    integer: bool = False
    weight: float = 0.0
    training: TrainingSummary | None = None
    measurement: MeasurementError | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One numeric column: a number itself, or the indicator of one level of a category.

    Attributes
    ----------
    name : str
        By which terms, trees and derived columns refer to it.
    variable : str
        The variable that it is made of.
    level : str or None
        The level of which it is the indicator; None for a number.
    """

    name: str
    variable: str
    level: str | None = None


@dataclass(frozen=True, kw_only=True)
class MissingModel:
    """Multivariate normal model of the columns, used to fill what is missing.

    Attributes
    ----------
    mean : tuple of float, length n_columns
        Mean of each column in the development cohort.
    covariance : tuple of tuple of float, n_columns x n_columns
        Covariance of the columns, in their order.
    draws : tuple of tuple of float, n_draws x n_columns
        Standard normal numbers, the same for every row and on every path.
    n_people : int or None
        Rows that mean and covariance were estimated on, incomplete ones among them; None where not
        known.
    """

    mean: Vector
    covariance: Matrix
    draws: Matrix
    n_people: int | None = None


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A column computed from others: one operation of a small closed set.

    Attributes
    ----------
    name : str
        By which terms and trees refer to it.
    label, unit : str
        As readers see it; empty where the sheet does not say.
    op : str
        ``minimum``, ``maximum``, ``product``, ``difference`` (first minus second), ``ratio`` (first
        over second), or ``indicator`` (1 where the first reaches the second, else 0).
    of : tuple of str or float
        Columns (earlier ones) or constants.
    """

    name: str
    op: Literal["minimum", "maximum", "difference", "ratio", "product", "indicator"]
    of: tuple[str | float, ...]
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How a continuous outcome scatters about its prediction.

    The outcome is distributed as ``clip(mean + scale * residual)``. The residual's quantile
    function runs piecewise linearly through ``probabilities`` and ``quantiles``; the scale is
    interpolated in the predicted mean through ``levels`` and ``scales``.

    Attributes
    ----------
    probabilities, quantiles : tuple of float
        Of the standardised residual: ascending probabilities, and the quantile at each.
    levels, scales : tuple of float
        Predicted means, ascending, and the scale of the residual at each, in the outcome's unit.
    """

    probabilities: Vector
    quantiles: Vector
    levels: Vector
    scales: Vector


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that may come true of a continuous outcome.

    Attributes
    ----------
    name : str
        By which answers and scored files name it.
    label : str
        As readers see it.
    value : float
        In the outcome's unit; see `reference`.
    direction : str
        ``above``: the outcome reaches the bound or lies beyond it; ``below``: it is at most the
        bound.
    reference : str
        ``baseline``: the bound is the patient's baseline plus ``value``; ``fixed``: it is
        ``value``.
    """

    name: str
    label: str
    direction: Literal["above", "below"]
    reference: Literal["baseline", "fixed"]
    value: float


@dataclass(frozen=True, kw_only=True)
class OutcomeSpec:
    """What is predicted, for whom and when.

    Attributes
    ----------
    variable : str
        As files name it.
    label : str
        As readers see it.
    unit : str
        Of the outcome; empty where it has none.
    kind : str
        ``continuous`` or ``binary``.
    estimand : str
        What is predicted, in whom, and what is done about hip replacement, in words.
    horizon_months : float
        Months from the first visit to the outcome.
    higher_is : str
        ``worse`` or ``better``: what a higher value means for the patient.
    lower, upper : float or None
        Bounds of the score; None where it has none.
    baseline : str or None
        The variable that holds the same score at the first visit; None where there is none.
    events : tuple of Event
        Events of a continuous outcome whose probability is told.
    measurement : MeasurementError or None
        Of the outcome; None where nothing is known of it.
    event_level : str or None
        Of a binary outcome that is a category: the level that counts as the event.
    levels : tuple of str or None
        All levels of that category; another code is unknown, never "no event". None where the
        sheet does not say.
    """

    variable: str
    label: str
    unit: str
    kind: OutcomeKind
    estimand: str
    horizon_months: float
    higher_is: Literal["worse", "better"]
    lower: float | None = None
    upper: float | None = None
    baseline: str | None = None
    event_level: str | None = None
    levels: tuple[str, ...] | None = None
    events: tuple[Event, ...] = ()
    measurement: MeasurementError | None = None


@dataclass(frozen=True, kw_only=True)
class FirstVisit:
    """Everybody whom a study saw at the first visit, also those it could not learn from later.

    A model in use meets such people: nobody knows at the first visit whose hip will be replaced.

    Attributes
    ----------
    n_people : int
        Rows at the first visit.
    variables : tuple of TrainingSummary
        In the order of the sheet's variables.
    means, sds : tuple of (float or None)
        Of the known values of numbers, None for categories.
    predictions : TrainingSummary
        Of the model's own predictions of these people.
    mean_prediction, sd_prediction : float
        Mean and standard deviation of these predictions.
    """

    n_people: int
    variables: tuple[TrainingSummary, ...]
    means: tuple[float | None, ...]
    sds: tuple[float | None, ...]
    predictions: TrainingSummary
    mean_prediction: float
    sd_prediction: float


@dataclass(frozen=True, kw_only=True)
class SiteEffects:
    """How sites differ beyond their people.

    Attributes
    ----------
    variance : float
        Between the sites' intercepts, in the square of the linear predictor's unit.
    n_sites : int
        Sites of the development cohort.
    variable : str or None
        The variable that names the site, whose coefficients are the sites' shrunken intercepts; a
        site that is none of its levels is new and counts as missing. None where the intercept is
        that of the mean site.
    """

    variance: float
    n_sites: int
    variable: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A whole model.

    Attributes
    ----------
    name : str
        Of the model; its folder has the same.
    title : str
        What is predicted, in words.
    family : str
        Model type: ``linear``, ``logistic``, ``ordinal``, ``boosting``, or that of a candidate.
    provenance : str
        ``real``, ``simulated``, ``published`` or ``unknown``: where the people come from.
    intended_use : str
        What the model is for and what not, in words; every answer repeats it.
    outcome : OutcomeSpec
        What is predicted.
    missing : MissingModel
        By which missing values are imputed.
    derived : tuple of Derived
        Columns computed from others, in the order in which they are computed.
    model : LinearModel, TreesModel or OrdinalModel
        From columns to a prediction.
    notes : tuple of str
        What a reader should know beside all this.
    format : str
        ``hiprisk-sheet``.
    schema_version : int
        The lowest version of the format whose readers know all that the sheet holds.
    variables : tuple of VariableSpec
        What a user may give, in the order in which it is asked for.
    columns : tuple of Column
        Numeric columns in the order of the missing-value model.
    max_imputed_weight : float
        A row whose missing variables weigh more than this gets no prediction; 0 where nothing is
        known of the people behind the model, so that nothing can be imputed.
    invented : bool or None
        The coefficients are made up, to show the form of a published model.
    residual_sd : float or None
        Spread of the outcome about the prediction, for a continuous outcome.
    first_visit : FirstVisit or None
        Whom drift is measured against; None where only the development cohort is known.
    n_people : int or None
        Rows with a known outcome that the model's average was fitted to; None where not known.
    distribution : Distribution or None
        How a continuous outcome scatters; None of an ordinal model, which is its own distribution.
    sites : SiteEffects or None
        None where the model has no intercepts of sites.
    """

    name: str
    title: str
    family: str
    provenance: Provenance
    intended_use: str
    outcome: OutcomeSpec
    variables: tuple[VariableSpec, ...]
    columns: tuple[Column, ...]
    missing: MissingModel
    derived: tuple[Derived, ...]
    model: Model
    distribution: Distribution | None = None
    residual_sd: float | None = None
    max_imputed_weight: float = 0.9
    first_visit: FirstVisit | None = None
    n_people: int | None = None
    notes: tuple[str, ...] = ()
    invented: bool | None = None
    sites: SiteEffects | None = None
    format: Literal["hiprisk-sheet"] = field(default="hiprisk-sheet")
    schema_version: int = 1

    def __post_init__(self) -> None:
        """The lowest version whose readers know all of it."""
        from hiprisk.sheet.document.version import lowest_version

        object.__setattr__(self, "schema_version", lowest_version(self))

    def to_json(self) -> str:
        """Canonical JSON of the whole sheet."""
        from hiprisk.sheet.document.codec import encode
        from hiprisk.sheet.document.strict_json import canonical_json

        return canonical_json(encode(self))

    @property
    def has_reference_population(self) -> bool:
        """Whether mean and covariance of the people behind the model are known.

        Where they are not (a paper that prints coefficients only), `missing` holds a placeholder
        of which nothing may be said, and the weights of the variables are no shares of anything.
        """
        return self.max_imputed_weight > 0.0

    @property
    def predicts_risk_itself(self) -> bool:
        """Whether the linear predictor of a binary outcome is the risk, not its log odds."""
        return self.outcome.kind == "binary" and self.model.link == "identity"

    @property
    def has_outcome_distribution(self) -> bool:
        """Whether intervals and chances of events of a continuous outcome can be told."""
        return self.distribution is not None or isinstance(self.model, OrdinalModel)

    @property
    def site_variable(self) -> str | None:
        """The variable that names the site; None where the model knows none by name."""
        return None if self.sites is None else self.sites.variable

    @property
    def told_events(self) -> tuple[Event, ...]:
        """Events whose chance is told: the outcome's own, and those of an ordinal model's bounds.

        ``floor`` and ``ceiling`` are the ends of the scale; an event of that name comes before.
        """
        outcome = self.outcome
        if not isinstance(self.model, OrdinalModel):
            return outcome.events
        ends: list[Event] = []
        if outcome.lower is not None:
            ends.append(_at_end("floor", "below", outcome.lower))
        if outcome.upper is not None:
            ends.append(_at_end("ceiling", "above", outcome.upper))
        taken = {event.name for event in outcome.events}
        return (*outcome.events, *(end for end in ends if end.name not in taken))

    @property
    def variables_to_read(self) -> tuple[VariableSpec, ...]:
        """The variables as a reader of cohorts takes them: a site may have any name."""
        if self.site_variable is None:
            return self.variables
        return tuple(
            replace(spec, levels=()) if spec.name == self.site_variable else spec
            for spec in self.variables
        )

    def variable(self, name: str) -> VariableSpec:
        """The variable of that name; KeyError if the model has none."""
        for spec in self.variables:
            if spec.name == name:
                return spec
        raise KeyError(name)


def _at_end(name: str, direction: Literal["above", "below"], value: float) -> Event:
    label = f"the {name} of the score ({value:g})"
    return Event(name=name, label=label, direction=direction, reference="fixed", value=value)
