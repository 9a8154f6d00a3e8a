"""How often intervals of the errors of a calibration curve (ICI, E50, E90, Emax, ECI) cover them.

    python experiments/curve_errors/run.py --cohorts 2000

A model is given and evaluated on n new people (150, 300, 1,000): a score with mean 36 and residual
SD 16, and a risk with 33 % events. It is right, or its slope is 0.7, or it is shifted (3 points,
0.5 on the log odds), or wrong in a wave. The true error is that of the true curve at the people's
own predictions; of a model that is right it is 0. The interval is that of `validate` (200 draws).
With --before also the one that it had until 2026-11-27 (the outer one of moved percentiles and
basic bootstrap, from curves refitted to 100 resamples), which takes many times as long. A line a
case, smoother and error: how often the true error lies inside, below and above, how often the
estimate does, and the mean width. Finished cases are kept in --out and not done again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.bootstrap import Persons
from hiprisk.errors import InputError
from hiprisk.metrics.intervals.resampled import error_interval
from hiprisk.metrics.registry import metrics_for
from hiprisk.metrics.smoothing.calibration_curve import calibration_errors
from hiprisk.metrics.smoothing.error_intervals import CurveNoise, curve_error_interval
from hiprisk.seeding import rng_for

HERE = Path(__file__).parent
B = 200
MODELS = ("right", "slope", "shift", "wave")
CASES = [
    (kind, model, n) for model in MODELS for n in (300, 150, 1000)
    for kind in ("continuous", "binary")
]  # fmt: skip
KEYS = ["kind", "model", "n"]


def true_curve(kind: str, model: str, predicted: np.ndarray) -> np.ndarray:
    middle, scale, shift = (36.0, 9.7, 3.0) if kind == "continuous" else (-0.8, 1.0, 0.5)
    x = predicted if kind == "continuous" else np.log(predicted / (1.0 - predicted))
    curve = {
        "right": x,
        "slope": middle + 0.7 * (x - middle),
        "shift": x + shift,
        "wave": x + (4.0 if kind == "continuous" else 0.6) * np.sin(1.5 * (x - middle) / scale),
    }[model]
    return curve if kind == "continuous" else 1.0 / (1.0 + np.exp(-curve))


def true_errors(predicted: np.ndarray, expected: np.ndarray) -> dict[str, float]:
    distance = np.abs(predicted - expected)
    return {
        "ici": float(distance.mean()),
        "e50": float(np.median(distance)),
        "e90": float(np.quantile(distance, 0.9)),
        "emax": float(distance.max()),
        "eci": float(100.0 * np.mean(distance**2)),
    }


def one_cohort(case: tuple[str, str, int], cohort: int, *, before: bool) -> list[dict[str, object]]:
    kind, model, n = case
    rng = rng_for(cohort, "curve-errors", *map(str, case))
    if kind == "continuous":
        predicted = rng.normal(36.0, 9.7, n)
        expected = true_curve(kind, model, predicted)
        observed = expected + rng.normal(0.0, 16.0, n)
    else:
        predicted = 1.0 / (1.0 + np.exp(-rng.normal(-0.8, 1.0, n)))
        expected = true_curve(kind, model, predicted)
        observed = (rng.random(n) < expected).astype(float)
    truth = true_errors(predicted, expected)
    weights = next(Persons.of(np.arange(n)).draw_weights(rng, B))
    rows = []
    for smoother in ("loess", "spline"):
        metrics = [
            one for one in metrics_for(kind, costly=True)
            if one.curve is not None and one.curve.smoother == smoother
        ]  # fmt: skip
        try:
            noise = CurveNoise.of(observed, predicted, metrics[0])
        except InputError:
            continue
        own = calibration_errors(observed, predicted, kind=kind, smoother=smoother)
        drawn = noise.drawn(weights)
        for metric in metrics:
            value = float(getattr(own, metric.curve.summary))
            found = {"hiprisk": curve_error_interval(metric, value, noise, drawn)}
            if before:
                found["until 2026-11-27"] = outer(metric, observed, predicted, value, weights[:100])
            rows += [
                dict(zip(KEYS, case, strict=True))
                | {"smoother": smoother, "error": metric.curve.summary, "interval": name,
                   "truth": truth[metric.curve.summary], "value": value, "low": one.low,
                   "high": one.high}
                for name, one in found.items()
            ]  # fmt: skip
    return rows


def outer(metric, observed, predicted, value, weights):
    def resampled(one) -> float:
        try:
            return metric.function(observed, predicted, weights=one)
        except InputError:
            return np.nan

    each = np.array([resampled(one) for one in weights])
    return error_interval(value, each, highest=metric.curve.largest)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    ends = rows[["low", "high"]].astype(float)
    rows = rows.assign(
        low=ends["low"],
        covers=(ends["low"] <= rows["truth"]) & (rows["truth"] <= ends["high"]),
        below=rows["truth"] < ends["low"],
        above=rows["truth"] > ends["high"],
        holds_estimate=(ends["low"] <= rows["value"]) & (rows["value"] <= ends["high"]),
        width=ends["high"] - ends["low"],
    )
    table = (
        rows.groupby([*KEYS, "smoother", "error", "interval"], sort=False)
        .agg(cohorts=("covers", "size"), truth=("truth", "mean"), value=("value", "mean"),
             covers=("covers", "mean"), below=("below", "mean"), above=("above", "mean"),
             holds_estimate=("holds_estimate", "mean"), width=("width", "mean"))
        .reset_index()
    )  # fmt: skip
    error = np.sqrt(table["covers"] * (1.0 - table["covers"]) / table["cohorts"])
    table.insert(table.columns.get_loc("covers") + 1, "monte_carlo_error", error)
    return table.round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=2000)
    parser.add_argument("--before", action="store_true")
    parser.add_argument("--n", type=int, nargs="+", default=[150, 300, 1000])
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    asked = parser.parse_args()
    done = pd.read_csv(asked.out) if asked.out.exists() else pd.DataFrame(columns=KEYS)
    known = set(done[KEYS].itertuples(index=False, name=None))
    for case in (one for one in CASES if one[2] in asked.n and one not in known):
        began = time.process_time()
        rows = [
            row
            for cohort in range(asked.cohorts)
            for row in one_cohort(case, cohort, before=asked.before)
        ]
        done = pd.concat([done, summary(pd.DataFrame(rows))])
        done.to_csv(asked.out, index=False)
        print(f"{case}: {time.process_time() - began:.0f} s", file=sys.stderr, flush=True)
    keys = [*KEYS, "smoother", "interval"]
    print(done.pivot_table(index=keys, columns="error", values="covers", sort=False))


if __name__ == "__main__":
    main()
