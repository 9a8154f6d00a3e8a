"""Made-up people that several tests of metrics share, and the frozen figures of R for others."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.metrics import likelihood
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.registry import find_metric

ORACLES = Path(__file__).resolve().parent / "oracles"
PROBABILITIES = np.arange(1, 200) / 200
# Quantiles of a skewed residual.
QUANTILES = np.sinh(2.2 * (PROBABILITIES - 0.45)) * 1.1


def oracle(name):
    return pd.read_csv(ORACLES / f"metrics_small_{name}.csv", comment="#")


@cache
def report_figures(name="report_figures"):
    """What R says of the figures that reports show of the same people."""
    return json.loads((ORACLES / f"{name}.json").read_text())


def forecast_in_r():
    """Their outcomes and the predictive distributions that R was given, with what R says."""
    r, data = report_figures("forecasts"), oracle("data")
    law = forecast(
        data["predicted"].to_numpy(float), np.array(r["scale"]),
        probabilities=np.array(r["probabilities"]), quantiles=np.array(r["quantiles"]),
        lower=0.0, upper=100.0,
    )  # fmt: skip
    return data["observed"].to_numpy(float), law, r


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


def metrics(kind, *names):
    """Entries of the registry by name."""
    return [find_metric(kind, name) for name in names]


def renamed(kind, names):
    """Entries under the names that another program has for them."""
    return [replace(find_metric(kind, ours), name=theirs) for theirs, ours in names.items()]


def own_metric(name, function, kind="continuous", **known):
    """A metric that is none of the registry's."""
    return Metric(name=name, label=name, kind=kind, function=function, **known)


def d_of_val_prob(y, p):
    """D of the risk as it is, which rms' val.prob has, from our Cox-Snell R2 of the same."""
    return -np.log1p(-likelihood.cox_snell_r2_as_is(y, p)) - 1 / len(y)


def q_of_val_prob(y, p):
    """Q of the risk as it is."""
    return d_of_val_prob(y, p) - likelihood.unreliability_index(y, p)


def people(predicted, rows):
    """Predictions of some people, whatever they are."""
    return predicted[rows] if isinstance(predicted, np.ndarray) else predicted.take(rows)
