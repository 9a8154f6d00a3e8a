"""What the rows and measures of an association table are called."""

from __future__ import annotations

MODEL_LABELS = {
    "crude": "crude (unadjusted)",
    "adjusted": "adjusted for the confounders",
    "adjusted_baseline": "adjusted for the confounders and the baseline score",
}
MODEL_SHORT_LABELS = {
    "crude": "crude",
    "adjusted": "adjusted",
    "adjusted_baseline": "fully adjusted",
}
MEASURE_LABELS = {
    "mean_difference": "difference in means",
    "odds_ratio": "odds ratio",
    "risk_difference": "risk difference",
    "risk_ratio": "risk ratio",
}
