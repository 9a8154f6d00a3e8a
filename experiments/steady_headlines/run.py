"""Whether `validate` says the same of one cohort whatever the seed, and how often it is wrong.

    python experiments/steady_headlines/run.py --borderline 10 --cohorts 2000

*Seeds*: cohorts whose true figures are borderline: of many simulated ones those are taken whose
interval by formula ends within a tenth of its half width of the value that a right model has. Each
is validated with 20 seeds and 500 resamples. A verdict is what the sentence says: right, too low or
too high; too extreme or too moderate. Written: the mean over cohorts of the share of seeds that
agree with the most frequent verdict, how many cohorts have it in at least 19 of 20, for the
intervals of the bootstrap (before) and of the formulas (after).

*False alarms*: cohorts in which the model is right; share of other verdicts, nominal 5 %.

Designs: a score whose scatter is constant (`score`) or falls towards the ends of its scale
(`bounded score`), a risk (`risk`; `rare risk` with 12 % events); 300 people; `two rows`: 300 rows
of 150 people; `cases`: 150 cases and 150 controls at their stated prevalence.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from hiprisk.config.cohort import SamplingSettings
from hiprisk.metrics.registry import find_metric
from hiprisk.seeding import rng_for
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.sample import EvaluationSample

HERE = Path(__file__).parent
N, SEEDS, B = 300, 20, 500
FIGURES = {"calibration_in_the_large": 0.0, "calibration_slope": 1.0}
DESIGNS = ("score", "bounded score", "score, two rows", "risk", "rare risk", "risk, two rows",
           "risk, cases")  # fmt: skip


def simulated(design: str, number: int, *, off: tuple[float, float] = (0.0, 1.0)):
    """One cohort; the model's line is off by an intercept and a slope."""
    rng = rng_for(number, "steady-headlines", design)
    kind = "continuous" if "score" in design else "binary"
    groups = np.arange(N) // 2 if "two rows" in design else np.arange(N)
    own = rng.standard_normal(groups.max() + 1)[groups]
    z = 0.8 * own + 0.6 * rng.standard_normal(N)
    shared = rng.standard_normal(groups.max() + 1)[groups]
    sampling = None
    if kind == "continuous":
        predicted = 40.0 + 12.0 * z
        noise = 0.6 * shared + 0.8 * rng.standard_normal(N)
        scatter = 15.0
        if design == "bounded score":
            # Few scatter near the best score, as WOMAC does.
            scatter = 18.0 * np.clip(predicted / 50.0, 0.15, 1.5)
        truth = 40.0 + off[0] * 3.0 + off[1] * (predicted - 40.0)
        return sample(kind, truth + scatter * noise, predicted, groups)
    if "cases" in design:
        n = 4 * N
        z = rng.standard_normal(n)
        lp = -1.6 + 1.1 * z
        y = (rng.random(n) < expit(off[0] * 0.5 + off[1] * lp)).astype(float)
        rows = np.r_[np.flatnonzero(y == 1.0)[: N // 2], np.flatnonzero(y == 0.0)[: N // 2]]
        sampling = SamplingSettings(case_control=population_share(off))
        return sample(kind, y[rows], expit(lp[rows]), np.arange(len(rows)), sampling)
    lp = (-2.4 if design == "rare risk" else -0.6) + 1.1 * z
    latent = off[0] * 0.5 + off[1] * lp
    # A person's two rows share their luck.
    luck = rng.random(N) if "two" not in design else norm.cdf(
        0.6 * shared + 0.8 * rng.standard_normal(N)
    )  # fmt: skip
    return sample(kind, (luck < expit(latent)).astype(float), expit(lp), groups)


def population_share(off):
    z = rng_for(1, "population").standard_normal(200_000)
    return float(np.mean(expit(off[0] * 0.5 + off[1] * (-1.6 + 1.1 * z))))


def expit(lp):
    return 1.0 / (1.0 + np.exp(-lp))


def sample(kind, observed, predicted, groups, sampling=None):
    return EvaluationSample(
        kind=kind, observed=observed, predicted=predicted, groups=groups, sampling=sampling
    )


def validated(people: EvaluationSample, seed: int, resamples: int = B):
    metrics = tuple(find_metric(people.kind, name) for name in FIGURES)
    settings = PerformanceSettings(n_resamples=resamples, seed=seed, stream="external",
                                   percentiles=True, formulas=True, metrics=metrics)  # fmt: skip
    return performance_of(people, settings)


def verdict(estimate, right: float) -> str:
    if estimate.low <= right <= estimate.high:
        return "right"
    return "below" if estimate.value < right else "above"


def verdicts(found, name: str) -> tuple[str, str]:
    """By the bootstrap, and by the formula."""
    both = (found.metrics, found.for_verdicts())
    return tuple(
        verdict(next(one for one in part if one.name == name), FIGURES[name]) for part in both
    )


def is_borderline(people: EvaluationSample, name: str) -> bool:
    found = validated(people, 1, resamples=2).for_verdicts()
    one = next(e for e in found if e.name == name)
    half = (one.high - one.low) / 2.0
    right = FIGURES[name]
    return min(abs(one.low - right), abs(one.high - right)) < 0.1 * half


def seeds(design: str, n_borderline: int) -> list[dict[str, object]]:
    rows = []
    for name in FIGURES:
        # Models that are somewhat off, so that many cohorts are borderline.
        off = (0.6, 1.0) if name == "calibration_in_the_large" else (0.0, 0.75)
        taken = 0
        for number in count():
            people = simulated(design, 10_000 + number, off=off)
            if not is_borderline(people, name):
                continue
            said = [verdicts(validated(people, seed), name) for seed in range(SEEDS)]
            for way, each in zip(("bootstrap", "formula"), zip(*said, strict=True), strict=True):
                most = Counter(each).most_common(1)[0][1]
                rows.append({"design": design, "metric": name, "interval": way, "agree": most})
            taken += 1
            if taken == n_borderline:
                break
    return rows


def alarms(design: str, n_cohorts: int) -> list[dict[str, object]]:
    rows = []
    for number in range(n_cohorts):
        found = validated(simulated(design, number), number)
        for name in FIGURES:
            for way, said in zip(("bootstrap", "formula"), verdicts(found, name), strict=True):
                rows.append({"design": design, "metric": name, "interval": way,
                             "alarm": said != "right"})  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--borderline", type=int, default=10, help="cohorts a design and figure")
    parser.add_argument("--cohorts", type=int, default=2000, help="for false alarms")
    parser.add_argument("--designs", nargs="+", default=list(DESIGNS))
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    options = parser.parse_args()
    parts = []
    for design in options.designs:
        keys = ["design", "metric", "interval"]
        steady = pd.DataFrame(seeds(design, options.borderline)).groupby(keys, sort=False)["agree"]
        table = pd.DataFrame(
            {"cohorts": steady.size(), "mean_share_of_seeds": steady.mean() / SEEDS,
             "same_in_19_of_20": steady.agg(lambda each: int((each >= 19).sum()))}
        )  # fmt: skip
        wrong = pd.DataFrame(alarms(design, options.cohorts)).groupby(keys, sort=False)["alarm"]
        table["false_alarms"] = wrong.mean()
        share = table["false_alarms"]
        table["monte_carlo_error"] = np.sqrt(share * (1.0 - share) / options.cohorts)
        parts.append(table.round(4).reset_index())
        print(parts[-1].to_string(index=False), flush=True)
        pd.concat(parts).to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
