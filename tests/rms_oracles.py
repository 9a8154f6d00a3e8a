"""Figures of R rms and the metrics by its names."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.smoothing.loess import lowess
from hiprisk.validation.resampling.resamples import Refit
from metric_examples import renamed

ORACLES = Path(__file__).parent / "oracles"

LRM = renamed("binary", {
    "Dxy": "dxy", "R2": "nagelkerke_r2", "Intercept": "calibration_intercept",
    "Slope": "calibration_slope", "D": "discrimination_index", "U": "unreliability_index",
    "Q": "quality_index", "B": "brier", "g": "g", "gp": "gp",
})  # fmt: skip
OLS = renamed("continuous", {
    "g": "g", "R-square": "r2", "MSE": "mse", "Intercept": "calibration_intercept",
    "Slope": "calibration_slope",
})  # fmt: skip


def read(name):
    return pd.read_csv(ORACLES / name, comment="#")


def read_rows(name):
    opened = gzip.open if name.endswith("gz") else open
    with opened(ORACLES / name, "rt") as stream:
        lines = [line for line in stream if line[0].isdigit()]
    return np.loadtxt(lines, delimiter=",", dtype=int) - 1


class Unpenalised:
    """Least squares or logistic regression of given columns, as rms fits them."""

    def __init__(self, x, y, *, logistic):
        self.x, self.y, self.logistic = x, y, logistic

    def predicted(self, weights=None):
        fit = (fit_logistic if self.logistic else fit_ols)(self.x, self.y, weights=weights)
        lp = fit.coefficients[0] + self.x @ fit.coefficients[1:]
        return (1 / (1 + np.exp(-lp)) if self.logistic else lp), fit.coefficients

    def __call__(self, resample):
        return Refit(*self.predicted(resample.counts.astype(float)))


def worst_difference(table, oracle, metrics):
    """Largest difference from rms' table of the bootstrap, over indexes and columns."""
    ours = table.to_frame().set_index("metric")
    theirs = oracle[oracle["method"] == "boot"].set_index("index")
    pairs = {
        "apparent": "index.orig",
        "training": "training",
        "test": "test",
        "optimism": "optimism",
        "corrected": "index.corrected",
    }
    return max(
        abs(ours.loc[one.name, a] - theirs.loc[one.name, b])
        for one in metrics
        for a, b in pairs.items()
    )


def worst_difference_632(table, oracle, metrics):
    """The same for its .632 table, whose test column is of the omitted people."""
    ours = table.to_frame().set_index("metric")
    theirs = oracle[oracle["method"].astype(str) == "632"].set_index("index")
    pairs = {"omitted": "test", "value_632": "index.corrected"}
    return max(
        abs(ours.loc[one.name, a] - theirs.loc[one.name, b])
        for one in metrics
        for a, b in pairs.items()
    )


class LowessAt:
    """Calibration curve as rms' calibrate draws it: lowess, no points beyond the predictions."""

    def __init__(self, at):
        self.at = at

    def __call__(self, y, p, *, weights=None):
        w = np.ones(len(y)) if weights is None else weights
        drawn = p[w > 0]
        fitted = lowess(p, y, w).at(self.at)
        return np.where((self.at >= drawn.min()) & (self.at <= drawn.max()), fitted, np.nan)
