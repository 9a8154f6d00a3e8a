"""The section on methods: what was done, written from the study's config and its results."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.appendix.comparisons import candidate_label
from hiprisk.reporting.page.blocks import Section
from hiprisk.sheet.format import Sheet
from hiprisk.wording.disclaimers import provenance_in_words
from hiprisk.wording.labels import (
    blocks_in_words,
    capital,
    estimand_in_words,
    in_words,
    listed,
    sheet_labels,
    with_unit,
)
from hiprisk.wording.quantities import months_in_words, percent, plural

REPLACEMENT = {
    "exclude": "People whose hip was replaced before follow-up were excluded",
    "worst": "People whose hip was replaced before follow-up got the worst score",
    "last-before": "People whose hip was replaced before follow-up kept their last score before it",
}
IMPUTATION = {
    "normal": "one multivariate normal model",
    "chained": "chained equations",
}
SITES = {
    "random": "The model has random intercepts of site, and predicts for the mean of sites.",
    "named": "The model has random intercepts of site, and predicts for the sites that it names.",
}


def methods_section(evidence: Evidence, sheet: Sheet, config: StudyConfig) -> Section:
    """What was done, a paragraph each: people, outcome, predictors, fit, validation.

    Parameters
    ----------
    evidence : Evidence
    sheet : Sheet
    config : StudyConfig
    """
    return Section(
        anchor="methods",
        title="Methods",
        paragraphs=(
            " ".join(_people(evidence, config)),
            " ".join(_outcome(sheet, config)),
            " ".join(_predictors(evidence, sheet, config)),
            " ".join(_missing(evidence, config)),
            " ".join(_fit(evidence, config)),
            " ".join(_validation(evidence, config)),
            *_conclusions(evidence, config),
        ),
    )


def _people(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    data = provenance_in_words(evidence.provenance)
    yield f"**People.** {capital(config.outcome.population)}; {data}."
    for variable, levels in config.cohort.where.items():
        yield f"Only rows with {evidence.label(variable)} {listed(levels)} were used."
    if config.sampling is not None:
        yield "Cases and controls were sampled apart; figures have the stated prevalence."
    held = config.validation.holdout
    if held is not None:
        yield f"Rows with {evidence.label(held.variable)} {listed(held.test)} were held out."


def _outcome(sheet: Sheet, config: StudyConfig) -> Iterator[str]:
    outcome = config.outcome
    yield (
        f"**Outcome.** {with_unit(outcome.label, outcome.unit)}, higher is {outcome.higher_is}, "
        f"{months_in_words(outcome.horizon_months)} after the first visit. Predicted: "
        f"{estimand_in_words(sheet.outcome)}."
    )
    if outcome.hip_replacement is not None:
        yield f"{REPLACEMENT[outcome.hip_replacement.strategy]}."
    if outcome.events:
        yield f"Events of it: {listed([event.label for event in outcome.events])}."
    if outcome.thresholds:
        shares = listed([percent(one, 0) for one in outcome.thresholds])
        yield f"Declared threshold probabilities: {shares}."


def _predictors(evidence: Evidence, sheet: Sheet, config: StudyConfig) -> Iterator[str]:
    yield "**Predictors,** declared before anything was fitted."
    known = sheet_labels(sheet)
    for block, names in config.blocks.items():
        labels = listed([known.get(name) or evidence.label(name) for name in names])
        yield f"{capital(blocks_in_words([block], config.block_labels))}: {labels}."
    confounders = listed([evidence.label(name) for name in config.confounders])
    yield f"Confounders, which every model has: {confounders}."


def _missing(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    settings = config.imputation
    yield (
        f"**Missing values** of predictors were imputed {settings.imputations} times by "
        f"{IMPUTATION[settings.method]}, again inside each fold and resample "
        f"({plural(settings.imputations_in_resamples, 'time')})."
    )
    if settings.auxiliary:
        labels = listed([evidence.label(name) for name in settings.auxiliary])
        yield f"{capital(labels)} informed the imputation without being a predictor."
    yield "Rows without an outcome informed the imputation and nothing else."


def _fit(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    candidates = listed([candidate_label(one) for one in evidence.families])
    yield (
        f"**Model.** Candidates: {candidates}. Settings were tuned by cross-validation in "
        f"{config.tuning.folds} folds of people, up to {plural(config.tuning.trials, 'trial')} a "
        f"model type, and the candidate with the smallest {evidence.loss_label} was chosen: "
        f"{in_words(evidence.family)}."
    )
    if config.sites in SITES:
        yield SITES[config.sites]


def _validation(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    settings = config.validation
    yield (
        f"**Internal validation.** The procedure was repeated on {settings.resamples} bootstrap "
        "resamples of people, and each figure corrected by the mean difference between a resample "
        "and the original people (Harrell's optimism)."
    )
    if evidence.not_repeated:
        yield f"Not repeated: {'; '.join(evidence.not_repeated)}."
    if settings.repeats:
        yield (
            f"Cross-validation beside it: {plural(settings.repeats, 'repeat')} of "
            f"{config.tuning.folds} folds."
        )
    if evidence.sites is not None:
        yield "Each large enough site was evaluated with a model fitted without it."


def _conclusions(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    if evidence.added is not None:
        least = config.outcome.smallest_gain_worth_having
        yield (
            "**What blocks add.** Each block was added to the core block, and both were fitted to "
            f"the same resamples. The declared minimum important gain is {least.value:g} in "
            f"{label_of(least.metric)}."
        )
    if config.association is not None and evidence.association is not None:
        table = evidence.association
        confounders = listed([evidence.label(name) for name in table.confounders])
        yield (
            f"**Association.** {capital(table.exposure)}: crude, adjusted for {confounders}"
            + ("" if table.baseline is None else ", and for the baseline score as well")
            + "."
        )
