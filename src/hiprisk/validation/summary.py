"""A study's result in plain sentences."""

from __future__ import annotations

from hiprisk.validation.intervals import Estimate
from hiprisk.validation.resampling import OptimismTable


def summary_sentences(
    *,
    family: str,
    gain_over_mean: float,
    kind: str,
    unit: str,
    provenance: str,
    n_analysed: int,
    n_coefficients: int,
    optimism: OptimismTable,
    apparent: tuple[Estimate, ...],
    smallest_gain: tuple[str, float],
) -> tuple[str, ...]:
    """The most important first; simulated data and an honest null are said plainly."""
    sentences = []
    if provenance == "synthetic":
        sentences.append(
            "SIMULATED DATA: the model was fitted on simulated people and says nothing of any "
            "patient."
        )
    corrected = optimism.corrected()
    main = "r2" if kind == "continuous" else "scaled_brier"
    word = "R2" if kind == "continuous" else "the scaled Brier score"
    value = corrected[main]
    metric, least = smallest_gain
    if family == "mean":
        sentences.append(
            "No candidate predicted better than giving everybody the mean: the predictors add "
            "nothing here."
        )
    elif metric == main and value < least:
        sentences.append(
            f"The model adds nothing worth having: corrected for optimism {word} is {value:.3f}, "
            f"and the study declared {least:g} the smallest gain worth having."
        )
    else:
        sentences.append(
            f"Chosen: {family}. Corrected for optimism {word} is {value:.3f}; cross-validated loss "
            f"is {100 * gain_over_mean:.1f} % below that of the mean."
        )
    if kind == "continuous":
        sentences.append(
            f"Predictions are off by {corrected['mae']:.1f} {unit} on average (root mean square "
            f"{corrected['rmse']:.1f})."
        )
    slope = corrected["calibration_slope"]
    if family != "mean" and not 0.9 <= slope <= 1.1:
        spread = "spread too wide" if slope < 1 else "are drawn too much to the middle"
        sentences.append(f"The calibration slope is {slope:.2f}: predictions {spread}.")
    per = n_analysed / max(n_coefficients, 1)
    sentences.append(
        f"{n_analysed} people with a known outcome, {n_coefficients} coefficients or leaves: "
        f"{per:.0f} people each."
    )
    return tuple(sentences)
