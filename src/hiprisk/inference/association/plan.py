"""What the association table compares, and with what held fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.cohort.dictionary import Dictionary, Variable
from hiprisk.config import StudyConfig
from hiprisk.config.association import AssociationSettings
from hiprisk.errors import ConfigError
from hiprisk.features.derived import features_of
from hiprisk.features.design import Design, plan_design
from hiprisk.features.knots import default_knots
from hiprisk.inference.association.imputation import stacked
from hiprisk.inference.effects.standardisation import Contrast
from hiprisk.learning.linear import TermPlan, basis_matrix
from hiprisk.values import one_code


@dataclass(frozen=True, kw_only=True)
class AssociationPlan:
    """Columns, contrast and models of one association table.

    Attributes
    ----------
    settings : AssociationSettings
    dictionary : Dictionary
    design : Design
        Exposure, confounders and baseline, in this order.
    contrast : Contrast
    models : mapping of str to frozenset of str
        Predictors of each model.
    exposure : str
        The comparison in words.
    confounders : tuple of str
    """

    settings: AssociationSettings
    dictionary: Dictionary
    design: Design
    contrast: Contrast
    models: Mapping[str, frozenset[str]]
    exposure: str
    confounders: tuple[str, ...]


def declared_association(config: StudyConfig) -> AssociationSettings:
    """The config's association section, or a refusal that says how to write one."""
    if config.association is None:
        raise ConfigError(
            "the config declares no association",
            column="association",
            advice="state at least exposure, for instance association: "
            "{exposure: lbp_any, level: yes}; see docs/how-to/associate.md",
        )
    return config.association


def plan_association(
    config: StudyConfig, dictionary: Dictionary, frame: pd.DataFrame
) -> AssociationPlan:
    """Decide on columns, contrast and models.

    Raises
    ------
    ConfigError
        If the section contradicts the rest of the config, or names a level that no one has.
    InputError
        If the cohort lacks a variable, or a variable does not vary.
    """
    settings = declared_association(config)
    # Inside a stratum it never varies, and over all strata it is added by itself.
    confounders = tuple(name for name in config.confounders if name != settings.strata)
    _check_roles(config, settings, dictionary)
    baseline = () if settings.baseline is None else (settings.baseline,)
    design = plan_design((settings.exposure, *confounders, *baseline), dictionary, frame)
    contrast, words = _contrast(settings, dictionary, frame, design)
    models = {
        "crude": frozenset([settings.exposure]),
        "adjusted": frozenset([settings.exposure, *confounders]),
    }
    if baseline:
        models["adjusted_baseline"] = models["adjusted"] | set(baseline)
    return AssociationPlan(
        settings=settings,
        dictionary=dictionary,
        design=design,
        contrast=contrast,
        models=models,
        exposure=words,
        confounders=confounders,
    )


def _check_roles(
    config: StudyConfig, settings: AssociationSettings, dictionary: Mapping[str, Variable]
) -> None:
    if settings.estimator == "firth" and config.outcome.kind != "binary":
        raise ConfigError("Firth's penalty is for a binary outcome", column="association.estimator")
    if settings.exposure in config.confounders:
        raise ConfigError(
            "the exposure is declared as a confounder too", column="association.exposure"
        )
    control = settings.negative_control
    if control is not None and control.outcome == config.outcome.variable:
        raise ConfigError(
            "the negative-control outcome is the study's own outcome",
            column="association.negative_control.outcome",
            advice="name a variable that the exposure cannot change",
        )
    if settings.baseline in config.confounders:
        raise ConfigError(
            "the baseline is declared as a confounder too, so that no row would do without it",
            column="association.baseline",
            advice="take it out of one of the two",
        )
    taken = {config.outcome.variable}
    if config.outcome.hip_replacement is not None:
        taken.add(config.outcome.hip_replacement.variable)
    if taken & {settings.exposure, settings.baseline, settings.strata}:
        raise ConfigError("the outcome stands on the side of the exposure", column="association")
    loose = set(settings.splines) - {*config.confounders, settings.baseline}
    if loose:
        raise ConfigError(
            f"{min(loose)} bends, but is neither a confounder nor the baseline",
            column="association.splines",
        )


def _contrast(
    settings: AssociationSettings,
    dictionary: Dictionary,
    frame: pd.DataFrame,
    design: Design,
) -> tuple[Contrast, str]:
    """The comparison as numbers and in words."""
    name = settings.exposure
    variable = dictionary.get(name)
    if variable is None or variable.kind == "number":
        if settings.level is not None or settings.reference is not None:
            raise ConfigError(
                f"{name} is a number and has no levels",
                column="association.level",
                advice="state association.per, the difference that the effect is reported for",
            )
        return _number_contrast(settings, variable, dictionary)
    if settings.per != 1.0:
        raise ConfigError(
            f"{name} is a category, and its effect is that of a level",
            column="association.per",
            advice="leave per out, and state association.level",
        )
    occurring = set(frame[name].dropna())
    # The dictionary's order where there is one: the first level is the reference.
    levels = [level for level in variable.levels or sorted(occurring) if level in occurring]
    stated, reference = (
        _level_named(one, levels) for one in (settings.level, settings.reference or levels[0])
    )
    if stated is None:
        raise ConfigError(
            f"{name} is a category: state the level whose effect is wanted",
            column="association.level",
            advice=f"it has {len(levels)} levels",
        )
    for key, level in (("level", stated), ("reference", reference)):
        if level not in levels:
            raise ConfigError(f"no one analysed has this level of {name}",
                              column=f"association.{key}")  # fmt: skip
    if stated == reference:
        raise ConfigError(
            f"this is the first level of {name}: state what it is compared with",
            column="association.reference",
        )
    own = [column for column in design.inputs if column.partition("=")[0] == name]
    high, low = (
        tuple(float(column == f"{name}={level}") for column in own) for level in (stated, reference)
    )
    return Contrast(high=high, low=low), f"{variable.label}: {stated} vs {reference}"


def _level_named(stated: str | None, levels: Sequence[str]) -> str | None:
    """The level that a config means: 1.0 is 1."""
    by_code = {one_code(level): level for level in levels}
    return None if stated is None else by_code.get(one_code(stated), stated)


def _number_contrast(
    settings: AssociationSettings, variable: Variable | None, dictionary: Dictionary
) -> tuple[Contrast, str]:
    if variable is not None:
        words = f"{variable.label}, per {settings.per:g} {variable.unit or ''}".rstrip()
        return Contrast(high=(settings.per,), low=(0.0,), shift=True), words
    last = features_of(dictionary)[settings.exposure][-1]
    if last.op == "indicator":
        return Contrast(high=(1.0,), low=(0.0,)), f"{last.label}: yes vs no"
    words = f"{last.label}, per {settings.per:g} {last.unit or ''}".rstrip()
    return Contrast(high=(settings.per,), low=(0.0,), shift=True), words


@dataclass(frozen=True)
class Basis:
    """Completed data sets as columns of a regression, those of the exposure first.

    Attributes
    ----------
    sets : tuple of ndarray, each of shape (n_rows, n_functions)
    predictor_of : tuple of str, length n_functions
    names : tuple of str, length n_functions
        Columns, as ``education=high``.
    """

    sets: tuple[Floats, ...]
    predictor_of: tuple[str, ...]
    names: tuple[str, ...] = ()

    def varying(self, rows: Bools, predictors: frozenset[str]) -> Integers:
        """Columns of some predictors that vary in some rows, in every completed set."""
        wanted = np.array([name in predictors for name in self.predictor_of])
        for part in self.sets:
            # A column must not be in the model of one completed set and absent from another's.
            wanted &= np.ptp(part[rows], axis=0) > 0.0
        return np.flatnonzero(wanted)


def build_basis(plan: AssociationPlan, completed: Sequence[Floats]) -> Basis:
    """Inputs and splines of completed columns; knots are common to all sets."""
    inputs = [plan.design.model_inputs(part) for part in completed]
    # Knots from all sets at once: coefficients of different knots could not be pooled.
    below = stacked(inputs)
    terms = []
    for position, (column, origin) in enumerate(
        zip(plan.design.inputs, plan.design.predictor_of, strict=True)
    ):
        n_knots = plan.settings.splines.get(origin)
        knots = default_knots(below[:, position], n_knots) if n_knots else ()
        terms.append(TermPlan(column=column, position=position, knots=knots))
    origins = [
        origin
        for term, origin in zip(terms, plan.design.predictor_of, strict=True)
        for _ in range(term.width)
    ]
    names = tuple(term.column for term in terms for _ in range(term.width))
    return Basis(tuple(basis_matrix(terms, part) for part in inputs), tuple(origins), names)
