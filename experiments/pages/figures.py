"""Figures of the evidence pages, each from a committed result of an experiment, as SVG."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from tables import model_type_rows, recorded

from hiprisk.reporting.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RULE,
    SKY,
    SMALL,
    as_svg,
    new_axes,
)  # fmt: skip

Z = 1.959964
LINE = {"color": GREY, "linewidth": 0.9, "linestyle": "--", "zorder": 1}
LIGHT = "#d9d9d9"
# Light and dark, so that the three verdicts differ in grey too.
VERDICTS = (
    ("adds", "adds", BLUE, "white"),
    ("inconclusive", "inconclusive at this sample size", LIGHT, "black"),
    ("adds_less", "adds less than the minimum important gain", ORANGE, "white"),
)


def panels(number: int, *, width: float, height: float, sharey: bool = False) -> list[Axes]:
    """Axes beside each other in one figure of the project's style."""
    figure = new_axes(width=width, height=height).figure
    figure.clear()
    # The margins of the style fit one pair of axes.
    figure.set_layout_engine("constrained")
    axes = list(figure.subplots(1, number, sharey=sharey))
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=SMALL, color=GREY)
        ax.grid(color=RULE, linewidth=0.7)
        ax.set_axisbelow(True)
    return axes


def back_pain() -> bytes:
    """Share of each verdict by the number of people, a panel an effect."""
    found = recorded("back_pain/summary.csv")
    axes = panels(3, width=9.0, height=3.9, sharey=True)
    for ax, (effect, part) in zip(axes, found.groupby("effect"), strict=True):
        places, bottom = np.arange(len(part)), np.zeros(len(part))
        for name, label, colour, ink in VERDICTS:
            shares = 100 * part[name].to_numpy()
            ax.bar(places, shares, bottom=bottom, color=colour, edgecolor="white", width=0.82,
                   label=label)  # fmt: skip
            for place, share, low in zip(places, shares, bottom, strict=True):
                if share >= 6:
                    ax.text(place, low + share / 2, f"{share:.0f}", ha="center", va="center",
                            color=ink, fontsize=9)  # fmt: skip
            bottom += shares
        ax.set_xticks(places, [f"{n:,}" for n in part["n"]])
        ax.grid(visible=False)
        ax.set_xlabel("people")
        ax.set_title(f"back pain adds {effect:g} points", fontsize=10)
    axes[0].set_ylabel("cohorts (%)")
    figure = axes[0].figure
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.suptitle("Verdict on back pain by its true effect and sample size (simulated data)",
                    fontsize=11)  # fmt: skip
    return as_svg(axes[0])


def providers() -> bytes:
    """Observed minus predicted of each provider, ascending, with the prediction interval."""
    each = recorded("nhs_providers/caterpillar.csv")
    pooled = recorded("nhs_providers/providers.csv")
    pooled = pooled[pooled["metric"] == "calibration_in_the_large"].set_index("model")
    titles = {"published": "published NHS model", "nhs_proms_hip, boosting": "our study, boosting"}
    axes = panels(2, width=9.0, height=4.2, sharey=True)
    for ax, (model, title) in zip(axes, titles.items(), strict=True):
        part, of_all = each[each["model"] == model], pooled.loc[model]
        ax.axhspan(of_all["new_low"], of_all["new_high"], color=SKY, alpha=0.3, zorder=0,
                   label="95 % prediction interval, new provider")  # fmt: skip
        ax.axhline(of_all["mean"], color=ORANGE, linewidth=1.6, label="mean of providers")
        ax.axhline(0.0, **LINE)
        # One line with gaps: a line a provider makes the file twice as large.
        gaps = np.full(len(part), np.nan)
        ax.plot(np.repeat(part["rank"], 3), np.c_[part["low"], part["high"], gaps].ravel(),
                color=GREY, linewidth=0.6, alpha=0.7)  # fmt: skip
        ax.plot(part["rank"], part["error"], "o", color=BLUE, markersize=2.4,
                label="a provider, with 95 % CI")  # fmt: skip
        ax.set_xlabel(f"{len(part)} providers, in ascending order")
        ax.set_title(title, fontsize=10)
    axes[0].set_ylabel("observed minus predicted\nOxford Hip Score (points)")
    handles, labels = axes[0].get_legend_handles_labels()
    figure = axes[0].figure
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.suptitle("Calibration in the large by provider, operations of 2017/18 and 2018/19",
                    fontsize=11)  # fmt: skip
    return as_svg(axes[0])


def imputation() -> bytes:
    """Bias and coverage of the effect of back pain by how missing values are handled."""
    found = recorded("missing_values/results.csv")
    found = found[found["coefficient"] == "lbp_any"].iloc[::-1].reset_index(drop=True)
    offered = found["method"].isin(["normal, proper", "chained", "nothing missing"])
    colours = np.where(offered, BLUE, ORANGE)
    axes = panels(2, width=9.0, height=3.8, sharey=True)
    for place, row in found.iterrows():
        reach = Z * row["bias_mc_error"]
        axes[0].hlines(place, row["bias"] - reach, row["bias"] + reach, color=colours[place])
        marker = "o" if offered[place] else "s"
        axes[0].plot(row["bias"], place, marker, color=colours[place], markersize=6)
        axes[1].plot(100 * row["coverage"], place, marker, color=colours[place], markersize=6)
    axes[0].axvline(0.0, **LINE)
    axes[1].axvline(95.0, **LINE)
    axes[0].set_yticks(range(len(found)), found["method"])
    axes[0].set_xlabel("bias of the effect of back pain (points),\nwith Monte-Carlo interval")
    axes[1].set_xlabel("95 % CIs that cover the true effect (%)")
    axes[1].set_xlim(55, 100)
    axes[0].figure.suptitle("Ways to handle missing values (simulated data)", fontsize=11)
    return as_svg(axes[0])


DRAWN = (("boosting", "boosting", ORANGE, "s"), ("ordinal logit", "ordinal", BLUE, "o"))
_COHORTS = (("normal", "simulated, normal residuals"), ("skewed", "simulated, skewed score"),
            ("nhs", "NHS records"))  # fmt: skip


def model_types() -> bytes:
    """CRPS less linear's by cohorts and size, and RMSE beside models of one's own."""
    wide = model_type_rows()
    left, right = panels(2, width=9.6, height=4.2)
    places, labels = [], []
    place = 0.0
    for source, said in _COHORTS:
        for n in sorted(wide.loc[source].index.get_level_values("n").unique()):
            for offset, (model, label, colour, marker) in zip(
                (-0.14, 0.14),
                DRAWN,
                strict=True,
            ):
                row = wide.loc[(source, n, model)]
                value = row["mean", "crps_less_linear"]
                error = row["monte_carlo_error", "crps_less_linear"]
                if not pd.isna(error) and error > 0:
                    left.hlines(place + offset, value - Z * error, value + Z * error, color=colour)
                left.plot(value, place + offset, marker, color=colour, markersize=6,
                          label=label)  # fmt: skip
            places.append(place)
            labels.append(f"{said}, n = {n:,}")
            place += 1.0
    left.axvline(0.0, **LINE)
    left.set_yticks(places, labels, fontsize=9)
    left.invert_yaxis()
    left.set_xlabel("CRPS less that of linear (points);\nbelow 0 is better")
    handles, names = left.get_legend_handles_labels()
    left.legend(handles[:2], names[:2], frameon=False, fontsize=9, loc="lower right")
    _own(right)
    left.figure.suptitle("Model types on simulated data and on NHS records", fontsize=11)
    return as_svg(left)


def _own(ax: Axes) -> None:
    found = recorded("nhs_tuning/holdout.csv")
    found = found[(found["first"] == "boosting, narrow space") & (found["metric"] == "rmse")]
    found = found[found["second"] != "boosting, old space"].reset_index(drop=True)
    for place, row in found.iterrows():
        ax.hlines(place, row["low"], row["high"], color=GREEN)
        ax.plot(row["difference"], place, "D", color=GREEN, markersize=6)
    ax.axvline(0.0, **LINE)
    ax.set_yticks(range(len(found)), found["second"], fontsize=9)
    ax.set_ylim(len(found) - 0.4, -0.6)
    ax.set_xlabel("RMSE less that of boosting (points), 95 % CI;\nNHS records of 2018/19")


def surrogate() -> bytes:
    """RMSE of the published model, its surrogate and our linear model beside our boosting's."""
    found = recorded("nhs_surrogate/differences.csv")
    found = found[found["metric"] == "rmse"].reset_index(drop=True)
    ax = new_axes(width=7.6, height=3.2)
    for place, row in found.iterrows():
        ours = row["model"].startswith("nhs_proms_hip")
        colour, marker = (BLUE, "o") if ours else (ORANGE, "s")
        ax.hlines(place, row["low"], row["high"], color=colour)
        ax.plot(row["difference"], place, marker, color=colour, markersize=6)
    ax.axvline(0.0, **LINE)
    ax.set_yticks(range(len(found)), found["model"])
    ax.invert_yaxis()
    ax.set_xlabel("RMSE less that of our boosting (points), paired 95 % CI;\n"
                  "NHS records of 2018/19, right of 0 is worse")  # fmt: skip
    return as_svg(ax)


FIGURES: dict[str, Callable[[], bytes]] = {
    "explanation/figures/surrogate.svg": surrogate,
    "evidence/figures/back-pain.svg": back_pain,
    "evidence/figures/providers.svg": providers,
    "evidence/figures/imputation.svg": imputation,
    "evidence/figures/model-types.svg": model_types,
}
