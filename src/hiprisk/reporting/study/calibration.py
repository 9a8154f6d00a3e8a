"""Sections on calibration and prediction intervals of out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.reporting.internal.performance import corrected_calibration_pictures
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.calibration import draw_calibration_curve
from hiprisk.reporting.plots.distribution import draw_coverage, draw_pit, draw_predicted_observed
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.validation.performance.results import Performance
from hiprisk.wording.labels import unit_of_amount
from hiprisk.wording.quantities import interval, number, people_or_rows


def calibration_section(evidence: Evidence) -> Section | None:
    """Calibration corrected for optimism, and of out-of-fold predictions by one smoother."""
    curves = evidence.out_of_fold.curves
    corrected = corrected_calibration_pictures(
        evidence.calibration_corrected, unit=_unit(evidence), provenance=evidence.provenance
    )
    if not curves and not corrected:
        return None
    return Section(
        anchor="calibration",
        title="Calibration",
        paragraphs=(_out_of_fold_in_words(evidence),) if curves else (),
        pictures=(
            *corrected,
            *calibration_pictures(curves[:1], unit=_unit(evidence), provenance=evidence.provenance),
        ),
    )


def out_of_fold_section(evidence: Evidence) -> Section | None:
    """Every figure of out-of-fold predictions and their intervals, and the other smoother."""
    out_of_fold = evidence.out_of_fold
    if not out_of_fold.predictions:
        return None
    return Section(
        anchor="out_of_fold",
        title="Out-of-fold predictions and prediction intervals",
        paragraphs=(_out_of_fold_in_words(evidence),),
        tables=_out_of_fold_tables(evidence),
        pictures=(
            *distribution_pictures(
                out_of_fold, unit=_unit(evidence), provenance=evidence.provenance
            ),
            *calibration_pictures(
                out_of_fold.curves[1:], unit=_unit(evidence), provenance=evidence.provenance
            ),
        ),
        part=APPENDIX,
    )


def _out_of_fold_in_words(evidence: Evidence) -> str:
    rows = people_or_rows(evidence.n_people, evidence.n_analysed)
    return (
        f"Out-of-fold predictions of {evidence.out_of_fold.n} {rows}: each person is predicted by "
        "a model that was fitted without that person."
    )


def _unit(evidence: Evidence) -> str:
    return unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "risk"


def calibration_pictures(
    curves: Sequence[CalibrationCurve], *, unit: str, provenance: str
) -> list[Picture]:
    """A picture of each calibration curve.

    Parameters
    ----------
    curves : sequence of CalibrationCurve
    unit, provenance : str
    """
    return [
        drawn(
            name=f"calibration_{curve.smoother}.png",
            ax=draw_calibration_curve(
                curve,
                unit=unit,
                provenance=provenance,
                title=f"Calibration ({curve.smoother})",
            ),
            alt="Observed outcome as a smooth function of the prediction, with pointwise 95 % CI "
            "and the ideal line.",
            caption=f"Calibration curve ({curve.smoother}): ICI {number(curve.errors.ici, 2)}, E50 "
            f"{number(curve.errors.e50, 2)}, E90 {number(curve.errors.e90, 2)}, Emax "
            f"{number(curve.errors.emax, 2)}.",
        )
        for curve in curves
    ]


def distribution_pictures(performance: Performance, *, unit: str, provenance: str) -> list[Picture]:
    """The predictive distribution beside what was observed, as far as there is one.

    Parameters
    ----------
    performance : Performance
    unit, provenance : str
    """
    pictures = []
    if performance.scatter is not None:
        pictures.append(
            drawn(
                name="predicted_observed.png",
                ax=draw_predicted_observed(performance.scatter, unit=unit, provenance=provenance),
                alt="Counts of people by predicted and observed outcome, with the mean observed "
                "outcome and the prediction intervals.",
                caption="Observed against predicted outcome (counts of people).",
            )
        )
    if performance.coverage is not None:
        pictures.append(
            drawn(
                name="coverage.png",
                ax=draw_coverage(performance.coverage, unit=unit, provenance=provenance),
                alt="Percentage of people inside their prediction intervals, by predicted level.",
                caption="Coverage of the prediction intervals by predicted level.",
            )
        )
    if performance.pit is not None:
        pictures.append(
            drawn(
                name="pit.png",
                ax=draw_pit(performance.pit, provenance=provenance),
                alt="PIT histogram; it is flat where the predictive distributions are calibrated.",
                caption="PIT histogram; flat if the predictive distributions are calibrated.",
            )
        )
    return pictures


def _out_of_fold_tables(evidence: Evidence) -> tuple[Table, ...]:
    out_of_fold = evidence.out_of_fold
    head = ("metric", "value", "95 % CI")
    tables = [Table(head=head, rows=metric_rows(out_of_fold.predictions), caption="Predictions")]
    if out_of_fold.distribution:
        tables.append(
            Table(
                head=head,
                rows=metric_rows(out_of_fold.forecast),
                caption="Predictive distribution; floor and ceiling proportions",
            )
        )
    return (*tables, *decomposition_tables(out_of_fold))


def decomposition_tables(performance: Performance) -> tuple[Table, ...]:
    """Scores as miscalibration - discrimination + uncertainty."""
    if not performance.decompositions:
        return ()
    return (
        Table(
            head=("score", "value", "miscalibration", "discrimination", "uncertainty"),
            rows=tuple(
                (label_of(name), *(number(part) for part in found.to_dict().values()))
                for name, found in performance.decompositions.items()
            ),
            caption="Scores in their parts, by isotonic recalibration of the same people: score = "
            "miscalibration - discrimination + uncertainty. Recalibration follows the noise of "
            "its people: miscalibration above 0 is no evidence of miscalibration",
            folded=True,
        ),
    )


def metric_rows(estimates: Sequence[Estimate]) -> tuple[tuple[str, ...], ...]:
    """Metrics with their intervals, as rows of a table."""
    return tuple((label_of(e.name), number(e.value), interval(e.low, e.high)) for e in estimates)
