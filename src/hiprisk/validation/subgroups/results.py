"""How a model does by group, as one frozen result that tables, reports and pictures read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.bootstrap import STEADY, normal_end_error
from hiprisk.metrics.clinical_utility.net_benefit import NET_BENEFIT
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of, moves_with_prevalence
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.subgroups.cells import EVERYBODY
from hiprisk.validation.subgroups.definitions import UNKNOWN
from hiprisk.validation.subgroups.heterogeneity import p_value_range
from hiprisk.wording.labels import capital, in_words
from hiprisk.wording.quantities import (
    interval_digits,
    number,
    number_and_interval,
    p_equals,
    signed_with_interval,
)

NOT_SHOWN = "not shown: too few people or events here, or in a group that this would disclose"
CALIBRATION = "calibration_in_the_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of people.

    Attributes
    ----------
    n_people, n_events : int or None
        None where the group is suppressed; events of a binary outcome.
    suppressed : bool
        Too small to show, or needed to protect one that is.
    """

    grouping: str
    level: str
    n_people: int | None
    n_events: int | None
    suppressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEstimate:
    """One metric in one group.

    Attributes
    ----------
    event : str
        Whose probability is evaluated; empty where it is the outcome itself.
    estimate : Estimate or None
        None where the group is suppressed or the metric cannot be computed in it.
    standard_error : float or None
        Of the resamples.
    note : str
        Why there is no estimate, or no interval.
    """

    grouping: str
    level: str
    metric: str
    estimate: Estimate | None
    standard_error: float | None = None
    note: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Whether a metric differs between the groups that are shown, and by how much.

    Attributes
    ----------
    event : str
        Whose probability is evaluated; empty where it is the outcome itself.
    q, f, freedom : float
        Cochran's Q; Welch's statistic and its second degrees of freedom.
    p_value, p_adjusted : float
        Of Welch's test; adjusted by Holm's method, among the metrics of the outcome or among all
        further ones.
    tau : Estimate
        Standard deviation between groups beyond chance, with its interval.
    mean : Estimate
        Of the groups, each weighed by its precision.
    difference : Estimate or None
        Second group minus first, where there are two.
    """

    grouping: str
    metric: str
    n_groups: int
    q: float
    f: float
    freedom: float
    p_value: float
    p_adjusted: float
    tau: Estimate
    mean: Estimate
    difference: Estimate | None = None
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBenefit:
    """Net benefit in one group at one threshold.

    Attributes
    ----------
    event : str
    net_benefit : Estimate or None
        Of acting on those whose risk reaches the threshold; None where suppressed.
    act_on_all : float or None
    gain : Estimate or None
        Over the better of acting on all and on none.
    standard_error : float or None
        Of the net benefit.
    """

    grouping: str
    level: str
    event: str
    threshold: float
    net_benefit: Estimate | None
    act_on_all: float | None
    gain: Estimate | None
    standard_error: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """How a model does by group.

    Attributes
    ----------
    labels : tuple of (str, str)
        What each grouping means, by name.
    event_labels : tuple of (str, str)
        What each event means, by name.
    optima : tuple of (str, float)
        Best value of each metric that has one, by name.
    overall : tuple of Estimate
        Of everybody.
    groups : tuple of Group
    estimates : tuple of GroupEstimate
    heterogeneity : tuple of Heterogeneity
    benefits : tuple of GroupBenefit
        Grouping ``everybody`` first.
    further : tuple of GroupEstimate
        Of forecasts and of the chances of events; grouping ``everybody`` first.
    """

    kind: OutcomeKind
    n_people: int
    smallest_cell: int
    n_resamples: int
    level: float
    labels: tuple[tuple[str, str], ...]
    optima: tuple[tuple[str, float], ...]
    overall: tuple[Estimate, ...]
    groups: tuple[Group, ...]
    estimates: tuple[GroupEstimate, ...]
    heterogeneity: tuple[Heterogeneity, ...]
    benefits: tuple[GroupBenefit, ...] = ()
    further: tuple[GroupEstimate, ...] = ()
    event_labels: tuple[tuple[str, str], ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics, the main one first."""
        return tuple(estimate.name for estimate in self.overall)

    def label_of_grouping(self, grouping: str) -> str:
        """What a person reads for a grouping."""
        return dict(self.labels).get(grouping) or in_words(grouping)

    def event_label(self, event: str) -> str:
        """What a person reads for an event; empty for the outcome itself."""
        return dict(self.event_labels).get(event, in_words(event))

    def metric_label(self, row: Heterogeneity | GroupEstimate) -> str:
        """What a person reads for the metric of a row, with its event."""
        return label_of(row.metric, event=self.event_label(row.event))

    def of(self, metric: str) -> tuple[GroupEstimate, ...]:
        """Every group's estimate of one metric."""
        return tuple(row for row in self.estimates if row.metric == metric)

    def to_frame(self) -> pd.DataFrame:
        """One row a group and metric; numbers are missing where suppressed."""
        everybody = Group(
            grouping=EVERYBODY, level=EVERYBODY, n_people=self.n_people, n_events=None,
            suppressed=False,
        )  # fmt: skip
        groups = {(group.grouping, group.level): group for group in (everybody, *self.groups)}
        rows = []
        for row in (*self._overall_rows(), *self.estimates, *self.further):
            group, found = groups[(row.grouping, row.level)], row.estimate
            rows.append(
                {
                    "grouping": row.grouping,
                    "level": row.level,
                    "event": row.event,
                    "metric": row.metric,
                    "n_people": group.n_people,
                    "n_events": group.n_events,
                    "suppressed": group.suppressed,
                    "value": found and found.value,
                    "low": found and found.low,
                    "high": found and found.high,
                    "note": row.note,
                }
            )
        columns = ["grouping", "level", "event", "metric", "n_people", "n_events", "suppressed",
                   "value", "low", "high", "note"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _overall_rows(self) -> list[GroupEstimate]:
        return [
            GroupEstimate(grouping=EVERYBODY, level=EVERYBODY, metric=one.name, estimate=one)
            for one in self.overall
        ]

    def heterogeneity_frame(self) -> pd.DataFrame:
        """One row a metric, event and grouping."""
        return _flat(self.heterogeneity)

    def benefits_frame(self) -> pd.DataFrame:
        """Net benefit: one row an event, threshold and group."""
        return _flat(self.benefits)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "n_people": self.n_people,
            "smallest_cell": self.smallest_cell,
            "n_resamples": self.n_resamples,
            "level": self.level,
            "labels": dict(self.labels),
            "overall": {estimate.name: estimate.to_dict() for estimate in self.overall},
            "groups": [dataclasses.asdict(group) for group in self.groups],
            "estimates": [_plain(row) for row in self.estimates],
            "heterogeneity": [_plain(row) for row in self.heterogeneity],
            "benefits": [_plain(row) for row in self.benefits],
            "further": [_plain(row) for row in self.further],
            "sentences": list(self.sentences()),
        }

    def differing(self) -> tuple[Heterogeneity, ...]:
        """What differs between groups, whatever the seed of the resamples."""
        alpha, undecided = 1.0 - self.level, self.undecided()
        return tuple(
            row for row in self.heterogeneity if row.p_adjusted < alpha and row not in undecided
        )

    def undecided(self) -> tuple[Heterogeneity, ...]:
        """What another seed may decide otherwise: standard errors are those of resamples."""
        found = []
        for row in self.heterogeneity:
            least, most = p_value_range(
                row.f, row.n_groups - 1.0, row.freedom, n_resamples=self.n_resamples
            )
            # Holm's factor, which hardly moves with one seed's p-values.
            factor = row.p_adjusted / row.p_value if row.p_value > 0.0 else 1.0
            if factor * least < 1.0 - self.level <= factor * most:
                found.append(row)
        return tuple(found)

    def undecided_words(self) -> str:
        """Why a comparison is undecided."""
        return (
            f"inconclusive at {self.n_resamples} resamples, since the adjusted p-value is within "
            f"its Monte-Carlo error of {1.0 - self.level:.2g}"
        )

    def sentences(self) -> tuple[str, ...]:
        """What a reader must know, in plain words."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterable[str]:
        if not self.groups:
            yield "The cohort has no variable that defines subgroups."
            return
        n_hidden = sum(group.suppressed for group in self.groups)
        if n_hidden:
            yield (
                f"{n_hidden} of {len(self.groups)} groups are not shown: they have fewer than "
                f"{self.smallest_cell} people or events, or would disclose such a group."
            )
        n_tests = len(self.heterogeneity)
        differing, undecided = self.differing(), self.undecided()
        for row in differing:
            said = "evidence of a difference between groups"
            if row.event and moves_with_prevalence(row.metric):
                said += ", which a difference in the frequency of the event alone can cause"
            yield f"{self._spread(row)}: {said}."
        for row in undecided:
            yield f"{self._spread(row)}: {self.undecided_words()}."
        if n_tests and not differing and not undecided:
            yield (
                f"No evidence of a difference between groups in any of {n_tests} comparisons "
                "(adjusted for their number); in small groups a difference can go undetected."
            )
        main = self.metrics[0] if self.metrics else ""
        for row in self.heterogeneity:
            if (row.event, row.metric) == ("", main) and row not in (*differing, *undecided):
                yield f"{self._spread(row)}."
        off = " ".join(self._off_the_mark())
        if off:
            yield off

    def _spread(self, row: Heterogeneity) -> str:
        shown = self._compared(row)
        what, found = "between-group heterogeneity (SD)", row.tau
        if row.difference is not None:
            first, second = shown
            what, found = f"{second} minus {first}", row.difference
        value, ends = number_and_interval(found)
        digits = interval_digits(found)
        return (
            f"{capital(self.metric_label(row))} by {self.label_of_grouping(row.grouping)}: "
            f"{number(min(shown.values()), digits)} to {number(max(shown.values()), digits)}; "
            f"{what} {value} ({100 * self.level:.0f} % CI {ends}), {p_equals(row.p_value)}, "
            f"adjusted {p_equals(row.p_adjusted)}"
        )

    def _compared(self, row: Heterogeneity) -> dict[str, float]:
        """The values that were compared, by level."""
        found = {
            one.level: one.estimate.value
            for one in (*self.estimates, *self.further)
            if (one.grouping, one.event, one.metric) == (row.grouping, row.event, row.metric)
            if one.estimate and one.standard_error and one.level != UNKNOWN
        }
        return found or {
            one.level: one.net_benefit.value
            for one in self.benefits
            if (one.grouping, one.event) == (row.grouping, row.event)
            if NET_BENEFIT.at(one.threshold).name == row.metric
            if one.net_benefit and one.standard_error and one.level != UNKNOWN
        }

    def _off_the_mark(self) -> Iterable[str]:
        """Groups whose predictions are on average too low or too high."""
        rows = [row for row in self.of(CALIBRATION) if row.estimate]
        off = [row for row in rows if _excludes_zero(row.estimate)]
        near = [row for row in rows if self._is_near_zero(row)]
        sure = [row for row in off if row not in near]
        if sure:
            named = "; ".join(map(self._with_interval, sure))
            yield (
                f"Evidence of miscalibration in the large (observed minus predicted, 95 % CI) in "
                f"{len(sure)} of {len(rows)} groups; by chance alone about "
                f"{(1 - self.level) * len(rows):.1f} are expected: {named}."
            )
        if near:
            named = "; ".join(map(self._with_interval, near))
            yield (
                f"Inconclusive on miscalibration in the large at {self.n_resamples} resamples, an "
                f"end of the 95 % CI being within its Monte-Carlo error of 0: {named}."
            )

    def _is_near_zero(self, row: GroupEstimate) -> bool:
        """Whether another seed's interval may well lie on the other side of 0."""
        found = row.estimate
        if found is None or found.low is None or found.high is None or not row.standard_error:
            return False
        error = normal_end_error(row.standard_error, self.n_resamples, level=self.level)
        return min(abs(found.low), abs(found.high)) < STEADY * error

    def _with_interval(self, row: GroupEstimate) -> str:
        found = row.estimate
        assert found is not None
        return f"{self.label_of_grouping(row.grouping)} {row.level} {signed_with_interval(found)}"


def _excludes_zero(estimate: Estimate | None) -> bool:
    if estimate is None or estimate.low is None or estimate.high is None:
        return False
    return estimate.low > 0.0 or estimate.high < 0.0


def _flat(rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of estimates as columns ``<name>``, ``<name>_low`` and ``<name>_high``."""
    flat = []
    for row in rows:
        cells: dict[str, Any] = {}
        for name, value in _plain(row).items():
            if isinstance(value, dict):
                cells |= {name: value["value"], f"{name}_low": value["low"],
                          f"{name}_high": value["high"]}  # fmt: skip
            else:
                cells[name] = value
        flat.append(cells)
    return pd.DataFrame(flat)


def _plain(row: Any) -> dict[str, Any]:
    """A row with its estimates as value, low and high."""
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        plain[field.name] = value.to_dict() if isinstance(value, Estimate) else value
    return plain
