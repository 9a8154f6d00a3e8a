"""Every metric of a study as one page: MLflow's own table cuts long names and knows no groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hiprisk.bundle import Bundle
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import Section, Table
from hiprisk.reporting.page.render import render_page
from hiprisk.wording.disclaimers import CARD_DISCLAIMER, warnings_of
from hiprisk.wording.labels import EVALUATIONS, capital
from hiprisk.wording.quantities import NONE, number_and_interval

# The end of a metric's name, and what such metrics are called; the longest end first.
ENDS = {
    "holdout_reference": "hold-out: the reference prediction",
    **EVALUATIONS,
    "apparent": "apparent (of the participants the model was fitted to: optimistic)",
}
ORDER = ("corrected", "cross_validated", "holdout", "holdout_reference", "out_of_fold", "apparent")
ADDED = "added_"
# What people look for first; the others follow in their order.
MAIN = (
    *("r2", "rmse", "mae", "crps"),
    *("c_statistic", "brier", "scaled_brier", "observed_expected_ratio"),
    *("calibration_slope", "calibration_in_the_large"),
)
HEAD = ("metric", "value", "95 % CI", "name")

Metrics = Mapping[str, Mapping[str, Any]]


def metrics_page(bundle: Bundle) -> str:
    """HTML: a section for each way of evaluation, with tables for the outcome and each event."""
    metrics: Metrics = bundle.evidence.get("metrics", {})
    events = {event.name: event.label for event in bundle.sheet.outcome.events}
    return render_page(
        title=f"Metrics of {bundle.name} {bundle.version}: {bundle.sheet.title}",
        banner=" ".join(warnings_of(bundle.sheet)),
        lead=("The names are those of evidence.json and of MLflow's metrics.",),
        sections=tuple(_sections(metrics, events)),
        footer=CARD_DISCLAIMER,
    )


def ordered(names: Sequence[str]) -> list[str]:
    """Names of metrics by how they were evaluated, the most trustworthy and the main ones first."""
    return sorted(names, key=_place)


def _place(name: str) -> tuple[int, int]:
    end = evaluation_of(name)
    metric = name.removesuffix(f"_{end}")
    return (
        ORDER.index(end) if end else len(ORDER),
        MAIN.index(metric) if metric in MAIN else len(MAIN),
    )


def evaluation_of(name: str) -> str:
    """The end of a name that says how a metric was evaluated; empty for effects and gains."""
    if name.startswith(ADDED):
        return ""
    return next((end for end in ENDS if name.endswith(f"_{end}")), "")


def _sections(metrics: Metrics, events: Mapping[str, str]) -> Iterator[Section]:
    for end in ORDER:
        found = [name for name in ordered([*metrics]) if evaluation_of(name) == end]
        if found:
            tables = tuple(_tables(found, metrics, events, end))
            yield Section(anchor=end, title=capital(ENDS[end]), tables=tables)
    gains = [name for name in metrics if name.startswith(ADDED)]
    others = [name for name in metrics if not evaluation_of(name) and name not in gains]
    for title, names in (("What blocks add", gains), ("Effects", others)):
        if names:
            rows = tuple(_row(name, name.removeprefix(ADDED), metrics) for name in names)
            yield Section(anchor=title.split()[0], title=title,
                          tables=(Table(head=HEAD, rows=rows),))  # fmt: skip


def _tables(
    names: Sequence[str], metrics: Metrics, events: Mapping[str, str], end: str
) -> Iterator[Table]:
    left = list(names)
    groups: dict[str, list[str]] = {"": []}
    for event in events:
        groups[event] = [name for name in left if name.endswith(f"_{event}_{end}")]
        left = [name for name in left if name not in groups[event]]
    groups[""] = left
    for event, members in groups.items():
        rows = tuple(
            _row(name, name.removesuffix(f"_{end}").removesuffix(f"_{event}"), metrics)
            for name in members
        )
        if rows:
            caption = capital(events[event]) if event else "Outcome"
            yield Table(head=HEAD, rows=rows, caption=caption)


def _row(name: str, metric: str, metrics: Metrics) -> tuple[str, ...]:
    value, ends = number_and_interval(Estimate(name=name, **metrics[name]))
    return capital(label_of(metric)), value, "" if ends == NONE else ends, f"`{name}`"
