"""The bootstrap of a whole procedure: the front door to drawing, refitting and correcting."""

from hiprisk.validation.checkpoint import Checkpoint
from hiprisk.validation.curves import CorrectedCurve, corrected_curve
from hiprisk.validation.optimism import bootstrap_optimism, optimism_table
from hiprisk.validation.optimism_table import BootstrapResult, OptimismRow, OptimismTable
from hiprisk.validation.refits import MOST_REFUSED, Refits, refit_all
from hiprisk.validation.resamples import (
    Procedure,
    Refit,
    Resample,
    draw_resamples,
    resamples_from_indices,
)

__all__ = [
    "MOST_REFUSED",
    "BootstrapResult",
    "Checkpoint",
    "CorrectedCurve",
    "OptimismRow",
    "OptimismTable",
    "Procedure",
    "Refit",
    "Refits",
    "Resample",
    "bootstrap_optimism",
    "corrected_curve",
    "draw_resamples",
    "optimism_table",
    "refit_all",
    "resamples_from_indices",
]
