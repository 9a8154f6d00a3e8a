"""What parts of the evidence hold beside their main table, as tidy frames by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import pandas as pd

from hiprisk.evidence.document import Evidence
from hiprisk.inference.association import AssociationTable
from hiprisk.inference.increment import AddedValue
from hiprisk.learning.model_choice import CandidateResult
from hiprisk.validation.subgroups.results import Subgroups
from hiprisk.wording.quantities import setting_text

Frames = Iterator[tuple[str, pd.DataFrame]]

OUT_OF_FOLD, CORRECTED = "out of fold", "corrected for optimism"


def part_frames(evidence: Evidence) -> Frames:
    """Curves, tests and lists of every part; none that would have no row."""
    yield from _filled("flow", [dataclasses.asdict(step) for step in evidence.flow])
    yield from _filled("candidates", _candidates(evidence.families))
    if evidence.comparisons:
        frames = [one.to_frame() for one in evidence.comparisons]
        yield "candidate_comparisons", pd.concat(frames, ignore_index=True)
    yield from _out_of_fold(evidence)
    yield from _decisions(evidence)
    if evidence.subgroups is not None:
        yield from _groups(evidence.subgroups)
    if evidence.sites is not None and evidence.sites.clustered_calibration is not None:
        yield "site_calibration", evidence.sites.clustered_calibration.to_frame()
    if evidence.holdout is not None and evidence.holdout.reference_comparison is not None:
        yield "murphy_diagram", evidence.holdout.reference_comparison.to_frame()
    if evidence.added is not None:
        yield from _added(evidence.added)
    if evidence.association is not None:
        yield from _association(evidence.association)


def _filled(name: str, rows: Sequence[dict[str, object]]) -> Frames:
    if rows:
        yield name, pd.DataFrame(rows)


def _candidates(families: Sequence[CandidateResult]) -> list[dict[str, object]]:
    """Every setting of every family that was tried."""
    # A column is of one type: a setting that is once no number stands as text in every row.
    text_of = {
        key: setting_text
        for one in families
        for trial in one.trials
        for key, value in trial.items()
        if not _is_number(value)
    }
    return [
        {
            "family": one.name,
            "chosen": one.chosen,
            "best_loss": one.loss,
            **{key: text_of.get(key, _as_it_is)(value) for key, value in trial.items()},
        }
        for one in families
        for trial in one.trials
    ]


def _as_it_is(value: object) -> object:
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _out_of_fold(evidence: Evidence) -> Frames:
    out_of_fold = evidence.out_of_fold
    events = evidence.events.events if evidence.events is not None else ()
    curves = [("", curve) for curve in out_of_fold.curves]
    curves += [
        (e.out_of_fold.name, e.out_of_fold.calibration) for e in events if e.out_of_fold.calibration
    ]
    if curves:
        frames = [
            curve.to_frame().assign(event=event, smoother=curve.smoother) for event, curve in curves
        ]
        yield "calibration_curves", pd.concat(frames, ignore_index=True)
    if out_of_fold.coverage is not None:
        yield "coverage_by_level", out_of_fold.coverage.to_frame()
    if out_of_fold.pit is not None:
        yield "pit", out_of_fold.pit.to_frame()
    whole = dataclasses.replace(out_of_fold, events=tuple(one.out_of_fold for one in events))
    if whole.decompositions:
        yield "decompositions", whole.decomposition_frame()


def _decisions(evidence: Evidence) -> Frames:
    """Decision curves, and each event's metrics corrected for optimism."""
    events = evidence.events.events if evidence.events is not None else ()
    frames = [
        curve.to_frame().assign(event=one.out_of_fold.name, estimated=how)
        for one in events
        for how, curve in ((OUT_OF_FOLD, one.out_of_fold.decision), (CORRECTED, one.decision))
        if curve is not None
    ]
    if frames:
        yield "decision_curves", pd.concat(frames, ignore_index=True)
    tables = [
        one.optimism.to_frame().assign(event=one.out_of_fold.name)
        for one in events
        if one.optimism is not None
    ]
    if tables:
        yield "events_optimism", pd.concat(tables, ignore_index=True)


def _groups(groups: Subgroups) -> Frames:
    if groups.heterogeneity:
        yield "heterogeneity", groups.heterogeneity_frame()
    if groups.benefits:
        yield "group_net_benefit", groups.benefits_frame()


def _added(added: AddedValue) -> Frames:
    yield from _filled(
        "added_information",
        [
            {"blocks": one.name, "verdict": one.verdict, **one.new_information.to_dict()}
            for one in added.additions
        ],
    )
    yield from _filled(
        "added_tests",
        [{"blocks": one.name, **test.to_dict()} for one in added.additions for test in one.tests],
    )
    frames = [
        gain.curve.to_frame().assign(blocks=one.name, event=gain.event)
        for one in added.additions
        for gain in one.decisions
    ]
    if frames:
        yield "added_net_benefit", pd.concat(frames, ignore_index=True)


def _association(table: AssociationTable) -> Frames:
    differences = []
    for one in table.differences:
        row = one.to_dict()
        differences.append(row | row.pop("estimate"))
    yield from _filled("association_differences", differences)
    control = table.negative_control
    if control is not None:
        row = control.to_dict()
        row |= row.pop("estimate")
        del row["e_value"]
        yield "association_negative_control", pd.DataFrame([row])
