"""What a study will fit and evaluate, and how often: counts from config and cohort alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from hiprisk.config import StudyConfig
from hiprisk.evidence.declared_parts import compares_blocks, frame_of_groups
from hiprisk.learning.candidates import SLOW_MODEL_TYPES
from hiprisk.learning.model_types import model_type_of_settings
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.validation.sites.minimum_size import MinimumSiteSize, is_binary
from hiprisk.validation.subgroups.definitions import groupings_of
from hiprisk.wording.quantities import plural

# What takes the time of a part, and is measured once: see `timing`.
Unit = Literal[
    "reading", "imputed fold", "fit", "whole fit", "refit", "blocks", "association", "group",
    "figure",
]  # fmt: skip
# Curves and intervals of everybody take as long as the metrics of so many groups.
GROUPS_OF_EVERYBODY = 25
# A run in MLflow, with the model and its files, takes about as long as so many pictures.
FIGURES_OF_TRACKING = 25
# Pictures of every report, and more of each event, of the groups, of the sites and so on.
FIGURES, FIGURES_OF_EVENT, FIGURES_OF_PART = 8, 4, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A part of the work, counted.

    Attributes
    ----------
    name, what : str
        The part, and how its number of fits comes about.
    n_fits : int
    unit : str
        What is measured.
    n_units : float
        How often it is done.
    family : str or None
        Model type that it is done of; None where it is that of the model which tuning will choose.
    spread : bool
        Whether it is spread over workers.
    """

    name: str
    what: str
    n_fits: int
    unit: Unit
    n_units: float
    family: str | None = None
    spread: bool = True


def planned_work(study: PreparedStudy, *, blocks_compared: bool, tracked: bool) -> tuple[Work, ...]:
    """The parts of a study in their order.

    Parameters
    ----------
    study : PreparedStudy
    blocks_compared : bool
        Whether what the blocks add can be said of this cohort.
    tracked : bool
        Whether a run is logged.
    """
    return (
        Work(
            name="reading",
            what="the cohort, and all checks",
            n_fits=0,
            unit="reading",
            n_units=1,
            spread=False,
        ),
        *_choice_of_model(study.config),
        *_validation(study),
        *(_blocks(study.config) if blocks_compared else ()),
        *_association(study),
        *_groups(study),
        _figures(study),
        *(_tracking() if tracked else ()),
    )


def _choice_of_model(config: StudyConfig) -> Iterator[Work]:
    folds = config.tuning.folds
    yield Work(
        name="folds", what=f"missing values imputed in {folds} folds", n_fits=0,
        unit="imputed fold", n_units=folds,
    )  # fmt: skip
    for name, settings in config.families.named().items():
        searched = model_type_of_settings(name, settings).space(settings)
        trials = config.tuning.trials if searched else 1
        yield Work(
            name=f"tuning: {name}",
            what=f"{plural(trials, 'trial')} x {folds} folds",
            n_fits=trials * folds,
            unit="fit", n_units=trials * folds, family=name,
            spread=name in SLOW_MODEL_TYPES or name in config.families.own,
        )  # fmt: skip
    yield Work(
        name="model",
        what=f"on everybody, {plural(config.imputation.imputations, 'imputation')}; out of fold",
        n_fits=1 + folds, unit="whole fit", n_units=1, spread=False,
    )  # fmt: skip
    yield from _comparisons(config)


def _comparisons(config: StudyConfig) -> Iterator[Work]:
    """Each own candidate beside the model: out of fold, and on people held out."""
    folds, imputation = config.tuning.folds, config.imputation
    held_out = config.validation.holdout is not None
    # A fit to everybody has more imputations than a fold's, by which a fit is measured.
    whole = imputation.imputations / imputation.imputations_in_resamples if held_out else 0.0
    for name in config.families.own:
        yield Work(
            name=f"comparison: {name}",
            what="out of fold" + (", and on people held out" if held_out else ""),
            n_fits=folds + int(held_out), unit="fit", n_units=folds + whole, family=name,
        )  # fmt: skip


def _validation(study: PreparedStudy) -> Iterator[Work]:
    settings, folds = study.config.validation, study.config.tuning.folds
    refit = Work(name="", what="", n_fits=0, unit="refit", n_units=0)
    yield _refits(refit, study.config, "bootstrap", f"{settings.resamples} resamples",
                  settings.resamples)  # fmt: skip
    if settings.repeats:
        what = f"{plural(settings.repeats, 'repeat')} x {folds} folds"
        yield _refits(refit, study.config, "cross-validation", what, settings.repeats * folds)
    n_sites = len(sites_to_evaluate(study))
    if settings.internal_external and n_sites > 1:
        yield _refits(refit, study.config, "internal-external", f"{n_sites} sites", n_sites)


def _refits(blank: Work, config: StudyConfig, name: str, what: str, n: int) -> Work:
    """Refits of the whole procedure, in which tuning may be repeated."""
    inside = config.validation.trials_inside * config.tuning.folds
    if not config.validation.tune_inside:
        inside = 0
    else:
        what += f" x (1 + {config.validation.trials_inside} trials x {config.tuning.folds} folds)"
    return replace(blank, name=name, what=what, n_fits=n * (1 + inside), n_units=n)


def sites_to_evaluate(study: PreparedStudy) -> tuple[int, ...]:
    """Sites of the development cohort that are large enough to be evaluated."""
    numbers, outcome = study.selection.development.sites, study.data.outcome
    known = ~np.isnan(outcome)
    binary = is_binary(outcome[known])
    rule = MinimumSiteSize(people=study.config.validation.smallest_site)
    return tuple(
        int(site)
        for site in np.unique(numbers[numbers >= 0])
        if rule.shortfall(outcome[known & (numbers == site)], binary=binary) is None
    )


def _blocks(config: StudyConfig) -> Iterator[Work]:
    if not compares_blocks(config):
        return
    n_models = 2 ** (len(config.blocks) - 1)
    resamples = config.validation.resamples
    yield Work(
        name="what blocks add", what=f"{n_models} models x (1 + {resamples} resamples)",
        n_fits=n_models * (1 + resamples), unit="blocks", n_units=resamples,
    )  # fmt: skip


def _association(study: PreparedStudy) -> Iterator[Work]:
    settings = study.config.association
    if settings is None:
        return
    imputations = study.config.imputation.imputations
    n_models = 2 + (settings.baseline is not None)
    what, n_strata = f"{n_models} models x {imputations} imputations", 1
    if settings.strata is not None:
        levels = study.selection.development.frame[settings.strata].nunique()
        n_strata += levels
        what += f" x (everybody + {levels} strata)"
    yield Work(
        name="association", what=what, n_fits=n_models * imputations * n_strata,
        unit="association", n_units=imputations, spread=False,
    )  # fmt: skip


def _groups(study: PreparedStudy) -> Iterator[Work]:
    n_groups = n_shown_groups(study)
    n_outcomes = 1 + len(study.config.outcome.events)
    yield Work(
        name="groups and events",
        what=f"{plural(n_groups, 'group')} x {n_outcomes} outcomes and events",
        n_fits=0, unit="group", n_units=(GROUPS_OF_EVERYBODY + n_groups) * n_outcomes,
    )  # fmt: skip


def n_shown_groups(study: PreparedStudy) -> int:
    """Groups of people that the model will be evaluated in, small ones among them."""
    people = study.selection.development
    known = np.flatnonzero(~np.isnan(people.outcome))
    parted = groupings_of(frame_of_groups(people, known), study.config.subgroups, study.dictionary)
    return sum(len(one.levels) for one in parted)


def _figures(study: PreparedStudy) -> Work:
    config = study.config
    n = FIGURES + FIGURES_OF_EVENT * max(len(config.outcome.events), 1)
    n += FIGURES_OF_PART * (compares_blocks(config) + (config.association is not None))
    n += len(study.dictionary.keys() & set(config.subgroups.by or ()))
    return Work(
        name="report", what=f"about {n} figures", n_fits=0, unit="figure", n_units=n, spread=False
    )


def _tracking() -> Iterator[Work]:
    yield Work(
        name="MLflow", what="the run and its files", n_fits=0, unit="figure",
        n_units=FIGURES_OF_TRACKING, spread=False,
    )  # fmt: skip
