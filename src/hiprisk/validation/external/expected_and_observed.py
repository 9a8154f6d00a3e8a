"""What a model expects of new people beside what was observed of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.means import mean_estimate, share_estimate
from hiprisk.sheet.format import Sheet
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.expected.computing import (
    expected_of_risks,
    expected_performance,
    has_distribution,
)
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import EvaluationSample

LEVEL = 0.95


def expected_and_observed(
    people: ValidationCohort,
    sample: EvaluationSample,
    performance: Performance,
    *,
    sheet: Sheet | None,
    development: Mapping[str, float] | None = None,
) -> ExpectedComparison | None:
    """Expected and observed performance of the same people.

    Parameters
    ----------
    people : ValidationCohort
    sample : EvaluationSample
        What was evaluated of them.
    performance : Performance
        As it was observed.
    sheet : Sheet or None
        None for predictions that stand in a column.
    development : mapping of str to float, optional
        What the sheet expected of everybody at the first visit of its development cohort, by
        name. Case mix is the difference of everybody at the first visit here from it; observed
        and expected are of the same people, those who are evaluated.

    Returns
    -------
    ExpectedComparison or None
        None where nothing can be expected: a continuous outcome without a distribution, or people
        who were sampled by their outcome, whose case mix is that of the sampling.
    """
    if people.sampling is not None:
        return None
    if sheet is None:
        if sample.kind != "binary":
            return None
        expected = expected_of_risks(people.predicted, sample.thresholds)
    elif has_distribution(sheet):
        expected = expected_performance(sheet, people.frame, thresholds=sample.thresholds)
    else:
        return None
    observed = {**dict(performance.named()), **_averages(sample)}
    first_visit = None
    if sheet is not None and development is not None and len(people.first_visit) > people.n:
        first_visit = expected_performance(sheet, people.first_visit, thresholds=sample.thresholds)
    return ExpectedComparison.of(
        expected, development=development, observed=observed, first_visit=first_visit
    )


def _averages(sample: EvaluationSample) -> dict[str, Estimate]:
    """Mean outcome or rate of events, which are no metrics of a model."""
    if sample.kind == "binary":
        return {"event_rate": _rate(sample)}
    weights = np.ones(sample.n)
    mean = mean_estimate(
        "mean_outcome", sample.observed, w=weights, groups=sample.persons, level=LEVEL
    )
    risks = {event.name: sample.of_event(event) for event in sample.events}
    rates = {f"event_rate_{name}": _rate(risk) for name, risk in risks.items() if risk.n}
    return {"mean_outcome": mean, **rates}


def _rate(risk: EvaluationSample) -> Estimate:
    happened = risk.observed == 1.0
    return share_estimate(
        "event_rate", happened, w=np.ones(risk.n), groups=risk.persons, level=LEVEL
    )
