"""Sections on calibration and prediction intervals of out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.reporting.internal.performance import corrected_calibration_pictures
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.calibration import Bounds, bounds_of, draw_calibration_curve
from hiprisk.reporting.plots.distribution import draw_coverage, draw_pit, draw_predicted_observed
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.validation.performance.results import Performance
from hiprisk.wording.labels import unit_of_amount
from hiprisk.wording.quantities import number, number_and_interval, people_or_rows


def calibration_section(evidence: Evidence) -> Section | None:
    """Calibration corrected for optimism, and of out-of-fold predictions by one smoother."""
    curves = evidence.out_of_fold.curves
    corrected = _corrected(evidence)
    if not curves and not corrected:
        return None
    return Section(
        anchor="calibration",
        title="Calibration",
        paragraphs=(_out_of_fold_in_words(evidence),) if curves else (),
        # One smoother here; the other, and the optimism-corrected curve, stand in the appendix.
        pictures=tuple(_out_of_fold_curves(evidence, curves[:1])) or corrected,
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
            *(_corrected(evidence) if out_of_fold.curves else ()),
            *_out_of_fold_curves(evidence, out_of_fold.curves[1:]),
        ),
        part=APPENDIX,
    )


def _corrected(evidence: Evidence) -> tuple[Picture, ...]:
    risk = evidence.kind == "binary"
    return corrected_calibration_pictures(
        evidence.calibration_corrected,
        unit=_unit(evidence),
        provenance=evidence.provenance,
        bounds=(0.0, 1.0) if risk else bounds_of(evidence.out_of_fold),
    )


def _out_of_fold_curves(evidence: Evidence, curves: Sequence[CalibrationCurve]) -> list[Picture]:
    out_of_fold = evidence.out_of_fold
    return calibration_pictures(
        curves,
        unit=_unit(evidence),
        provenance=evidence.provenance,
        estimates=out_of_fold.predictions,
        bounds=bounds_of(out_of_fold),
        words="out-of-fold",
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
    curves: Sequence[CalibrationCurve],
    *,
    unit: str,
    provenance: str,
    estimates: Sequence[Estimate] = (),
    bounds: Bounds = (None, None),
    words: str = "",
) -> list[Picture]:
    """A picture of each calibration curve.

    Parameters
    ----------
    curves : sequence of CalibrationCurve
    unit, provenance : str
    estimates : sequence of Estimate
        Of the same predictions, written in the plot.
    bounds : tuple of float or None
        Of a score.
    words : str
        Whose predictions they are; by default the title names the smoother.
    """
    return [
        drawn(
            name=f"calibration_{curve.smoother}.png",
            ax=draw_calibration_curve(
                curve,
                unit="" if curve.kind == "binary" else unit,
                provenance=provenance,
                title=f"Calibration, {words}" if words else f"Calibration ({curve.smoother})",
                estimates=estimates,
                bounds=bounds,
            ),
            alt="Mean observed outcome by tenth of the prediction with 95 % CI, and a smooth curve "
            "with its pointwise 95 % CI, beside the ideal line; beneath, the distribution of the "
            "predictions.",
            caption=f"Calibration by tenth of the prediction and by a smooth curve "
            f"({curve.smoother}): ICI {number(curve.errors.ici, 2)}, E50 "
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
    return tuple((label_of(e.name), *number_and_interval(e)) for e in estimates)
