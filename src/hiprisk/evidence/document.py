"""What a study found, as one frozen result that tables, reports and runs read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.evidence.events import EventsEvidence
from hiprisk.evidence.participants.baseline_characteristics import TableOne
from hiprisk.evidence.predictors.example_patient import ExamplePatient
from hiprisk.evidence.predictors.importance import Importance
from hiprisk.evidence.predictors.partial_effects import PartialEffects
from hiprisk.inference.association import AssociationTable
from hiprisk.inference.increment import AddedValue
from hiprisk.inference.samplesize import SampleSizeFinding
from hiprisk.inference.simulated_truth import SimulatedTruth
from hiprisk.learning.model_choice import CandidateResult
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.candidates.results import CandidateComparison
from hiprisk.validation.expected.results import ExpectedPerformance
from hiprisk.validation.internal.corrected_curves import CorrectedCurve
from hiprisk.validation.internal.cross_validation import CrossValidation
from hiprisk.validation.internal.instability_results import Stability
from hiprisk.validation.internal.internal_external_results import InternalExternal
from hiprisk.validation.internal.optimism_table import OptimismTable
from hiprisk.validation.performance.reference import ReferenceComparison
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.subgroups.results import Subgroups
from hiprisk.wording.labels import capital

# Parts that are left out of the document where there is none: older evidence has none of them.
ABSENT_IN_OLDER = (
    "by_outcome", "by_site", "partial_effects", "importance", "example_patient", "simulated_truth",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutResult:
    """The model, and a reference prediction where the config names one, on people held out.

    Attributes
    ----------
    model : Performance
        On everybody held out whose outcome is known.
    reference : Performance or None
        On those of them who have a reference prediction; None where nobody has one.
    model_compared : Performance or None
        The model on the people of `reference`, where these are fewer than all.
    reference_comparison : ReferenceComparison or None
        Both on these people by every score at once.
    characteristics : TableOne or None
        The people held out beside those of development.
    """

    label: str
    model: Performance
    reference_name: str | None = None
    reference: Performance | None = None
    model_compared: Performance | None = None
    reference_comparison: ReferenceComparison | None = None
    characteristics: TableOne | None = None

    @property
    def n_compared(self) -> int | None:
        """People on whom model and reference are compared; None where none is named."""
        if self.reference_name is None:
            return None
        return 0 if self.reference is None else self.reference.n

    def comparison(self, label: str) -> str | None:
        """Who is compared with the reference, in words; None where everybody is, or none is."""
        if self.n_compared == 0:
            return f"{capital(label)}: none of them has one, so the model is compared with none."
        if self.model_compared is None:
            return None
        n_without = self.model.n - self.model_compared.n
        return (
            f"{capital(label)}: {n_without} of them have none; compared on the other "
            f"{self.model_compared.n}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        compared = self.model_compared
        return {
            "label": self.label,
            "n": self.model.n,
            "model": self.model.metrics,
            "reference_name": self.reference_name,
            "n_compared": self.n_compared,
            "model_compared": compared.metrics if compared is not None else (),
            "reference": self.reference.metrics if self.reference is not None else (),
            **(
                {}
                if self.reference_comparison is None
                else {"reference_comparison": self.reference_comparison.to_dict()}
            ),
            **(
                {}
                if self.characteristics is None
                else {"characteristics": self.characteristics.to_dict()}
            ),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Results of one study.

    Attributes
    ----------
    n_analysed, n_people : int
        Rows with a known outcome, and the people whose rows they are.
    summary : tuple of str
        Plain sentences, the most important first.
    apparent : tuple of Estimate
        With percentile intervals.
    optimism : OptimismTable
        The registry's metrics, and rms' further indexes, ICI and CRPS.
    calibration_corrected : CorrectedCurve or None
        The calibration curve corrected for optimism, by lowess.
    cross_validation : CrossValidation or None
        None where no repeats were asked for.
    out_of_fold : Performance
        By out-of-fold predictions.
    events : EventsEvidence or None
    sites : InternalExternal or None
        None where fewer than two sites are large enough.
    subgroups : Subgroups or None
    sample_size : SampleSizeFinding
    stability : Stability or None
        None where the chosen family gives everybody the mean.
    added : AddedValue or None
        None where there is but one block.
    association : AssociationTable or None
        None where no exposure is declared.
    not_repeated : tuple of str
        What the resamples did not repeat.
    labels : mapping of str to str
        Of variables that are not as the packaged dictionary has them.
    tuning_loss : str
        By which settings and model type of a continuous outcome were chosen: ``mse`` or ``crps``.
    not_available : mapping of str to str
        Parts that could not be computed, with the reason.
    expected : ExpectedPerformance or None
        What the sheet itself expects of the development cohort: new cohorts are compared with it
        before their outcomes are known.
    comparisons : tuple of CandidateComparison
        Each other candidate beside the model, in a study with candidates of its own.
    by_outcome, by_site : TableOne or None
        Characteristics by outcome (its thirds, or the event) and by site; of sites where there are
        few enough for a table.
    partial_effects : PartialEffects or None
        Predictions over the values of each predictor; None where everybody is given the mean.
    importance : Importance or None
        Permutation importance of each predictor in the development cohort.
    example_patient : ExamplePatient or None
        An invented patient explained.
    simulated_truth : SimulatedTruth or None
        Of a study whose cohort is simulated, as far as it is known.
    """

    name: str
    title: str
    kind: str
    provenance: str
    outcome_unit: str
    family: str
    n_analysed: int
    n_people: int
    n_predictors: int
    n_coefficients: int
    summary: tuple[str, ...]
    flow: tuple[FlowStep, ...]
    table_one: TableOne
    findings: tuple[Mapping[str, Any], ...]
    families: tuple[CandidateResult, ...]
    apparent: tuple[Estimate, ...]
    optimism: OptimismTable
    calibration_corrected: CorrectedCurve | None
    holdout: HoldoutResult | None
    cross_validation: CrossValidation | None
    out_of_fold: Performance
    events: EventsEvidence | None
    sites: InternalExternal | None
    subgroups: Subgroups | None
    sample_size: SampleSizeFinding
    stability: Stability | None
    added: AddedValue | None
    association: AssociationTable | None
    not_repeated: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    tuning_loss: str = "mse"
    not_available: Mapping[str, str] = field(default_factory=dict)
    expected: ExpectedPerformance | None = None
    comparisons: tuple[CandidateComparison, ...] = ()
    by_outcome: TableOne | None = None
    by_site: TableOne | None = None
    partial_effects: PartialEffects | None = None
    importance: Importance | None = None
    example_patient: ExamplePatient | None = None
    simulated_truth: SimulatedTruth | None = None

    def label(self, name: str) -> str:
        """What a person reads for a variable."""
        return self.labels.get(name) or load_dictionary().label(name)

    @property
    def loss_label(self) -> str:
        """The loss of the candidates, in words."""
        if self.kind != "continuous":
            return "log loss"
        return "CRPS" if self.tuning_loss == "crps" else "mean squared error"

    def metrics(self) -> dict[str, dict[str, float | None]]:
        """Every metric as value, low and high: ``<metric>_corrected``, ``_apparent``, ``_holdout``.

        What blocks add is ``added_<blocks>_<metric>``; effects have the names of their table.
        """
        return {name: estimate.to_dict() for name, estimate in self._estimates()}

    def _estimates(self) -> Iterator[tuple[str, Estimate]]:
        yield from _suffixed(self.optimism.estimates(), "corrected")
        yield from _suffixed(self.apparent, "apparent")
        if self.cross_validation is not None:
            yield from _suffixed(self.cross_validation.estimates(), "cross_validated")
        whole = self.out_of_fold
        yield from _suffixed((*whole.predictions, *whole.forecast), "out_of_fold")
        for event in self.events.events if self.events is not None else ():
            name = event.out_of_fold.name
            yield from _suffixed(event.estimates(corrected=False), f"{name}_out_of_fold")
            yield from _suffixed(event.estimates(corrected=True), f"{name}_corrected")
        if self.holdout is not None:
            yield from _suffixed(self.holdout.model.metrics, "holdout")
            if self.holdout.reference is not None:
                yield from _suffixed(self.holdout.reference.metrics, "holdout_reference")
        if self.added is not None:
            for one in self.added.additions:
                blocks = "_and_".join(one.blocks)
                yield from ((f"added_{blocks}_{gain.name}", gain.estimate) for gain in one.gains)
        if self.association is not None:
            yield from self.association.estimates()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        fields = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        if not self.labels:
            del fields["labels"]
        if self.tuning_loss == "mse":
            del fields["tuning_loss"]
        if not self.comparisons:
            del fields["comparisons"]
        for name in ABSENT_IN_OLDER:
            if fields[name] is None:
                del fields[name]
        return {**_plain(fields), "metrics": self.metrics()}


def _suffixed(estimates: tuple[Estimate, ...], suffix: str) -> Iterator[tuple[str, Estimate]]:
    yield from ((f"{estimate.name}_{suffix}", estimate) for estimate in estimates)


def _plain(value: Any) -> Any:
    # An Estimate's `to_dict` has no name, which a list of estimates needs.
    if hasattr(value, "to_dict") and not isinstance(value, Estimate):
        return _plain(value.to_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return _plain(fields)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
