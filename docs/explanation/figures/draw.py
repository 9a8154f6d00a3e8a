"""Draws the figures of the explanation pages from simulated data: ``python docs/explanation/figures/draw.py``.

Everything is seeded, so that equal versions of the libraries give equal files.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from hiprisk.config import SampleSizeSettings
from hiprisk.metrics import calibration_curve, decision_curve
from hiprisk.reporting.plots.style import BLUE, GREEN, GREY, ORANGE, as_svg, new_axes
from hiprisk.sample_size import development_size
from hiprisk.validation.internal.random_effects import random_effects

HERE = Path(__file__).parent
MISSING = HERE.parents[2] / "experiments" / "missing_values" / "results.csv"
ZERO = {"color": GREY, "linewidth": 0.8, "linestyle": "--"}


def optimism() -> Axes:
    """Apparent and true R2 of small and large studies."""
    rng = np.random.default_rng(1)
    ax, effects = new_axes(width=7.2, height=3.6), np.r_[0.5, 0.3, 0.2, np.zeros(12)]
    noise, sizes = 0.78, (40, 60, 90, 140, 220, 350)
    signal = 1.0 - noise**2 / (noise**2 + effects @ effects)
    for n in sizes:
        for _ in range(10):
            x = rng.normal(size=(n, len(effects)))
            y = x @ effects + noise * rng.normal(size=n)
            design = np.c_[np.ones(n), x]
            fitted = np.linalg.lstsq(design, y, rcond=None)[0]
            apparent = 1.0 - np.var(y - design @ fitted) / np.var(y)
            missed = np.sum((fitted[1:] - effects) ** 2) + fitted[0] ** 2
            true = 1.0 - (noise**2 + missed) / (noise**2 + effects @ effects)
            at = n * np.exp(rng.uniform(-0.06, 0.06))
            ax.plot(at, apparent, "o", color=ORANGE, markersize=4, label="apparent")
            ax.plot(at, true, "s", color=BLUE, markersize=4, label="true, in new patients")
    line = ax.axhline(signal, **ZERO)
    handles, labels = ax.get_legend_handles_labels()
    names = [*labels[:2], "R² of the true model"]
    ax.legend([*handles[:2], line], names, frameon=False, loc="lower right")
    ax.set_xscale("log")
    ax.set_xticks(sizes, [str(n) for n in sizes])
    ax.minorticks_off()
    ax.set(xlabel="participants in the study", ylabel="R²", ylim=(-0.6, 1.0))
    ax.set_title("Apparent and true R², 15 predictors (simulated data)", loc="left")
    return ax


def calibration() -> Axes:
    """Three kinds of calibration of a score."""
    rng = np.random.default_rng(2)
    ax, truth = new_axes(width=7.2, height=4.4), rng.uniform(15, 85, 1200)
    observed = truth + rng.normal(0, 12, len(truth))
    kinds = {
        "calibrated": (truth, BLUE, "-"),
        "too extreme (slope 0.7)": (50 + (truth - 50) / 0.7, ORANGE, "--"),
        "too low on average": (truth - 10, GREEN, ":"),
    }
    for label, (predicted, colour, dashes) in kinds.items():
        curve = calibration_curve(observed, predicted, kind="continuous")
        ax.plot(curve.predicted, curve.observed, color=colour, ls=dashes, lw=2, label=label)
    ax.plot([0, 100], [0, 100], color=GREY, linewidth=0.8)
    ax.set(xlabel="predicted score (points)", ylabel="mean observed score (points)")
    ax.set(xlim=(0, 100), ylim=(0, 100))
    ax.legend(frameon=False, loc="upper left")
    ax.set_title("Calibration curves (simulated data)", loc="left")
    return ax


def decision_curves() -> Axes:
    """Net benefit of a model and of the strategies that need none."""
    rng = np.random.default_rng(3)
    lp = rng.normal(-1.1, 1.1, 3000)
    risk = 1.0 / (1.0 + np.exp(-lp))
    thresholds = np.round(np.arange(0.02, 0.62, 0.02), 2)
    curve = decision_curve(rng.random(len(lp)) < risk, risk, thresholds=tuple(thresholds))
    ax = new_axes(width=7.2, height=3.8)
    ax.plot(thresholds, curve.model, color=BLUE, lw=2, label="model")
    ax.plot(thresholds, curve.act_on_all, color=ORANGE, ls="--", lw=1.5, label="treat all")
    ax.axhline(0.0, color=GREY, lw=1.2, label="treat none")
    ax.axvline(0.2, color=GREY, lw=0.8, ls=":")
    ax.text(0.195, -0.035, "declared threshold", color=GREY, ha="right")
    ax.set(xlabel="threshold probability", ylabel="net benefit (true positives per person)")
    ax.set(ylim=(-0.05, 0.3), xlim=(0, 0.6))
    ax.legend(frameon=False, loc="upper right")
    ax.set_title("Decision curve (simulated data)", loc="left")
    return ax


def missing_data() -> Axes:
    """Bias of the association of back pain by way of handling missing values."""
    with MISSING.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["coefficient"].startswith("lbp_any")]
    ax = new_axes(width=7.2, height=3.4)
    for place, row in enumerate(reversed(rows)):
        bias, error = float(row["bias"]), 1.96 * float(row["bias_mc_error"])
        ax.plot([bias - error, bias + error], [place, place], color=BLUE, lw=2)
        ax.plot(bias, place, "o", color=BLUE)
    ax.axvline(0.0, **ZERO)
    ax.set_yticks(range(len(rows)), [row["method"] for row in reversed(rows)])
    ax.set_xlabel("bias (points; true value 11.1)")
    ax.set_title("Bias by method (300 simulated cohorts)", loc="left")
    return ax


def sample_size() -> Axes:
    """Participants needed by number of parameters."""
    ax, parameters = new_axes(width=7.2, height=3.8), range(3, 41)
    for r2, colour, dashes in ((0.2, ORANGE, "-"), (0.3, BLUE, "--"), (0.5, GREEN, ":")):
        expected = SampleSizeSettings(r2=r2, mean=35.0, sd=20.0)
        needed = [development_size("continuous", p, expected).n_required for p in parameters]
        ax.plot(parameters, needed, color=colour, ls=dashes, lw=2, label=f"R² {r2}")
    ax.set(xlabel="candidate parameters", ylabel="participants needed", ylim=(0, None))
    ax.legend(frameon=False, loc="upper left")
    ax.set_title("Development, score (mean 35, SD 20)", loc="left")
    return ax


def verdicts() -> Axes:
    """Three intervals against the minimum important gain."""
    ax, least = new_axes(width=7.2, height=3.0), 0.01
    cases = (
        ("adds", 0.014, 0.022, 0.030),
        ("inconclusive at\nthis sample size", -0.004, 0.008, 0.020),
        ("adds less than the\nminimum important gain", -0.006, 0.001, 0.008),
    )
    for place, (_, low, value, high) in enumerate(reversed(cases)):
        ax.plot([low, high], [place, place], color=BLUE, lw=2)
        ax.plot(value, place, "o", color=BLUE)
    ax.axvline(least, color=ORANGE, lw=1.5, ls="--")
    ax.text(least + 0.0005, 2.45, "minimum important gain", color=ORANGE)
    ax.axvline(0.0, **ZERO)
    ax.set_yticks(range(3), [case[0] for case in reversed(cases)])
    ax.set(xlabel="gain in R², with 95 % CI", ylim=(-0.5, 2.8), xticks=[-0.01, 0, 0.01, 0.02, 0.03])
    ax.set_title("Three verdicts (invented numbers)", loc="left")
    return ax


def prediction_interval() -> Axes:
    """The interval of a mean and the interval of one patient."""
    rng = np.random.default_rng(5)
    x = rng.uniform(5, 80, 300)
    y = np.clip(15 + 0.6 * x + rng.normal(0, 15, len(x)), 0, 100)
    slope, intercept = np.polyfit(x, y, 1)
    at = np.linspace(5, 80, 50)
    line, spread = intercept + slope * at, np.std(y - intercept - slope * x, ddof=2)
    mean_error = spread * np.sqrt(1 / len(x) + (at - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2))
    ax = new_axes(width=7.2, height=4.0)
    ax.plot(x, y, "o", color=GREY, markersize=2.5, alpha=0.6, label="participants")
    low, high = np.clip(line - 1.28 * spread, 0, 100), np.clip(line + 1.28 * spread, 0, 100)
    ax.fill_between(at, low, high, color=BLUE, alpha=0.18, label="80 % prediction interval")
    ends = (line - 1.96 * mean_error, line + 1.96 * mean_error)
    ax.fill_between(at, *ends, color=ORANGE, alpha=0.5, label="95 % CI of the mean")
    ax.plot(at, line, color="black", lw=1)
    ax.set(xlabel="score at the first visit (points)", ylabel="score at follow-up (points)")
    ax.set_ylim(0, 105)
    ax.legend(frameon=False, loc="upper left")
    ax.set_title("Two intervals (simulated data)", loc="left")
    return ax


def sites() -> Axes:
    """A forest of sites with mean and prediction interval."""
    rng = np.random.default_rng(8)
    errors = rng.uniform(0.06, 0.2, 10)
    slopes = rng.normal(0.95, 0.1, 10) + rng.normal(0, errors)
    pooled = random_effects(slopes, errors**2)
    ax = new_axes(width=7.2, height=4.0)
    for place, (slope, error) in enumerate(zip(slopes, errors, strict=True)):
        ends = [slope - 1.96 * error, slope + 1.96 * error]
        ax.plot(ends, [place + 2] * 2, color=GREY, lw=1.5)
        ax.plot(slope, place + 2, "s", color=GREY, markersize=5)
    ax.plot([pooled.low, pooled.high], [1, 1], color=BLUE, lw=4)
    ax.plot(pooled.value, 1, "D", color=BLUE)
    ax.plot([pooled.new_low, pooled.new_high], [0, 0], color=ORANGE, lw=4)
    ax.axvline(1.0, **ZERO)
    names = ["new site, 95 % PI", "mean, 95 % CI"]
    ax.set_yticks(range(12), names + [f"site {k + 1}" for k in range(10)])
    ax.set_xlabel("calibration slope (1 is ideal)")
    ax.set_title("Calibration slope by site (simulated data)", loc="left")
    return ax


FIGURES: dict[str, Callable[[], Axes]] = {
    "optimism": optimism,
    "calibration": calibration,
    "decision-curve": decision_curves,
    "missing-data": missing_data,
    "sample-size": sample_size,
    "verdicts": verdicts,
    "prediction-interval": prediction_interval,
    "sites": sites,
}


def main() -> None:
    """Draw all figures, or those that are named."""
    for name in sys.argv[1:] or FIGURES:
        (HERE / f"{name}.svg").write_bytes(as_svg(FIGURES[name]()))


if __name__ == "__main__":
    main()
