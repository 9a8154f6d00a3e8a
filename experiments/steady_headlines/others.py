"""Whether sentences on subgroups and on drift are the same whatever the seed, or say inconclusive.

    python experiments/steady_headlines/others.py --borderline 10

Borderline cohorts: of many simulated ones those whose p-value (subgroups: R² by sex, two groups of
200) lies in 0.03 to 0.08 with one seed, whose largest sum of the calibration CUSUM lies within
6 % of its limit, or whose change over time has p in 0.03 to 0.08. Each is evaluated with 20 seeds.
Before: yes or no. After: yes, no or inconclusive. Written: cohorts, how many get one answer from
at least 19 seeds, how many get contradicting ones (yes and no) from two seeds or more on either
side, and the mean share of seeds that say inconclusive.
"""

from __future__ import annotations

import argparse
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.config import SubgroupSettings
from hiprisk.seeding import rng_for
from hiprisk.validation.drift.cusum import calibration_cusum
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import subgroup_performance

HERE = Path(__file__).parent
SEEDS, N = 20, 400


def subgroups(number: int, seed: int):
    rng = rng_for(number, "steady-others", "subgroups")
    sex = np.resize(np.array(["female", "male"], dtype=object), N)
    predicted = rng.normal(40, 12, N)
    observed = predicted + rng.normal(0, np.where(sex == "male", 18.0, 14.0))
    found = subgroup_performance(
        EvaluationSample(
            kind="continuous", observed=observed, predicted=predicted, groups=np.arange(N)
        ),
        pd.DataFrame({"sex": sex}),
        settings=SubgroupSettings(by=("sex",), resamples=500, metrics=("r2",)),
        seed=seed,
    )
    (row,) = found.heterogeneity
    before = "yes" if row.p_adjusted < 0.05 else "no"
    after = "inconclusive" if found.undecided() else "yes" if found.differing() else "no"
    return before, after, 0.03 < row.p_adjusted < 0.08


def watched(number: int, seed: int, *, kind: str):
    rng = rng_for(number, "steady-others", "drift")
    predicted = rng.uniform(0.1, 0.6, N)
    trend = np.linspace(0.0, 0.12, N)
    observed = (rng.random(N) < predicted + trend).astype(float)
    times = [f"{place // 20:02d}" for place in range(N)]
    found = calibration_cusum(observed, predicted, times, kind="binary", n_fitted=900, seed=seed)
    farthest = max(map(abs, found.cusum))
    if kind == "alarm":
        before = "yes" if found.alarm_at is not None else "no"
        after = "inconclusive" if found.is_at_limit else before
        return before, after, abs(farthest / found.limit - 1.0) < 0.06
    before = "yes" if found.change_p_value < found.false_alarm else "no"
    after = "inconclusive" if found.is_change_at_limit else before
    return before, after, 0.03 < found.change_p_value < 0.08


def rows_of(name: str, evaluate, n_borderline: int) -> list[dict[str, object]]:
    rows, taken = [], 0
    for number in count():
        if not evaluate(number, 1_000)[2]:
            continue
        said = [evaluate(number, seed)[:2] for seed in range(SEEDS)]
        for way, each in zip(("before", "after"), zip(*said, strict=True), strict=True):
            counts = [each.count(word) for word in ("yes", "no", "inconclusive")]
            rows.append(
                {"sentence": name, "way": way, "cohorts": 1, "same_in_19_of_20": max(counts) >= 19,
                 "contradicting": min(counts[:2]) >= 2, "inconclusive": counts[2] / SEEDS}
            )  # fmt: skip
        taken += 1
        if taken == n_borderline:
            return rows
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--borderline", type=int, default=10)
    parser.add_argument("--out", type=Path, default=HERE / "others.csv")
    options = parser.parse_args()
    rows = []
    for name, evaluate in (
        ("subgroups differ", subgroups),
        ("CUSUM alarm", lambda number, seed: watched(number, seed, kind="alarm")),
        ("change over time", lambda number, seed: watched(number, seed, kind="change")),
    ):
        rows += rows_of(name, evaluate, options.borderline)
    grouped = pd.DataFrame(rows).groupby(["sentence", "way"], sort=False)
    table = grouped[["cohorts", "same_in_19_of_20", "contradicting"]].sum()
    table["inconclusive"] = grouped["inconclusive"].mean().round(3)
    table.to_csv(options.out)
    print(table.to_string())


if __name__ == "__main__":
    main()
