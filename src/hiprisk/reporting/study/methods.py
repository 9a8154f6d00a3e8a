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
    in_words,
    listed,
    sheet_labels,
    with_unit,
)
from hiprisk.wording.quantities import months_in_words, percent, plural

REPLACEMENT = {
    "exclude": "People whose hip was replaced before follow-up were excluded: predictions are for "
    "those who keep their hip until then",
    "worst": "People whose hip was replaced before follow-up got the worst score",
    "last-before": "People whose hip was replaced before follow-up kept their last score before it",
}
IMPUTATION = {
    "normal": "one multivariate normal model",
    "chained": "chained equations",
}
# The glossary has every measure; here, what each is for.
MEASURES = {
    "continuous": "R² (how much of the differences between people the model explains), the root "
    "mean squared and the mean absolute error (how far predictions are from outcomes), calibration "
    "in the large, calibration slope and calibration plot (whether predictions are right on "
    "average and over their range), and the coverage of prediction intervals",
    "binary": "the C statistic (how well the model tells people with the event from those "
    "without), the Brier score (how far predicted risks are from outcomes), and calibration in the "
    "large, calibration slope and calibration plot (whether predicted risks are right on average "
    "and over their range)",
}
# Model types as a reader of any field knows them.
TYPES = {
    "mean": "the mean of everybody",
    "linear": "linear regression",
    "logistic": "logistic regression",
    "ordinal": "ordinal regression",
    "boosting": "boosted regression trees",
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
            " ".join(_objective(evidence, config)),
            " ".join(_people(evidence, config)),
            " ".join(_outcome(config)),
            " ".join(_predictors(evidence, sheet, config)),
            " ".join(_missing(evidence, config)),
            " ".join(_fit(evidence, config)),
            " ".join(_validation(evidence, config)),
            " ".join(_measures(evidence, config)),
            *_conclusions(evidence, config),
        ),
    )


def steps_not_repeated(evidence: Evidence) -> str:
    """What the resamples did not repeat, without the advice on how to repeat it."""
    return "; ".join(step.split(" (set ")[0] for step in evidence.not_repeated)


def event_of(config: StudyConfig) -> str | None:
    """The event whose risk is predicted, in words; of a continuous outcome there is none."""
    outcome = config.outcome
    return outcome.event_level if outcome.dichotomise is None else outcome.dichotomise.label


def in_brackets(exposure: str) -> str:
    """An exposure with what is compared in brackets: ``low back pain (yes vs no)``."""
    name, colon, compared = exposure.partition(": ")
    return f"{name} ({compared})" if colon else name


def _objective(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    outcome, held = config.outcome, evidence.holdout
    yield (
        f"**Objective.** To develop a model that predicts {outcome.label} "
        f"{months_in_words(outcome.horizon_months)} after the first visit, and to validate it "
        "internally"
        + ("." if held is None else f" and in people who were held out ({held.label}).")
    )
    others = list(config.blocks)[1:]
    if evidence.added is not None and others:
        added = listed([blocks_in_words([block], config.block_labels) for block in others])
        yield f"To estimate what {added} add to the prediction."
    if evidence.association is not None:
        exposure = in_brackets(evidence.association.exposure)
        yield f"To estimate how the outcome is associated with {exposure}."


def _people(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    data = provenance_in_words(evidence.provenance)
    yield f"**Participants.** {capital(config.outcome.population)} ({data})."
    for variable, levels in config.cohort.where.items():
        yield f"Only rows with {evidence.label(variable)} {listed(levels)} were used."
    if config.sampling is not None:
        yield "Cases and controls were sampled apart; figures have the stated prevalence."
    held = config.validation.holdout
    if held is not None:
        yield f"Rows with {evidence.label(held.variable)} {listed(held.test)} were held out."


def _outcome(config: StudyConfig) -> Iterator[str]:
    outcome = config.outcome
    yield (
        f"**Outcome.** {with_unit(outcome.label, outcome.unit)}, higher is {outcome.higher_is}, "
        f"{months_in_words(outcome.horizon_months)} after the first visit."
    )
    event = event_of(config)
    if event is not None:
        yield f"Predicted: the probability of an event, {event}."
    if outcome.hip_replacement is not None:
        yield f"{REPLACEMENT[outcome.hip_replacement.strategy]}."
    if outcome.events:
        yield f"Events: {listed([event.label for event in outcome.events])}."
        yield "Their bounds were declared in the config, which has no place for a source."
    if outcome.thresholds:
        shares = listed([percent(one, 0) for one in outcome.thresholds])
        yield f"Declared threshold probabilities: {shares}."


def _predictors(evidence: Evidence, sheet: Sheet, config: StudyConfig) -> Iterator[str]:
    yield "**Predictors,** in blocks that were declared before anything was fitted."
    known = sheet_labels(sheet)
    for block, names in config.blocks.items():
        # Labels have commas of their own: "hip flexion, worse side".
        labels = "; ".join(known.get(name) or evidence.label(name) for name in names)
        yield f"{capital(blocks_in_words([block], config.block_labels))}: {labels}."
    confounders = "; ".join(evidence.label(name) for name in config.confounders)
    yield f"Confounders, which are in every model: {confounders}."


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
    candidates = listed([TYPES.get(one.name) or candidate_label(one) for one in evidence.families])
    yield (
        f"**Model.** Candidates: {candidates}. Settings were tuned by cross-validation in "
        f"{config.tuning.folds} folds of people, up to {plural(config.tuning.trials, 'trial')} a "
        f"model type, and the candidate with the smallest {evidence.loss_label} was chosen: "
        f"{TYPES.get(evidence.family) or in_words(evidence.family)}."
    )
    if evidence.kind == "binary":
        yield (
            "People with and without the event were not weighted or resampled for balance, since "
            "this would distort the predicted risks."
        )
    if config.sites in SITES:
        yield SITES[config.sites]


def _validation(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    settings = config.validation
    yield (
        f"**Internal validation.** The model was fitted again on {settings.resamples} bootstrap "
        "resamples of people, and each of these models was evaluated in its resample and in the "
        "original people. The mean difference is the optimism, which is subtracted from the "
        "apparent performance (Harrell)."
    )
    if evidence.not_repeated:
        yield f"Not repeated in the resamples: {steps_not_repeated(evidence)}."
    if settings.repeats:
        yield (
            f"As a check, cross-validation: {plural(settings.repeats, 'repeat')} of "
            f"{config.tuning.folds} folds."
        )
    if evidence.sites is not None:
        yield (
            "Internal-external cross-validation: each large enough site was evaluated with a model "
            "fitted without it."
        )


def _measures(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    """What is measured, and what each measure is for."""
    yield f"**Performance** is measured by {MEASURES[evidence.kind]}."
    if config.outcome.thresholds:
        yield (
            "Net benefit at the declared threshold probabilities shows whether acting on the "
            "predicted probabilities would do more good than treating everybody or nobody."
        )
    if evidence.subgroups is not None and evidence.subgroups.labels:
        groups = listed([label for _, label in evidence.subgroups.labels])
        yield f"Performance was compared between groups by {groups}."


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
            f"**Association.** {capital(in_brackets(table.exposure))}: crude, adjusted for "
            f"{confounders}"
            + ("" if table.baseline is None else ", and for the baseline score too")
            + "."
        )
