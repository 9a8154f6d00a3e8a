"""What the run of a command's result says: name, outcome, cohort, counts and key metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from hiprisk.errors import InputError
from hiprisk.inference.association import AssociationTable
from hiprisk.inference.increment import AddedValue
from hiprisk.metrics.estimate import Estimate
from hiprisk.tracking.key_metrics import BESIDE, CORRECTED, key_metrics
from hiprisk.validation.drift import DriftReport
from hiprisk.validation.external.before_outcomes import ExpectedValidation
from hiprisk.validation.external.results import ExternalValidation, ModelIdentity
from hiprisk.validation.updating.results import UpdateResult
from hiprisk.wording.quantities import people_counted

# Of each event beside those of the outcome.
OF_EVENTS = ("c_statistic", "observed_expected_ratio")
CASE_MIX = ("normal_membership_c", "lp_sd_ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRun:
    """What the run of a result says.

    Attributes
    ----------
    command : str
    model : ModelIdentity or None
        None where the result is of a study, not of one model.
    outcome, provenance : str
    cohort, fingerprint : str
        Name and hash of the cohort; empty where the result does not say.
    counts : mapping of str to int
        Of rows and people.
    metrics : mapping of str to float
        The key metrics.
    summary : tuple of str
        Plain sentences.
    """

    command: str
    model: ModelIdentity | None
    outcome: str
    provenance: str
    cohort: str
    fingerprint: str
    counts: Mapping[str, int]
    metrics: Mapping[str, float]
    summary: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The model by name and version; empty without one."""
        if self.model is None:
            return ""
        version = f"@{self.model.version}" if self.model.version else ""
        return f"{self.model.name}{version}"

    @property
    def description(self) -> str:
        """What was done on whom, and what was found, as Markdown."""
        n_rows = self.counts.get("n_analysed", self.counts.get("num_rows", 0))
        of = f" of {self.subject}" if self.subject else ""
        cohort = f" in {self.cohort}" if self.cohort else ""
        counted = people_counted(self.counts.get("n_people", n_rows), n_rows)
        title = f": {self.model.title}" if self.model is not None else ""
        done = f"**{self.command}**{of}{cohort}, {counted}{title}."
        return "\n\n".join((done, *self.summary))


@singledispatch
def run_of_result(result: Any) -> ResultRun:
    """What the run of a result says.

    Raises
    ------
    InputError
        If it is the result of something else.
    """
    raise InputError(
        f"a {type(result).__name__} is no result that is tracked",
        code="NOT_A_RESULT",
        advice="give what validate, update, drift, associate or compare returned",
    )


@run_of_result.register
def _(result: ExternalValidation) -> ResultRun:
    estimates = dict(result.named())
    events = [f"{name}_{one.name}" for one in result.performance.events for name in OF_EVENTS]
    # The ends of these stand in the table.
    alone = {name: estimates[name].value for name in (*events, *CASE_MIX) if name in estimates}
    return ResultRun(
        command="validate",
        model=result.model,
        outcome=result.outcome,
        provenance=result.cohort_provenance,
        cohort=result.cohort,
        fingerprint=result.cohort_fingerprint,
        counts=_counts(result.flow, n_analysed=result.n, n_people=result.n_people),
        metrics={**_metrics(estimates.items(), (*CORRECTED, "coverage_95")), **alone},
        summary=result.summary,
    )


@run_of_result.register
def _(result: ExpectedValidation) -> ResultRun:
    figures = ((f"{one.name}_expected", one.expected) for one in result.expected.figures)
    return ResultRun(
        command="validate",
        model=result.model,
        outcome=result.outcome,
        provenance=result.cohort_provenance,
        cohort=result.cohort,
        fingerprint=result.cohort_fingerprint,
        counts=_counts(result.flow, n_analysed=result.n),
        metrics=_metrics(figures, [f"{one.name}_expected" for one in result.expected.figures]),
        summary=result.summary,
    )


@run_of_result.register
def _(result: UpdateResult) -> ResultRun:
    metrics = result.metrics()
    before = {
        f"{name}_before": metrics[f"{name}_before"]["value"]
        for name in BESIDE
        if f"{name}_before" in metrics
    }
    return ResultRun(
        command="update",
        model=result.parent,
        outcome=result.sheet.outcome.variable,
        provenance=result.cohort_provenance,
        cohort="",
        fingerprint=result.cohort_fingerprint,
        counts=_counts(result.flow, n_analysed=result.n, n_people=result.n_people),
        metrics={
            **key_metrics({"metrics": metrics}),
            **{name: value for name, value in before.items() if value is not None},
        },
        summary=result.summary,
    )


@run_of_result.register
def _(report: DriftReport) -> ResultRun:
    # Indexes by variable are what one watches over time; their intervals stand in the table.
    estimates = {one.name: one for one in report.estimates()}
    found = {name: one.value for name, one in estimates.items() if name.startswith("psi_")}
    summarised = ("standardised_difference_prediction", "mean_difference")
    moved = sum(one.verdict.endswith("drift") for one in report.variables)
    return ResultRun(
        command="drift",
        model=report.model,
        outcome="",
        # The report knows no more: people who are not simulated may be of unknown origin.
        provenance="simulated" if report.simulated else "",
        cohort=report.cohort,
        fingerprint=report.cohort_fingerprint,
        counts={"num_rows": report.n_rows},
        metrics={
            **_metrics(estimates.items(), summarised),
            **found,
            "n_variables_with_drift": float(moved),
            "n_refused": float(sum(report.refused.values())),
        },
        summary=report.summary,
    )


@run_of_result.register
def _(table: AssociationTable) -> ResultRun:
    return ResultRun(
        command="associate",
        model=None,
        outcome=table.outcome,
        provenance=table.provenance,
        cohort="",
        fingerprint=table.cohort_fingerprint,
        counts=_counts(table.flow, n_analysed=table.rows[0].n),
        metrics=_metrics(table.estimates(), [name for name, _ in table.estimates()]),
        summary=table.sentences,
    )


@run_of_result.register
def _(result: AddedValue) -> ResultRun:
    found = [
        (f"added_{'_and_'.join(one.blocks)}_{gain.name}", gain.estimate)
        for one in result.additions
        for gain in one.gains
        if gain.name == result.metric
    ]
    shares = [
        (f"added_{'_and_'.join(one.blocks)}_new_information", one.new_information)
        for one in result.additions
    ]
    return ResultRun(
        command="compare",
        model=None,
        outcome=result.outcome_label,
        provenance=result.provenance,
        cohort="",
        fingerprint=result.cohort_fingerprint,
        counts=_counts((), n_analysed=result.n_analysed, n_people=result.n_people),
        metrics=_metrics((*found, *shares), [name for name, _ in (*found, *shares)]),
        summary=result.sentences(),
    )


def _metrics(named: Iterable[tuple[str, Estimate]], wanted: Iterable[str]) -> dict[str, float]:
    """Of the estimates the wanted ones, in their order, with both ends of their intervals."""
    by_name = dict(named)
    return {
        key: value
        for name in wanted
        if name in by_name
        for key, value in _with_ends(name, by_name[name])
    }


def _with_ends(name: str, estimate: Estimate) -> Iterator[tuple[str, float]]:
    ends = (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high))
    yield from ((f"{name}{end}", float(value)) for end, value in ends if value is not None)


def _counts(flow: Iterable[Any], **counted: int | None) -> dict[str, int]:
    """Rows at first, and what else is known; `num_rows` is the name that MLflow's pages show."""
    first = next(iter(flow), None)
    rows = {} if first is None else {"num_rows": first.n_remaining}
    return {**rows, **{name: n for name, n in counted.items() if n is not None}}
