"""What the optimism bootstrap, .632+ and cross-validation say of estimators, and what is true.

    python experiments/judged_estimators/run.py --cohorts 30

People have eight correlated normal predictors, a curved effect and an interaction; the outcome is a
score (true R2 about 0.4) or an event. Each estimator is judged on 300 people as
`hiprisk.validation.judge` does it (100 resamples, one repeat of ten folds); the truth is what the
fit to these people gives in 20,000 others. A line a cohort and estimator; finished cohorts are
kept in --out and not done again.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from hiprisk.metrics.registry import find_metric
from hiprisk.seeding import rng_for
from hiprisk.validation.estimators.judged import judged_estimator

HERE = Path(__file__).parent
N, N_TRUE, B = 300, 20_000, 100
MAIN = {"continuous": "r2", "binary": "c_statistic"}
ESTIMATORS = {
    "continuous": {
        "linear": LinearRegression(),
        "boosting": HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=4, random_state=0),
        "forest": RandomForestRegressor(40, min_samples_leaf=5, random_state=0),
        "nearest 10": KNeighborsRegressor(10),
    },
    "binary": {
        "linear": LogisticRegression(C=1e6, max_iter=500),
        "boosting": HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=4, random_state=0),
        "forest": RandomForestClassifier(40, min_samples_leaf=5, random_state=0),
        "nearest 10": KNeighborsClassifier(10),
    },
}


def people(rng: np.random.Generator, n: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(n, 8)) + 0.6 * rng.normal(size=(n, 1))
    signal = x[:, 0] + 0.6 * x[:, 1] + 0.5 * np.maximum(x[:, 2], 0.0) + 0.3 * x[:, 3] * x[:, 4]
    if kind == "continuous":
        return x, 40.0 + 8.0 * signal + rng.normal(0.0, 17.0, n)
    return x, (rng.random(n) < 1.0 / (1.0 + np.exp(1.0 - signal))).astype(int)


def one(seed: int, kind: str, name: str) -> dict[str, object]:
    rng = rng_for(seed, "judged estimators", kind)
    x, y = people(rng, N, kind)
    new_x, new_y = people(rng, N_TRUE, kind)
    estimator = ESTIMATORS[kind][name]
    found = judged_estimator(estimator, x, y, n_resamples=B, seed=seed)
    row = next(row for row in found.optimism.rows if row.metric == MAIN[kind])
    crossed = next(e for e in found.cross_validation.estimates() if e.name == MAIN[kind])
    fitted = clone(estimator).fit(x, y)
    predicted = fitted.predict(new_x) if kind == "continuous" else fitted.predict_proba(new_x)[:, 1]
    return {
        "kind": kind, "estimator": name, "cohort": seed,
        "true": find_metric(kind, MAIN[kind]).function(new_y, predicted),
        "apparent": row.apparent, "corrected": row.corrected, "low": row.low, "high": row.high,
        "value_632_plus": row.value_632_plus, "cross_validated": crossed.value,
        "crossed_low": crossed.low, "crossed_high": crossed.high,
        "optimism_underestimated": found.optimism_underestimated,
    }  # fmt: skip


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    lines = []
    for (kind, name), own in rows.groupby(["kind", "estimator"], sort=False):
        root = np.sqrt(len(own))
        inside = (own["low"] <= own["true"]) & (own["true"] <= own["high"])
        crossed = (own["crossed_low"] <= own["true"]) & (own["true"] <= own["crossed_high"])
        line = {"kind": kind, "estimator": name, "n": len(own), "true": own["true"].mean()}
        for column in ("apparent", "corrected", "value_632_plus", "cross_validated"):
            gap = own[column] - own["true"]
            line |= {f"{column}_bias": gap.mean(), f"{column}_bias_error": gap.std() / root}
        lines.append(line | {
            "covered": inside.mean(), "crossed_covered": crossed.mean(),
            "told": own["optimism_underestimated"].mean(),
        })  # fmt: skip
    return pd.DataFrame(lines).round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=30)
    parser.add_argument("--out", type=Path, default=HERE / "cohorts.csv")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    done = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame()
    have = set(zip(done.get("cohort", []), done.get("kind", []), done.get("estimator", []),
                   strict=True))  # fmt: skip
    start = time.process_time()
    for seed in range(options.cohorts):
        todo = [
            (k, e) for k, known in ESTIMATORS.items() for e in known if (seed, k, e) not in have
        ]
        found = [one(seed, kind, name) for kind, name in todo]
        if found:
            done = pd.concat([done, pd.DataFrame(found)], ignore_index=True)
            done.to_csv(options.out, index=False)
            sys.stderr.write(f"{seed + 1}: {time.process_time() - start:.0f} CPU-s\n")
    summary(done).to_csv(HERE / "results.csv", index=False)
    sys.stdout.write(summary(done).to_string(index=False) + "\n")


if __name__ == "__main__":
    main()
