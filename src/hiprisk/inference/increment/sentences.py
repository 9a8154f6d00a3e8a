"""The comparison of blocks in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiprisk.config import StudyConfig
from hiprisk.features.rare_levels import RareLevel
from hiprisk.inference.increment.nested_models import NestedModels
from hiprisk.inference.increment.resampled import ComparisonProcedure
from hiprisk.inference.increment.results import Gain
from hiprisk.inference.increment.verdict import Verdict
from hiprisk.wording.labels import blocks_in_words, column_label, unit_of_amount
from hiprisk.wording.quantities import interval_digits, plural, signed_with_ci

ERROR_NOTES = (
    "'error-free' is a hypothetical scenario: the gain if the named predictors had no measurement "
    "error and no missing values. The model in use would not gain this much. 'as measured' is the "
    "same scenario with the measurement error left in, for comparison.",
    "The scenario assumes that the errors are as large as declared, independent of one another, "
    "and non-differential (unrelated to the outcome, given the true value). True values are not "
    "recovered. They are replaced by values with the same means, variances and correlations with "
    "the outcome and the other predictors (moment reconstruction), which uses the outcome. Net "
    "benefit, CRPS and all gains of a logistic model depend on more than these moments and are "
    "approximate.",
    "Tests of a hypothetical scenario are those of the measured values: with non-differential "
    "errors a test of no effect needs no correction, and a test on replaced values would reject "
    "too often.",
)
# Of whose models the gains are, where the study's own are others: a summary says these too.
ORDINAL_NOTE = (
    "CRPS and net benefit are those of linear regressions with the distribution of their "
    "residuals, also where this study has an ordinal model."
)
SITES_NOTE = (
    "What a block adds is that of models without intercepts of sites, although this study has "
    "them: it is the same whatever `sites` says."
)


def verdict_sentence(
    blocks: Sequence[str],
    found: Verdict,
    gain: Gain,
    *,
    counted: str,
    smallest: float,
    n_coefficients: int,
    label: str = "",
    scenario: str | None = None,
    near_minimum: int | None = None,
) -> str:
    """One sentence: the block, the verdict, the gain with its interval, n, what was declared.

    A what-if opens with its scenario, so that it cannot be taken for the gain in use. Where an end
    of the interval is near the minimum for so many resamples (`near_minimum`), it says so.
    """
    label = label or blocks_in_words(blocks)
    opening = "" if scenario is None else f"What if {_supposed(scenario)}: "
    # So many that the gain can be compared with the minimum, whatever its interval.
    digits = max(
        interval_digits(gain.estimate), 3 if max(abs(gain.estimate.value), smallest) < 1 else 2
    )
    estimate = signed_with_ci(gain.estimate, digits, unit=unit_of_amount(gain.unit))
    if n_coefficients == 0:
        # No test and no interval: both models make the same predictions in everybody.
        return (
            f"{opening}{label} {_adds(blocks)} no coefficient: the base model's "
            f"predictors determine it, so every gain is exactly 0; {counted}."
        )
    what = f"{'reduction' if gain.reduction else 'gain'} in {gain.label} {estimate}"
    return (
        f"{opening}{label} {_predicate(found, several=len(blocks) > 1)}: {what}, "
        f"optimism-corrected; {counted}, {plural(n_coefficients, 'coefficient')}; minimum "
        f"important gain {smallest:g}." + _near_in_words(near_minimum)
    )


def _near_in_words(n_resamples: int | None) -> str:
    if n_resamples is None:
        return ""
    return (
        f" At {n_resamples} resamples an end of the interval is within its Monte-Carlo error of "
        "the minimum important gain: another seed may give another verdict, more resamples decide."
    )


def early_notes(
    models: NestedModels,
    added: Sequence[str],
    rare: Sequence[RareLevel],
    labels: Mapping[str, str],
    *,
    smallest_cell: int = 1,
) -> tuple[str, ...]:
    """What is known before anything is resampled: what is redundant, and which levels are rare.

    Counts of people below the smallest cell are not shown.
    """
    found = []
    if models.combinations:
        found.append(
            "Left out because other predictors determine it, as items determine their total: "
            f"{', '.join(column_label(one, labels) for one in models.combinations)}."
        )
    base = models.members[0]
    redundant = [
        label for label, own in zip(added, models.members[1:], strict=True) if len(own) == len(base)
    ]
    if redundant:
        found.append(
            "Without a coefficient of its own, because the base model's predictors determine it: "
            f"{'; '.join(redundant)}."
        )
    if rare:
        named = "; ".join(one.in_words(smallest_cell=smallest_cell) for one in rare)
        found.append(
            "Levels that at most two people have, or at most two with or without the event, so "
            f"that many resamples cannot estimate them: {named}. Join them with another level."
        )
    return tuple(found)


def _adds(blocks: Sequence[str]) -> str:
    return "together add" if len(blocks) > 1 else "adds"


def not_estimable_in_words(
    found: Sequence[tuple[str, int]], n_resamples: int, labels: Mapping[str, str]
) -> tuple[str, ...]:
    """In how many resamples a coefficient could not be estimated, and what it was there."""
    return tuple(
        f"{column_label(name, labels)}: constant, or determined by other predictors, in {n} of "
        f"{n_resamples} resamples; its coefficient is 0 there."
        for name, n in found
    )


def _supposed(scenario: str) -> str:
    if scenario == "as measured":
        return "no value were missing, with the measurement error left in"
    end = scenario.partition(", ")[2]
    ending = f" ({end})" if end else ""
    return f"the predictors with a declared error were measured without it{ending}"


def _predicate(found: Verdict, *, several: bool) -> str:
    if found == "inconclusive at this sample size":
        return f"together are {found}" if several else f"is {found}"
    return found.replace("adds", "together add") if several else found


def models_in_words(models: NestedModels, labels: Mapping[str, str]) -> str:
    """What was fitted."""
    kind = "logistic" if models.link == "logit" else "linear"
    bent = [column_label(part.column, labels) for part in models.plan if part.knots]
    knots = (
        f", restricted cubic splines with 3 knots for {', '.join(bent)}"
        if bent
        else ", linear terms only"
    )
    return f"unpenalised {kind} regressions{knots}"


def notes_in_words(
    config: StudyConfig,
    procedure: ComparisonProcedure,
    method: str,
    n_imputations: int,
    labels: Mapping[str, str],
) -> tuple[str, ...]:
    """How the figures were computed."""
    notes = [
        "A gain compares nested unpenalised models on the same people and resamples; the model "
        "of this study may be penalised or of another type."
    ]
    if config.families.ordinal is not None:
        notes.append(ORDINAL_NOTE)
    if config.sites != "none":
        notes.append(SITES_NOTE)
    if method == "impute_then_bootstrap":
        notes.append(
            f"Fast setting: missing values were imputed {n_imputations} times before the bootstrap "
            "and not again in each resample."
        )
    elif n_imputations > 1:
        notes.append("Missing values were imputed again in each resample.")
    if not config.outcome.thresholds:
        notes.append("No thresholds are declared, so no net benefit is given.")
    if procedure.error_free is not None:
        notes += ERROR_NOTES
    return tuple(notes)
