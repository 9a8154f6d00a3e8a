"""The comparison of blocks in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.config import StudyConfig
from hiprisk.inference.increment.nested_models import Nest
from hiprisk.inference.increment.resampled import Contest
from hiprisk.inference.increment.results import Gain
from hiprisk.inference.increment.verdict import Verdict

ERROR_NOTES = (
    "'error-free' is a what-if: the gain if the named predictors were measured without error, and "
    "in everybody. It is not what the model in use would gain. 'as measured' is the same without "
    "that assumption, in everybody, to compare it with.",
    "The what-if assumes that the errors are as large as declared, independent of one another and "
    "non-differential: they say nothing of the outcome beyond what the true value says. True "
    "values are not recovered but replaced by ones with the same means, variances and correlations "
    "with the outcome and the other predictors (moment reconstruction), worked out with the "
    "outcome, which nobody has at a first visit. Net benefit, CRPS and all gains of a logistic "
    "model depend on more than these moments and are approximate.",
    "Tests beside a what-if are those of the measured values: where errors are non-differential a "
    "test of no effect needs no correction, and one on replaced values would find too much.",
)


def verdict_sentence(
    blocks: Sequence[str],
    found: Verdict,
    gain: Gain,
    *,
    n: int,
    smallest: float,
    n_coefficients: int,
    scenario: str | None = None,
) -> str:
    """One sentence: the block, the verdict, the gain with its interval, n, what was declared.

    A what-if opens with its scenario, so that it cannot be taken for the gain in use.
    """
    opening = "" if scenario is None else f"What if {_supposed(scenario)}: "
    estimate = gain.estimate
    what = f"{gain.label}{' reduced' if gain.reduction else ''}"
    digits = 3 if max(abs(estimate.value), smallest) < 1 else 2
    unit = f" {gain.unit}" if gain.unit else ""
    number = f"{estimate.value:+.{digits}f}{unit}"
    interval = f"95 % interval {estimate.low:+.{digits}f} to {estimate.high:+.{digits}f}"
    counted = f"{n_coefficients} coefficient{'s' if n_coefficients > 1 else ''}"
    said = _predicate(found, several=len(blocks) > 1)
    return (
        f"{opening}{' + '.join(blocks)} {said}: {what} by {number} ({interval}) in {n} people with "
        f"{counted}, corrected for optimism; the study declared {smallest:g} the smallest gain "
        "worth having."
    )


def _supposed(scenario: str) -> str:
    if scenario == "as measured":
        return "everything were known of everybody, with the errors left in"
    end = scenario.partition(", ")[2]
    ending = f" ({end})" if end else ""
    return f"the predictors with a declared error were measured without it{ending}"


def _predicate(found: Verdict, *, several: bool) -> str:
    if found == "adds":
        return "together add" if several else "adds"
    if found == "adds nothing worth having":
        return "together add nothing worth having" if several else found
    return "may or may not add enough: cannot tell at this n"


def models_in_words(nest: Nest) -> str:
    """What was fitted."""
    kind = "logistic" if nest.link == "logit" else "linear"
    bent = [part.column for part in nest.plan if part.knots]
    knots = f", splines with 3 knots for {', '.join(bent)}" if bent else ", straight lines"
    return f"unpenalised {kind} regressions{knots}"


def notes_in_words(
    config: StudyConfig, contest: Contest, method: str, n_imputations: int
) -> tuple[str, ...]:
    """What a reader must know to read the figures."""
    notes = [
        "A gain compares nested unpenalised models on the same people and resamples; the model "
        "that the study ships may be penalised or of another family."
    ]
    if method == "impute_then_bootstrap":
        notes.append(
            f"Fast setting: missing values were imputed {n_imputations} times before the bootstrap "
            "and not anew in each resample."
        )
    elif n_imputations > 1:
        notes.append("Missing values were imputed anew in each resample.")
    if not config.outcome.thresholds:
        notes.append("No thresholds are declared, so no net benefit is given.")
    if contest.nest.combinations:
        notes.append(
            "Left out where it follows from what stands before, as a total does from its items: "
            f"{', '.join(contest.nest.combinations)}."
        )
    if contest.what_ifs is not None:
        notes += ERROR_NOTES
    return tuple(notes)
