"""How often the band of the optimism-corrected decision curve holds the true net benefit.

    python experiments/decision_curve_band/run.py --cohorts 2000

Each cohort is fitted and bootstrapped (B = 200). The truth is the net benefit of that very fit in
50,000 other people of the same source, whose outcomes count by their known probability. Sources:
`logistic` (8 predictors, 35 % events, n = 300), `large` (the same, n = 1,000), `rare` (15 %
events, n = 300), `score` (least squares of a score, n = 300; the event is a score above a bound,
its chance from the residuals). Bands at each threshold:

* `moved`: percentiles of the model's own net benefit in resampled people, less the mean optimism;
* `optimism`: the apparent curve less the percentiles of the resamples' own optimism;
* `outer`: the outer one of both at each end.

Finished cohorts are kept in ROWS and not run again. Writes one line a source, threshold and band.
"""

from __future__ import annotations

import argparse
import time
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.bootstrap import Persons, percentiles
from hiprisk.metrics.clinical_utility.bands import (
    decision_curve_band,
)
from hiprisk.metrics.clinical_utility.optimism import corrected_curve, resampled_optimism
from hiprisk.seeding import rng_for

HERE = Path(__file__).parent
B, LEVEL, POPULATION = 200, 0.95, 50_000
INTERVAL_RESAMPLES = 500
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
SLOPES = np.array([0.4, 0.3, 0.2, 0.2, 0.1, 0.1, 0.0, 0.0])
# People, intercept of the log odds; of the score the bound of its event.
SOURCES = {"logistic": (300, -0.75), "large": (1000, -0.75), "rare": (300, -2.3),
           "score": (300, 0.5)}  # fmt: skip
STEPS = 12
EVERY = 50


def log_odds(source, x):
    return SOURCES[source][1] + 1.6 * (x @ SLOPES)


def expit(lp):
    return 1.0 / (1.0 + np.exp(-np.clip(lp, -30.0, 30.0)))


def generated(source, n, *, seed):
    rng = rng_for(seed, "decision-curve-band", source, n)
    x = rng.normal(size=(n, len(SLOPES)))
    if source == "score":
        return x, x @ SLOPES + rng.normal(size=n)
    return x, (rng.random(n) < expit(log_odds(source, x))).astype(float)


@cache
def population(source):
    """Predictors of new people, and the known probability of the event."""
    from scipy.stats import norm

    x, _ = generated(source, POPULATION, seed=0)
    if source == "score":
        return x, norm.sf(SOURCES[source][1] - x @ SLOPES)
    return x, expit(log_odds(source, x))


def fitted(source, x, y, weights):
    """Coefficients under each set of weights, shape (n_sets, n_columns)."""
    design = np.column_stack([np.ones(len(x)), x])
    found = np.zeros((len(weights), design.shape[1]))
    pairs = (design[:, :, None] * design[:, None, :]).reshape(len(x), -1)
    shape = (len(weights), design.shape[1], design.shape[1])
    if source == "score":
        information = (weights @ pairs).reshape(shape)
        return np.linalg.solve(information, ((weights * y) @ design)[..., None])[..., 0]
    for _ in range(STEPS):
        risk = expit(found @ design.T)
        spread = weights * risk * (1.0 - risk)
        information = (spread @ pairs).reshape(shape)
        score = (weights * (y - risk)) @ design
        step = np.linalg.solve(information, score[..., None])[..., 0]
        found += step
        if np.abs(step).max() < 1e-8:
            break
    return found


def one_cohort(source, cohort):
    n = SOURCES[source][0]
    x, y = generated(source, n, seed=1 + cohort)
    draws = Persons.of(np.arange(n)).draw_weights(rng_for(cohort, "refits"), B)
    counts = np.concatenate(list(draws))
    coefficients = fitted(source, x, y, np.vstack([np.ones((1, n)), counts]))
    design = np.column_stack([np.ones(n), x])
    new, happens = population(source)
    means = coefficients @ design.T
    new_mean = coefficients[0, 0] + new @ coefficients[0, 1:]
    if source == "score":
        bound = SOURCES[source][1]
        residual = np.sort((y - means[0]) * np.sqrt(n / (n - design.shape[1])))

        def chance(mean):
            return 1.0 - np.searchsorted(residual, bound - mean, side="right") / n

        risks, new_risk, events = chance(means), chance(new_mean), (y > bound).astype(float)
    else:
        risks, new_risk, events = expit(means), expit(new_mean), y
    truth = [np.mean((new_risk >= t) * (happens - (1 - happens) * t / (1 - t))) for t in THRESHOLDS]
    apparent, refits = risks[0], risks[1:]
    curve = decision_curve_band(
        events, apparent, n_resamples=INTERVAL_RESAMPLES, seed=cohort, thresholds=THRESHOLDS
    )
    own = resampled_optimism(events, refits, counts, thresholds=THRESHOLDS)
    moved, outer = corrected_curve(curve, own.mean()), corrected_curve(curve, own)
    least, most = percentiles(own.net_benefit, level=LEVEL)
    plain = np.array(curve.model)
    bands = {
        "moved": (moved.low, moved.high),
        "optimism": (plain - most, plain - least),
        "outer": (outer.low, outer.high),
    }
    return [
        {"source": source, "cohort": cohort, "threshold": t, "band": name, "truth": truth[i],
         "apparent": plain[i], "corrected": moved.model[i], "low": low[i], "high": high[i]}
        for name, (low, high) in bands.items()
        for i, t in enumerate(THRESHOLDS)
    ]  # fmt: skip


def summary(rows):
    rows = rows.assign(
        below=rows["truth"] < rows["low"],
        above=rows["truth"] > rows["high"],
        width=rows["high"] - rows["low"],
        bias_apparent=rows["apparent"] - rows["truth"],
        bias_corrected=rows["corrected"] - rows["truth"],
    )
    grouped = rows.groupby(["source", "band", "threshold"], sort=False)
    names = ["below", "above", "width", "truth", "bias_apparent", "bias_corrected"]
    table = grouped[names].mean()
    table.insert(0, "cohorts", grouped.size())
    table.insert(1, "coverage", 1.0 - table["below"] - table["above"])
    error = np.sqrt(table["coverage"] * (1 - table["coverage"]) / table["cohorts"])
    table.insert(2, "monte_carlo_error", error)
    return table.round(4).reset_index()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=2000, help="of each source")
    parser.add_argument("--sources", nargs="+", default=list(SOURCES))
    parser.add_argument("--rows", type=Path, default=Path("decision_curve_band_rows.csv"))
    parser.add_argument("--out", type=Path, default=HERE / "coverage.csv")
    options = parser.parse_args()
    began = time.monotonic()
    done = pd.read_csv(options.rows) if options.rows.exists() else pd.DataFrame(columns=["source"])
    for source in options.sources:
        start = 1 + int(done.loc[done["source"] == source, "cohort"].max()) if (
            (done["source"] == source).any()
        ) else 0  # fmt: skip
        for first in range(start, options.cohorts, EVERY):
            block = range(first, min(first + EVERY, options.cohorts))
            found = pd.DataFrame([row for cohort in block for row in one_cohort(source, cohort)])
            found.to_csv(options.rows, mode="a", index=False, header=not options.rows.exists())
            print(f"{source}: {block[-1] + 1}, {time.monotonic() - began:.0f} s", flush=True)
    table = summary(pd.read_csv(options.rows))
    table.to_csv(options.out, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
