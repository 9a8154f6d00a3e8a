"""Tuning history: the loss of every setting that was tried, and the smallest so far."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    SKY,
    legend_below,
    new_axes,
    set_title,
)
from hiprisk.wording.labels import in_words

# Colour, mark and dashes of each model type.
STYLES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "D", "-."), (PINK, "v", ":"),
          (SKY, "P", "-"), (BLACK, "X", "--"))  # fmt: skip
# Losses further above the mean-only model than this share of the best reduction stand at the edge.
ABOVE = 0.25


def draw_tuning(evidence: Evidence, *, ax: Axes | None = None) -> Axes:
    """Cross-validated loss of each setting in the order tried, and the smallest so far.

    Parameters
    ----------
    evidence : Evidence
        Of a study: `StudyResult.evidence`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    losses = {one.name: [float(trial["loss"]) for trial in one.trials] for one in evidence.families}
    tuned = [one for one in evidence.families if len(one.trials) > 1]
    mean = next((one.loss for one in evidence.families if one.name == "mean"), None)
    top = highest_loss_drawn(evidence)
    for (colour, mark, dashes), one in zip(_repeated(len(tuned)), tuned, strict=True):
        found = np.minimum(losses[one.name], top)
        trials = np.arange(1, len(found) + 1)
        ax.plot(trials, found, mark, color=colour, markersize=4, alpha=0.45)
        name = f"{in_words(one.name)}{' (chosen)' if one.chosen else ''}"
        ax.plot(
            trials, np.minimum.accumulate(found), dashes, color=colour, marker=mark, markersize=4,
            markevery=[-1], drawstyle="steps-post", linewidth=1.6, label=name,
        )  # fmt: skip
    if mean is not None:
        ax.axhline(mean, color=GREY, linewidth=1.0, linestyle=(0, (1, 2)), label="mean-only model")
    ax.set_xlabel("setting, in the order tried")
    ax.set_ylabel(f"cross-validated {evidence.loss_label}")
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    legend_below(ax, columns=2)
    set_title(ax, "Tuning history", evidence.provenance)
    return ax


def highest_loss_drawn(evidence: Evidence) -> float:
    """The largest loss, or the edge that losses far above the mean-only model stand at.

    Parameters
    ----------
    evidence : Evidence
        With a model type of which more than one setting was tried.
    """
    losses = tuned_losses(evidence)
    best, worst = min(losses), max(losses)
    mean = next((one.loss for one in evidence.families if one.name == "mean"), None)
    return worst if mean is None or mean <= best else min(worst, mean + ABOVE * (mean - best))


def tuned_losses(evidence: Evidence) -> list[float]:
    """Losses of all settings of the model types of which more than one was tried."""
    return [
        float(trial["loss"])
        for one in evidence.families
        if len(one.trials) > 1
        for trial in one.trials
    ]


def _repeated(count: int) -> list[tuple[str, str, str]]:
    return [STYLES[place % len(STYLES)] for place in range(count)]
