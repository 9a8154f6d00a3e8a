"""The settings of one study as frozen dataclasses; an unknown key or a wrong type is refused."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.association import AssociationSettings
from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.config.cohort import CohortSettings, SamplingSettings
from hiprisk.config.derived import DerivedSettings
from hiprisk.config.fields import STRICT, Inside, Name, refuse
from hiprisk.config.measurement import MeasurementError, refuse_unknown
from hiprisk.config.model_types import ModelTypeSettings, TuningSettings
from hiprisk.config.samplesize import SampleSizeSettings
from hiprisk.config.sites import Sites, refuse_with_sites
from hiprisk.config.subgroups import SubgroupSettings
from hiprisk.config.tracking import TrackingSettings
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.spelling import did_you_mean
from hiprisk.values import one_code


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EventSettings:
    """An event on a continuous outcome: the outcome reaches a bound or falls to it.

    Attributes
    ----------
    reference : str
        ``baseline``: the bound is the baseline plus `value`; ``fixed``: it is `value`.
    name : str
        Short name; columns and figures are named by it.
    label : str
        What the event is, in words.
    direction : str
        ``above``: the outcome reaches the bound; ``below``: it falls to it.
    value : float
        The bound, or its distance from the baseline, in units of the outcome.
    """

    name: Name
    label: str
    direction: Literal["above", "below"]
    reference: Literal["baseline", "fixed"]
    value: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ReplacementSettings:
    """What becomes of people whose hip was replaced before follow-up.

    Attributes
    ----------
    strategy : str
        ``exclude`` them, give them the ``worst`` score, or the ``last-before`` score.
    variable : str
        Category with the levels no and yes.
    interim : str, optional
        Interim score that ``last-before`` uses, where known, in place of the baseline.
    """

    strategy: Literal["exclude", "worst", "last-before"]
    variable: Name
    interim: Name | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MinimumGain:
    """The minimum important gain, declared before anything is fitted.

    Attributes
    ----------
    metric : str
        Of the gain: one for a continuous outcome (r2, rmse, crps) or a binary one (the others).
    value : float
        Smallest gain that is worth having, in units of the metric.
    """

    metric: Literal["r2", "rmse", "crps", "c_statistic", "brier", "scaled_brier"]
    value: float = Field(gt=0)

    @model_validator(mode="after")
    def _can_be_gained(self) -> Self:
        if self.metric not in ("rmse", "crps") and self.value >= 1:
            raise refuse(f"no gain in {self.metric} is 1 or more; one percentage point is 0.01")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OutcomeSettings:
    """What is predicted.

    Attributes
    ----------
    dichotomise : EventSettings, optional
        For a binary outcome read off a score: the event that counts. Costs information; here to
        show how much.
    event_level : str, optional
        For a binary outcome that is a category: the level that counts as the event.
        Example: ``"yes"``
    thresholds : tuple of float
        Risks from which one would act. Net benefit at 0 is the prevalence whatever the model says,
        and at 1 it does not exist: neither is a threshold.
    levels : tuple of str
        All levels of that category, the event among them; where they are not stated, the
        dictionary's, else no and yes or 0 and 1. Any other code is unknown, never "no event".
        Example: ``["no", "yes"]``
    variable : str
        Variable of the dictionary that is predicted.
    label : str
        What it is, in words.
    kind : str
        ``continuous`` or ``binary``.
    unit : str
        Its unit, in words.
    higher_is : str
        Whether more of it is ``worse`` or ``better``.
    horizon_months : float
        Months from the first visit to the outcome.
    population : str
        Whom the model is for, in words.
    bounds : tuple of float, optional
        Lowest and highest value of a score.
    baseline : str, optional
        The same score at the first visit.
    hip_replacement : ReplacementSettings, optional
        What becomes of people whose hip is replaced before follow-up.
    events : tuple of EventSettings
        Events on a continuous outcome whose probabilities are predicted; at least one.
    smallest_gain_worth_having : MinimumGain
        Declared before anything is fitted; what a block adds is judged against it.
    """

    variable: Name
    label: str
    kind: OutcomeKind
    unit: str
    higher_is: Literal["worse", "better"]
    horizon_months: float = Field(gt=0)
    population: str
    bounds: tuple[float, float] | None = None
    baseline: Name | None = None
    hip_replacement: ReplacementSettings | None = None
    events: tuple[EventSettings, ...] = ()
    smallest_gain_worth_having: MinimumGain
    thresholds: tuple[Inside, ...] = ()
    dichotomise: EventSettings | None = None
    event_level: str | None = None
    levels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _levels_hold_the_event(self) -> Self:
        if self.levels and self.event_level is None:
            raise refuse("levels belong to a binary outcome with an event_level")
        codes = {one_code(level) for level in self.levels}
        if codes and (len(codes) < 2 or one_code(str(self.event_level)) not in codes):
            raise refuse("levels are two or more, event_level among them")
        return self

    @field_validator("bounds")
    @classmethod
    def _bounds_ascend(cls, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        if bounds is not None and not bounds[0] < bounds[1]:
            raise refuse("bounds must ascend")
        return bounds

    @field_validator("thresholds")
    @classmethod
    def _no_repeats(cls, thresholds: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(thresholds)) < len(thresholds):
            raise refuse("a threshold comes twice")
        return thresholds

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        if self.baseline == self.variable:
            raise refuse("the baseline is the outcome itself: name the score at the first visit")
        if self.kind == "binary" and (self.dichotomise is None) == (self.event_level is None):
            raise refuse("a binary outcome needs either dichotomise or event_level")
        if self.kind == "binary" and self.events:
            raise refuse("events belong to a continuous outcome")
        if self.kind == "continuous" and (self.dichotomise or self.event_level):
            raise refuse("dichotomise and event_level belong to a binary outcome")
        if self.kind == "continuous" and not self.events:
            raise refuse("a continuous outcome needs at least one event")
        events = (*self.events, *((self.dichotomise,) if self.dichotomise else ()))
        if self.baseline is None and any(event.reference == "baseline" for event in events):
            raise refuse("an event refers to the baseline, but outcome.baseline is not set")
        if self.bounds is not None:
            self._events_can_happen(events, *self.bounds)
        names = [event.name for event in events]
        if len(set(names)) < len(names):
            raise refuse("two events have the same name")
        return self

    def _events_can_happen(
        self, events: tuple[EventSettings, ...], low: float, high: float
    ) -> None:
        for event in events:
            if event.reference == "fixed" and not low < event.value < high:
                raise refuse(f"the value of event {event.name} must lie inside outcome.bounds")
            if event.reference == "baseline" and not abs(event.value) < high - low:
                raise refuse(
                    f"event {event.name} is a change larger than the range of outcome.bounds"
                )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ImputationSettings:
    """How missing predictors are imputed.

    Attributes
    ----------
    imputations : int
        Imputed data sets behind the final model.
    imputations_in_resamples : int
        The same inside each fold and each bootstrap resample.
    draws_at_prediction : int
        Draws with which a prediction imputes missing values, at least: rounded up to whole sets of
        twice as many draws as the model has columns, which balance each other, up to 32 columns.
    auxiliary : tuple of str
        Variables that inform the imputation but are no predictors.
    max_imputed_weight : float
        No prediction where variables of more than this weight are missing.
    method : str
        ``normal``: one multivariate normal model, which goes with the sheet; ``chained``: chained
        equations when fitting.
    """

    method: Literal["normal", "chained"] = "normal"
    imputations: int = Field(default=10, ge=1, le=100)
    imputations_in_resamples: int = Field(default=2, ge=1, le=100)
    draws_at_prediction: int = Field(default=20, ge=2, le=200, multiple_of=2)
    auxiliary: tuple[Name, ...] = ()
    max_imputed_weight: float = Field(default=0.9, gt=0, le=1)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class HoldoutSettings:
    """People set aside by a category such as the year or the site, never used in fitting.

    Attributes
    ----------
    variable : str
        The category. Example: ``cohort_year``
    test : tuple of str
        Its levels that are set aside. Example: ``["2018/19"]``
    develop : tuple of str, optional
        Levels to develop on; all others if unset. Example: ``["2016/17"]``
    """

    variable: Name
    test: tuple[str, ...] = Field(min_length=1)
    develop: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.develop is not None and set(self.develop) & set(self.test):
            raise refuse("develop and test share a level")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ValidationSettings:
    """How the model is validated internally.

    Attributes
    ----------
    resamples : int
        Bootstrap resamples of persons.
    repeats : int
        Of cross-validation of the whole procedure; 0 for none.
    internal_external : bool
        Internal-external cross-validation, where there are two sites or more.
    smallest_site : int
        Smallest number of people with a known outcome for a site to be evaluated.
    interval_resamples : int
        Behind intervals of given predictions.
    tune_inside : bool
        Tune again in each resample, which takes many times longer; else with the settings found.
    trials_inside : int
        Settings that are tried there.
    holdout : HoldoutSettings, optional
        People who are set aside before anything is fitted.
        Example: ``{variable: cohort_year, test: ["2018/19"]}``
    reference_prediction : str, optional
        Variable that holds another model's predictions, which ours are compared with.
        Example: ``ohs_predicted_nhs_0_48``
    """

    resamples: int = Field(default=200, ge=20, le=10_000)
    repeats: int = Field(default=3, ge=0, le=200)
    internal_external: bool = True
    smallest_site: int = Field(default=20, ge=5)
    tune_inside: bool = False
    trials_inside: int = Field(default=10, ge=1)
    holdout: HoldoutSettings | None = None
    interval_resamples: int = Field(default=500, ge=100, le=10_000)
    reference_prediction: Name | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StudyConfig:
    """One study, whole.

    Attributes
    ----------
    confounders : tuple of str
        Declared before anything is fitted; each must be in a block.
    blocks : dict of str to tuple of str
        Predictors by block: dictionary variables or derived features. ``core`` is the block that
        the others are added to.
        Example: ``{core: [age_years, sex], back: [lbp_any]}``
    block_labels : dict of str to str
        What people read for a block, in report and terminal; a block without one is its name with
        spaces.
        Example: ``{back: low back pain}``
    measurement_error : dict of str to tuple of float
        Standard error of measurement of a predictor in its units, or the range in which it lies.
        Example: ``{hip_flexion_right_deg: [3, 5]}``
    derived : dict of str to DerivedSettings
        Features that are computed from variables, for blocks and confounders.
    sampling : SamplingSettings, optional
        Of a binary outcome whose cases and controls were sampled apart.
        Example: ``{case_control: 0.12}``
    sites : str
        Random intercepts of site: ``none``; ``random`` for a model of new sites, which knows the
        variance between sites alone; or ``named``, where the site is a variable of the model, whose
        sheet lists the sites by name.
    name : str
        Name of the model: its folder, small letters, digits, dots, dashes, underscores.
    title : str
        What is predicted in whom, in words.
    intended_use : str
        What the model is for, and what not.
        Example: ``Research and education. Not a medical device.``
    seed : int
        One seed; every random step takes its own stream from it.
    cohort : CohortSettings
        Where the cohort comes from.
    outcome : OutcomeSettings
        What is predicted.
    imputation : ImputationSettings
        How missing predictors are imputed.
    families : ModelTypeSettings
        The candidate model types; one that is not named is not tried.
    tuning : TuningSettings
        How their settings are chosen.
    validation : ValidationSettings
        How the model is validated internally.
    tracking : TrackingSettings
        What is logged to MLflow.
    association : AssociationSettings, optional
        The effect of one exposure, as a cohort paper's table reports it.
    samplesize : SampleSizeSettings
        What is expected before the study, from which its sample size follows.
    subgroups : SubgroupSettings
        In which groups the model is evaluated.
    reporting : AuthorsAnswers
        What a reporting guideline asks for and only the authors know.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    title: str
    intended_use: str
    seed: int = Field(ge=0)
    cohort: CohortSettings
    outcome: OutcomeSettings
    confounders: tuple[Name, ...] = Field(min_length=1)
    blocks: dict[str, tuple[Name, ...]] = Field(min_length=1)
    block_labels: dict[str, str] = Field(default_factory=dict)
    imputation: ImputationSettings = ImputationSettings()
    families: ModelTypeSettings
    tuning: TuningSettings = TuningSettings()
    validation: ValidationSettings = ValidationSettings()
    tracking: TrackingSettings = TrackingSettings()
    association: AssociationSettings | None = None
    samplesize: SampleSizeSettings = SampleSizeSettings()
    measurement_error: MeasurementError = Field(default_factory=dict)
    subgroups: SubgroupSettings = SubgroupSettings()
    derived: dict[Name, DerivedSettings] = Field(default_factory=dict)
    sampling: SamplingSettings | None = None
    sites: Sites = "none"
    reporting: AuthorsAnswers = AuthorsAnswers()

    @property
    def predictors(self) -> tuple[str, ...]:
        """Every predictor once, in the order of the blocks."""
        return tuple(dict.fromkeys(name for block in self.blocks.values() for name in block))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        self._texts_are_there()
        self._blocks_are_whole()
        refuse_unknown(self.measurement_error, self.predictors)
        outcome = self.outcome
        leaks = [
            name
            for name in (
                outcome.variable,
                outcome.hip_replacement and outcome.hip_replacement.variable,
            )
            if name in self.predictors
        ]
        if leaks:
            raise refuse(f"{leaks[0]} belongs to the outcome and cannot be a predictor")
        self._model_types_fit(outcome.kind)
        if self.sampling is not None and outcome.kind != "binary":
            raise refuse("sampling is of cases and controls, and needs a binary outcome")
        refuse_with_sites(
            self.sites, self.families, predictors=self.predictors, group_by=self.tuning.group_by
        )
        return self

    def _texts_are_there(self) -> None:
        """What stands at the head of the report and in every answer."""
        texts = {
            "title": self.title,
            "intended_use": self.intended_use,
            "outcome.label": self.outcome.label,
            "outcome.population": self.outcome.population,
        }
        for key in (key for key, text in texts.items() if not text.strip()):
            raise refuse(f"{key} is empty")

    def _blocks_are_whole(self) -> None:
        for name, block in self.blocks.items():
            twice = [one for one in block if block.count(one) > 1]
            if twice:
                raise refuse(f"{twice[0]} comes twice in block {name}")
        for name, label in self.block_labels.items():
            if name not in self.blocks:
                near = did_you_mean(name, tuple(self.blocks))
                raise refuse(f"block_labels: {name} is no block; {near or 'take its label out'}")
            if not label.strip():
                raise refuse(f"block_labels: the label of {name} is empty")
        twice = [one for one in self.confounders if self.confounders.count(one) > 1]
        if twice:
            raise refuse(f"{twice[0]} comes twice in confounders")
        lacking = [name for name in self.confounders if name not in self.predictors]
        if lacking:
            near = did_you_mean(lacking[0], self.predictors)
            raise refuse(f"confounder {lacking[0]} is in no block{f'; {near}' if near else ''}")

    def _model_types_fit(self, kind: str) -> None:
        wrong = "logistic" if kind == "continuous" else "linear"
        if wrong in self.families.named():
            raise refuse(f"the model type {wrong} does not fit a {kind} outcome")
        if kind == "binary" and self.tuning.loss == "crps":
            raise refuse(
                "tuning.loss: crps is of a continuous outcome; a binary one has its log loss"
            )
        if self.families.ordinal is None:
            return
        if kind == "binary":
            raise refuse("the model type ordinal does not fit a binary outcome; use logistic")
        if self.outcome.bounds is None:
            raise refuse("the model type ordinal is of a bounded score; state outcome.bounds")
