"""A study's result in plain sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hiprisk.bootstrap import FEW_RESAMPLES, few_resamples
from hiprisk.cohort.findings import COPIED_ROWS
from hiprisk.config import MinimumGain
from hiprisk.config.sites import SITE
from hiprisk.evidence.attempts import parts_in_words
from hiprisk.evidence.document import Evidence
from hiprisk.inference.increment.sentences import ORDINAL_NOTE, SITES_NOTE
from hiprisk.metrics.registry import label_of, moves_with_prevalence
from hiprisk.sheet.format import Sheet
from hiprisk.wording.associations import MEASURE_LABELS, MODEL_LABELS
from hiprisk.wording.availability import not_available_in_words
from hiprisk.wording.disclaimers import copied_rows_caution, model_warnings
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import decimals, interval_digits, percent, plural, with_ci
from hiprisk.wording.sites import model_over_sites
from hiprisk.wording.verdicts import is_worth_a_word, slope_in_words

# From so few settings tried of a model type, a worse one than the best is likely.
FEW_TRIALS = 10
# Of a model of new sites, which predicts for the mean of them.
ONE_INTERCEPT = " (to be expected: the model has one intercept, that of the mean site, for all)"


def summary_sentences(
    evidence: Evidence,
    smallest_gain: MinimumGain,
    *,
    tuned: Collection[str] = (),
    sheet: Sheet | None = None,
) -> tuple[str, ...]:
    """The most important first; simulated data and an honest null are said plainly.

    Parameters
    ----------
    evidence : Evidence
    smallest_gain : MinimumGain
    tuned : collection of str
        Model types with settings that were searched, not fixed.
    sheet : Sheet, optional
        The model, for what it says of sites.
    """
    few = [len(one.trials) for one in evidence.families if one.name in tuned]
    n_trials = min((n for n in few if n < FEW_TRIALS), default=None)
    return (*_sentences(evidence, smallest_gain, n_trials, sheet), *_not_available(evidence))


def _sentences(
    evidence: Evidence, smallest_gain: MinimumGain, few_trials: int | None, sheet: Sheet | None
) -> Iterable[str]:
    yield from model_warnings(evidence.provenance)
    yield from _copies(evidence)
    yield from _direction(evidence)
    yield from _short_runs(evidence, few_trials)
    if evidence.family == "mean":
        yield _nothing_found(evidence, few_trials)
        # A benchmark may find what no portable model type does.
        yield from _comparisons(evidence)
        return
    yield _gain(evidence, smallest_gain)
    corrected = evidence.optimism.corrected()
    if "mae" in corrected and "rmse" in corrected:
        digits, unit = _digits(evidence), unit_of_amount(evidence.outcome_unit)
        yield (
            f"Mean absolute error {corrected['mae']:.{digits}f}{f' {unit}' if unit else ''}, "
            f"root mean squared error {corrected['rmse']:.{digits}f}, both optimism-corrected."
        )
    yield from (
        slope_in_words(one)
        for one in evidence.optimism.estimates()
        if one.name == "calibration_slope" and is_worth_a_word(one)
    )
    if sheet is not None and (said := model_over_sites(sheet)):
        yield said
    yield f"Sample size: {evidence.sample_size.sentence}"
    if evidence.added is not None:
        yield from (one.sentence for one in evidence.added.additions)
        yield from (one for one in evidence.added.notes if one in (ORDINAL_NOTE, SITES_NOTE))
    yield from _comparisons(evidence)
    yield from _association(evidence)
    yield from _stability(evidence)
    yield from _groups(evidence, sheet)


def _nothing_found(evidence: Evidence, few_trials: int | None) -> str:
    eligible = [one for one in evidence.families if not getattr(one, "benchmark", False)]
    if len(eligible) == 1:
        return (
            "The mean-only model was the only candidate that could be chosen, so the study says "
            "nothing about the predictors."
        )
    return "No model type predicted better than the mean-only model" + (
        ": the predictors add nothing here."
        if few_trials is None
        else " in this short search, which is inconclusive about the predictors."
    )


def _comparisons(evidence: Evidence) -> Iterable[str]:
    yield from (one.sentence() for one in evidence.comparisons if one.estimator)


def _not_available(evidence: Evidence) -> Iterable[str]:
    if "optimism" not in evidence.not_available:
        for line in not_available_in_words(evidence.optimism.not_available, label_of):
            yield f"Optimism-corrected {line}."
    yield from parts_in_words(evidence.not_available)


def _digits(evidence: Evidence) -> int:
    return decimals(evidence.optimism.corrected().get("rmse"), 1)


def _copies(evidence: Evidence) -> Iterable[str]:
    for found in evidence.findings:
        if found["code"] == COPIED_ROWS:
            yield copied_rows_caution(found["count"])


def _direction(evidence: Evidence) -> Iterable[str]:
    for found in evidence.findings:
        if found["code"] == "DIRECTION_SUSPECT":
            yield f"CAUTION: {found['column']}: {found['message']}; {found['advice']}."


def _short_runs(evidence: Evidence, few_trials: int | None) -> Iterable[str]:
    """One caution about all that was tried too few times."""
    n = evidence.optimism.n_resamples
    said = []
    # Where they give no figure at all, that is said with its reason.
    if few_resamples(n) and "optimism" not in evidence.not_available:
        said.append(
            f"only {n} bootstrap resamples, so intervals are imprecise and verdicts may change. "
            f"Set `validation.resamples` to {FEW_RESAMPLES} or more."
        )
    if few_trials is not None:
        said.append(
            f"only {plural(few_trials, 'trial')} in tuning, too few to choose settings or a model "
            f"type. Set `tuning.trials` to {FEW_TRIALS} or more."
        )
    if said:
        yield "CAUTION: " + " ".join([said[0], *map(capital, said[1:])])


def _association(evidence: Evidence) -> Iterable[str]:
    table = evidence.association
    if table is None:
        return
    row = table.rows[-1] if table.strata is None else table.row(table.rows[-1].model)
    unit, digits = "", 2
    if row.measure == "mean_difference":
        unit, digits = unit_of_amount(table.unit), interval_digits(row.estimate)
    yield (
        f"{capital(table.exposure)}, {MODEL_LABELS[row.model]}: {MEASURE_LABELS[row.measure]} "
        f"{with_ci(row.estimate, digits, unit=unit)}; an association, not proof of a causal effect."
    )


def _stability(evidence: Evidence) -> Iterable[str]:
    if evidence.stability is None:
        return
    unit = unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "of risk"
    digits = _digits(evidence) if evidence.kind == "continuous" else 3
    mape = evidence.stability.predictions.mape
    yield (
        f"Prediction instability: across bootstrap models a person's prediction differs by "
        f"{mape:.{digits}f}{f' {unit}' if unit else ''} on average (MAPE)."
    )


def _groups(evidence: Evidence, sheet: Sheet | None) -> Iterable[str]:
    groups = evidence.subgroups
    if groups is None:
        return
    of_mean_site = sheet is not None and sheet.sites is not None and sheet.sites.variable is None
    undecided = groups.undecided()
    for row in (*groups.differing(), *undecided):
        # How often an event comes moves its other figures without any fault of the model.
        if row.event and moves_with_prevalence(row.metric):
            continue
        what = f"{groups.metric_label(row)} by {groups.label_of_grouping(row.grouping)}"
        if row in undecided:
            yield f"Whether performance differs by subgroup: {what}: {groups.undecided_words()}."
        else:
            why = ONE_INTERCEPT if of_mean_site and row.grouping == SITE else ""
            yield f"Performance differs between subgroups: {what}{why}."


def _gain(evidence: Evidence, smallest_gain: MinimumGain) -> str:
    continuous = evidence.kind == "continuous"
    main = "r2" if continuous else "scaled_brier"
    word = label_of(main)
    value = evidence.optimism.corrected().get(main)
    if value is not None and smallest_gain.metric == main and value < smallest_gain.value:
        return (
            f"The model adds less than the minimum important gain: optimism-corrected {word} is "
            f"{value:.3f}, and the declared minimum is {smallest_gain.value:g}."
        )
    chosen = next(family for family in evidence.families if family.chosen)
    saved, of_class = chosen.gain_over_mean, getattr(chosen, "estimator", "")
    named = f"{evidence.family} ({of_class})" if of_class else evidence.family
    gained = "" if value is None else f"Optimism-corrected {word} is {value:.3f}; the "
    return (
        f"Model type: {named}. {gained or 'The '}"
        f"cross-validated {evidence.loss_label} is {percent(saved)} below that of the mean-only "
        "model (in tuning, with the settings chosen there; not optimism-corrected)."
    )
