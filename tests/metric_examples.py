"""Made-up people that several tests of metrics share, and the frozen figures of R for others."""

from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.metrics.forecast.distribution import Forecast, forecast

ORACLES = Path(__file__).resolve().parent / "oracles"
PROBABILITIES = np.arange(1, 200) / 200
# Quantiles of a skewed residual.
QUANTILES = np.sinh(2.2 * (PROBABILITIES - 0.45)) * 1.1


def oracle(name):
    return pd.read_csv(ORACLES / f"metrics_small_{name}.csv", comment="#")


def statistics(name="statistics"):
    return oracle(name).set_index("statistic")["value"]


def example_forecast(mean, scale=6.0):
    mean = np.asarray(mean, dtype=float)
    return forecast(
        mean,
        np.broadcast_to(np.asarray(scale, dtype=float), mean.shape),
        probabilities=PROBABILITIES,
        quantiles=QUANTILES,
        lower=0.0,
        upper=100.0,
    )


def example(kind, n=60, seed=3):
    """Observed and predicted, the predictions being the true ones."""
    rng = np.random.default_rng(seed)
    lp = rng.normal(size=n)
    if kind == "binary":
        return (rng.random(n) < 1 / (1 + np.exp(-lp))).astype(float), 1 / (1 + np.exp(-lp))
    if kind == "continuous":
        return np.clip(lp * 8 + rng.normal(size=n) * 6 + 40, 0, 100), lp * 8 + 40
    law = example_forecast(lp * 20 + 40)
    residual = np.interp(rng.random(n), PROBABILITIES, QUANTILES)
    return np.clip(law.mean + law.scale * residual, 0, 100), law


def people(predicted, rows):
    """Predictions of some people, whatever they are."""
    return predicted.take(rows) if isinstance(predicted, Forecast) else predicted[rows]
