"""Results to pictures; the only importer of matplotlib. Nothing is computed here."""

from hiprisk.reporting.plots.study import (
    draw_calibration,
    draw_candidates,
    draw_flow,
    study_figures,
)

__all__ = ["draw_calibration", "draw_candidates", "draw_flow", "study_figures"]
