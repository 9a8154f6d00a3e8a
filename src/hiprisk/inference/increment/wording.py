"""The comparison of blocks in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.config import StudyConfig
from hiprisk.inference.increment.added import Gain
from hiprisk.inference.increment.nested import Nest
from hiprisk.inference.increment.resampled import Contest
from hiprisk.inference.increment.verdict import Verdict


def judged_sentence(
    blocks: Sequence[str],
    judged: Verdict,
    gain: Gain,
    *,
    n: int,
    smallest: float,
    n_coefficients: int,
) -> str:
    """One sentence: the block, the verdict, the gain with its interval, n, what was declared."""
    estimate = gain.estimate
    what = f"{gain.label}{' reduced' if gain.reduction else ''}"
    digits = 3 if max(abs(estimate.value), smallest) < 1 else 2
    unit = f" {gain.unit}" if gain.unit else ""
    number = f"{estimate.value:+.{digits}f}{unit}"
    interval = f"95 % interval {estimate.low:+.{digits}f} to {estimate.high:+.{digits}f}"
    counted = f"{n_coefficients} coefficient{'s' if n_coefficients > 1 else ''}"
    return (
        f"{' + '.join(blocks)} {_predicate(judged, several=len(blocks) > 1)}: {what} by {number} "
        f"({interval}) in {n} people with {counted}, corrected for optimism; the study declared "
        f"{smallest:g} the smallest gain worth having."
    )


def _predicate(judged: Verdict, *, several: bool) -> str:
    if judged == "adds":
        return "together add" if several else "adds"
    if judged == "adds nothing worth having":
        return "together add nothing worth having" if several else judged
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
    if contest.scenarios:
        notes.append(
            "'error-free' is a what-if: the gain if the named predictors were measured without "
            "error, and in everybody, the errors being as declared, independent of one another and "
            "of the outcome. It is not what the model in use would gain. 'as measured' is the same "
            "without that assumption, in everybody, to compare it with."
        )
    return tuple(notes)
