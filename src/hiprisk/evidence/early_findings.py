"""What can be known before anything is fitted: rare levels, few events or sites, an odd score."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.findings import SMALLEST_COUNT, Finding
from hiprisk.cohort.shift.reversed_scales import baseline_direction_findings
from hiprisk.config.sites import SITE
from hiprisk.errors import ConfigError
from hiprisk.evidence.declared_parts import compares_blocks
from hiprisk.features.rare_levels import rare_levels
from hiprisk.inference.increment import check_comparison
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.metrics.events import event_happened

# With fewer, some resamples of people have next to none.
FEW_EVENTS = 10
# A variance of fewer has an interval over several powers of ten.
FEW_SITES = 5
# The range of n residuals covers a new one with probability (n - 1) / (n + 1).
WIDEST_LEVEL = 0.95


def early_findings(study: PreparedStudy, *, published: bool = False) -> tuple[Finding, ...]:
    """Rare levels and few events by name, too few residuals, an outcome against its baseline.

    Parameters
    ----------
    study : PreparedStudy
    published : bool
        For the evidence: a count that could point at somebody is not shown.
    """
    data = study.data
    known = ~np.isnan(data.outcome)
    outcome, persons = data.outcome[known], data.groups[known]
    declared, frame = study.config.outcome, study.selection.development.frame
    return (
        *baseline_direction_findings(declared.variable, declared.baseline, frame),
        *_rare_levels(study, outcome, persons, data.columns[known], published=published),
        *_few_events(study, persons, published=published),
        *_few_residuals(study, len(np.unique(persons))),
        *_blocks_not_compared(study, data.columns[known]),
        *_few_sites(None if data.sites is None else data.sites[known]),
    )


def _people(n: int, *, published: bool) -> str:
    if published and n < SMALLEST_COUNT:
        return f"fewer than {SMALLEST_COUNT} people"
    return "1 person" if n == 1 else f"{n} people"


def _rare_levels(
    study: PreparedStudy, outcome: Floats, persons: Integers, columns: Floats, *, published: bool
) -> Iterator[Finding]:
    events = outcome if study.config.outcome.kind == "binary" else None
    for found in rare_levels(study.design, study.dictionary, columns, persons, events=events):
        had = ""
        if found.n_events is not None:
            had = f", {_people(found.n_events, published=published)} with the event"
        yield Finding(
            code="RARE_LEVEL",
            severity="warning",
            column=found.variable,
            message=f"level {found.level} of {found.label}: "
            f"{_people(found.n_people, published=published)}{had}; resamples without them cannot "
            "estimate it",
            advice="join it to another level, or leave the variable out",
        )


def _few_events(study: PreparedStudy, persons: Integers, *, published: bool) -> Iterator[Finding]:
    for label, happened in declared_events(study):
        n_people = len(np.unique(persons[~np.isnan(happened)]))
        for side, one in (("with", 1.0), ("without", 0.0)):
            n = len(np.unique(persons[happened == one]))
            if n < FEW_EVENTS:
                yield Finding(
                    code="FEW_EVENTS",
                    severity="warning",
                    column=study.config.outcome.variable,
                    message=f"{label}: {_people(n, published=published)} of {n_people} {side} the "
                    "event; calibration and net benefit of so few are uncertain or not available",
                    advice="read its figures with their intervals, or declare another event",
                )


def declared_events(study: PreparedStudy) -> Iterator[tuple[str, Floats]]:
    """Label of each event, and whether it happened to each row with a known outcome.

    A binary outcome is its own event; NaN where the baseline that an event refers to is unknown.
    """
    declared, outcome = study.config.outcome, study.data.outcome
    outcome = outcome[~np.isnan(outcome)]
    if declared.kind == "binary":
        yield declared.label, outcome
        return
    baseline: Floats | None = None
    if declared.baseline is not None:
        frame = study.selection.development.frame
        baseline = frame[declared.baseline].to_numpy(dtype=np.float64)
        baseline = baseline[~np.isnan(study.data.outcome)]
    for event in declared.events:
        yield event.label, event_happened(outcome, event, baseline=baseline)


def _few_residuals(study: PreparedStudy, n: int) -> Iterator[Finding]:
    candidates = set(study.config.families.named()) - {"mean"}
    if candidates == {"ordinal"}:
        # Its quantiles are those of its own distribution; the mean is there to be beaten.
        return
    guaranteed = (n - 1) / (n + 1)
    if study.config.outcome.kind == "continuous" and guaranteed < WIDEST_LEVEL:
        yield Finding(
            code="FEW_RESIDUALS",
            severity="warning",
            column=study.config.outcome.variable,
            message=f"{n} people give {n} residuals, whose range is guaranteed to cover a new "
            f"outcome in {100.0 * guaranteed:.1f} %: no 95 % prediction interval exists at this n",
            advice="read its ends as those of the range, or have 39 people or more",
        )


def _few_sites(sites: Integers | None) -> Iterator[Finding]:
    """Of a study whose sites have intercepts; `sites` of people whose outcome is known."""
    if sites is None:
        return
    n_sites = len(np.unique(sites[sites >= 0]))
    if n_sites < FEW_SITES:
        yield Finding(
            code="FEW_SITES",
            severity="warning",
            column=SITE,
            message=f"{n_sites} sites say little of how far sites differ: the variance between "
            "them, and the intervals at a new site, are uncertain",
            advice=f"have {FEW_SITES} sites or more, or say sites: none",
        )


def _blocks_not_compared(study: PreparedStudy, columns: Floats) -> Iterator[Finding]:
    """Why what the blocks add will not be available."""
    if not compares_blocks(study.config):
        return
    try:
        check_comparison(study.config, study.design, columns)
    except ConfigError as refusal:
        yield Finding(
            code="BLOCKS_NOT_COMPARED",
            severity="warning",
            column=refusal.column,
            message=f"{refusal.reason}: what blocks add will not be available",
            advice=refusal.advice or "compare other blocks",
        )
