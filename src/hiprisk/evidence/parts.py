"""The parts of the evidence beyond the model's own performance, each from a finished study."""

from __future__ import annotations

from hiprisk.evidence.finished import FinishedStudy
from hiprisk.inference.added import AddedValue
from hiprisk.inference.association import associate
from hiprisk.inference.association_result import AssociationTable
from hiprisk.inference.increment import added_value
from hiprisk.inference.samplesize import SampleSizeFinding, assess_study, count_parameters
from hiprisk.learning.parallel import one_thread
from hiprisk.validation.stability import study_stability
from hiprisk.validation.stability_results import Stability

BASE_BLOCK = "core"


def sample_size_part(study: FinishedStudy) -> SampleSizeFinding:
    """Whether the study was large enough, by what it got."""
    config, outcome = study.config, study.data.outcome[study.known]
    binary = config.outcome.kind == "binary"
    corrected = study.bootstrap.table.corrected()
    return assess_study(
        config,
        n=len(outcome),
        n_parameters=count_parameters(config, study.design),
        n_events=int(outcome.sum()) if binary else None,
        strength=corrected.get("nagelkerke_r2_as_is" if binary else "r2"),
        mean=None if binary else float(outcome.mean()),
        sd=None if binary else float(outcome.std(ddof=1)),
    )


def stability_part(study: FinishedStudy) -> Stability | None:
    """How far the model would differ had other people been in the study."""
    if study.predicts_nothing:
        return None
    outcome = study.config.outcome
    thresholds: tuple[float, ...] = outcome.thresholds
    if outcome.kind == "continuous":
        # On a score one acts where a state begins; the chances of events are judged with them.
        thresholds = tuple(e.value for e in outcome.events if e.reference == "fixed")
    return study_stability(
        study.refits,
        study.data.outcome,
        apparent=study.apparent,
        kind=outcome.kind,
        thresholds=thresholds,
    )


def added_part(study: FinishedStudy) -> AddedValue | None:
    """What each block adds to the first."""
    blocks = study.config.blocks
    if BASE_BLOCK not in blocks or len(blocks) < 2:
        return None
    return added_value(
        study.config,
        study.dictionary,
        study.data,
        study.design,
        provenance=study.sheet.provenance,
        workers=study.workers,
        progress=study.progress,
    )


def association_part(study: FinishedStudy) -> AssociationTable | None:
    """The adjusted effect of the declared exposure."""
    if study.config.association is None:
        return None
    with one_thread():
        return associate(study.config, study.selection, provenance=study.sheet.provenance)
