"""The section on limitations: what the evidence itself says against relying on the model."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.inference.increment.verdict import Verdict
from hiprisk.learning.participants.flow import OUTCOME_UNKNOWN, lost_after_first_visit
from hiprisk.provenance import is_simulated
from hiprisk.reporting.page.blocks import Section
from hiprisk.reporting.study.methods import steps_not_repeated
from hiprisk.wording.quantities import percent, plural

# A variable of which so much is missing rests on the imputation model.
MUCH_MISSING = 0.2
MOST_NAMED = 6
UNSAID = (
    "These limitations follow from the results. The authors added none of their own "
    "(`reporting.further_limitations` in the config)."
)
UNDECIDED: Verdict = "inconclusive at this sample size"


def limitations_section(evidence: Evidence, config: StudyConfig) -> Section:
    """One paragraph a limitation: what follows from the results, then the authors' own words.

    Parameters
    ----------
    evidence : Evidence
    config : StudyConfig
    """
    own = config.reporting.further_limitations
    return Section(
        anchor="limitations",
        title="Limitations",
        paragraphs=(
            *_limitations(evidence, config),
            *(() if own is None else (f"In the authors' words: {own}",)),
        ),
        notes=(UNSAID,) if own is None else (),
    )


def _limitations(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    if is_simulated(evidence.provenance):
        yield "The people are simulated: nothing here is a finding about patients."
    yield (
        "The model was evaluated in people of the cohort that it was developed in"
        + (", some of them held out" if evidence.holdout is not None else "")
        + ". How it performs at another time or place is not known."
    )
    replacement = config.outcome.hip_replacement
    if replacement is not None and replacement.strategy == "exclude":
        yield (
            "People whose hip was replaced before follow-up were not analysed, so predictions are "
            "for people who keep their hip until then, which nobody knows at the first visit."
        )
    yield from _size(evidence)
    yield from _outcome_unknown(evidence)
    yield from _missing(evidence, config)
    if evidence.not_repeated and "optimism" not in evidence.not_available:
        yield (
            "Some steps were not repeated in the resamples, so that optimism may be larger than "
            f"estimated: {steps_not_repeated(evidence)}."
        )
    undecided = [
        one.label
        for one in (evidence.added.additions if evidence.added is not None else ())
        if one.verdict == UNDECIDED and len(one.blocks) == 1
    ]
    if undecided:
        yield f"The cohort is too small to tell what these add: {', '.join(undecided)}."
    if evidence.association is not None:
        yield "The association with the exposure need not be causal: unmeasured confounders remain."
    if evidence.subgroups is not None and evidence.subgroups.undecided():
        yield "The cohort is too small to tell whether performance is the same in all subgroups."
    if evidence.sites is None:
        yield "Differences between sites could not be evaluated."


def _size(evidence: Evidence) -> Iterator[str]:
    size = evidence.sample_size.size
    if size is not None and not all(row.satisfied for row in size.criteria):
        yield f"Fewer people than the criteria ask for: {evidence.sample_size.sentence}"


def _outcome_unknown(evidence: Evidence) -> Iterator[str]:
    for step in lost_after_first_visit(evidence.flow):
        if step.label.startswith(OUTCOME_UNKNOWN):
            share = step.n_left_out / (step.n_left_out + step.n_remaining)
            yield (
                f"The outcome is unknown for {step.n_left_out} people ({percent(share, 0)}), who "
                "were not analysed. If they differ from the others in more than their predictors, "
                "predictions are biased."
            )


def _missing(evidence: Evidence, config: StudyConfig) -> Iterator[str]:
    """Predictors of which much is missing; what only informs the imputation limits nothing."""
    table = evidence.table_one
    others = {config.outcome.variable, *config.imputation.auxiliary}
    first = table.groups[0][0]
    shares = {
        row.label: row.n_missing / (row.n_known + row.n_missing)
        for row in table.rows
        if row.group == first and row.n_missing and row.variable not in others
    }
    much = {label: share for label, share in shares.items() if share >= MUCH_MISSING}
    if not much:
        return
    worst = sorted(much, key=much.__getitem__, reverse=True)
    named = "; ".join(f"{label} {percent(much[label], 0)}" for label in worst[:MOST_NAMED])
    rest = len(worst) - MOST_NAMED
    more = f"; and {plural(rest, 'more variable')}" if rest > 0 else ""
    yield f"Much of some predictors is missing, and rests on the imputation model: {named}{more}."
