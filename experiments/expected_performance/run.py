"""Bias and coverage of expected performance, where the model is right and where it is not.

    python experiments/expected_performance/run.py --outcome continuous --cohorts 120
    python experiments/expected_performance/run.py --outcome binary --cohorts 400

Each repetition develops a model on 500 people (8 predictors, least squares or maximum likelihood,
200 bootstrap refits, residuals of ten folds) and meets new cohorts of 300 and 1,000. What the sheet
expects there is held against what its predictions give under the true distribution, the new
people's predictors as they are. `drawn` outcomes of the same people are then compared with what was
expected, as `hiprisk validate` does. Beside it stands direct loss estimation (DLE): a boosted
regression of the out-of-fold loss on the predictors, averaged over the new people.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.ensemble import HistGradientBoostingRegressor

from hiprisk.errors import InputError
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.intervals.means import mean_estimate, share_estimate
from hiprisk.metrics.registry import estimates, find_metric
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import (
    Column,
    Event,
    LinearModel,
    MissingModel,
    OutcomeSpec,
    Sheet,
    Term,
    VariableSpec,
)
from hiprisk.validation.expected.compared_figures import compared_figures
from hiprisk.validation.expected.computing import expected_performance
from hiprisk.validation.expected.people import ScoredPeople
from hiprisk.validation.expected.predictive import Predictive, expected_figures

HERE = Path(__file__).parent
SLOPES = np.array([0.5, 0.35, 0.25, 0.2, 0.1, 0.1, 0.0, 0.0])
OMITTED = 0.35
NAMES = [f"x{number + 1}" for number in range(len(SLOPES))]
DEVELOPMENT, SIZES, REFITS, FOLDS = 500, (300, 1_000), 200, 10
THRESHOLDS = (0.2, 0.4)
SD = 12.0
EVENTS = (
    Event(name="bad", label="60 or more", direction="above", reference="fixed", value=60.0),
    Event(name="worse", label="8 worse", direction="above", reference="baseline", value=8.0),
)
# Who comes, by how much three predictors are moved and their spread changed, and what is missing.
CASE_MIX = {
    "same": {},
    "moved 0.5 SD, spread 0.8": {"shift": 0.5, "spread": 0.8},
    "same, 10 % missing": {"missing": 0.1},
    "moved 0.5 SD, 10 % missing": {"shift": 0.5, "spread": 0.8, "missing": 0.1},
}
# How outcomes come about, and in which case mixes that is tried.
TRUTHS = {
    "right": {},
    "slope 0.7": {"slope": 0.7},
    "intercept moved": {"add": 0.5},
    "omitted predictor moved 1 SD": {"omitted": 1.0},
    "scatter 1.25 times": {"scatter": 1.25},
}
WRONG_IN = "moved 0.5 SD, spread 0.8"
OBSERVED = {"continuous": ("mae", "rmse", "r2"), "binary": ("c_statistic", "brier")}


def people(n: int, rng: np.random.Generator, *, shift: float = 0.0, spread: float = 1.0):
    """True predictors, the first on the scale of the outcome (its baseline)."""
    x = spread * rng.normal(size=(n, len(SLOPES)))
    x[:, :3] += shift
    x[:, 0] = np.clip(45.0 + 15.0 * x[:, 0], 0.0, 100.0)
    return x


def linear_predictor(kind: str, x, *, slope=1.0, add=0.0, omitted=0.0):
    """Of the true model; `add` and `omitted` in standard deviations of it."""
    z = x.copy()
    z[:, 0] = (z[:, 0] - 45.0) / 15.0
    score = slope * (z @ SLOPES) + add + OMITTED * omitted
    return -0.7 + 1.5 * score if kind == "binary" else 45.0 + 15.0 * score


def true_distribution(kind: str, x, *, scatter=1.0, **how) -> Predictive:
    # Who has more or less of the omitted predictor is scatter to the model.
    lp = linear_predictor(kind, x, **how)
    if kind == "binary":
        return Predictive.of_risk(1.0 / (1.0 + np.exp(-lp)))
    points = norm.cdf(np.linspace(-4.5, 4.5, 801))
    law = forecast(
        lp, np.full(len(x), SD * scatter), probabilities=points, quantiles=norm.ppf(points),
        lower=0.0, upper=100.0,
    )  # fmt: skip
    bounds = {"bad": np.full(len(x), 60.0), "worse": x[:, 0] + 8.0}
    return Predictive.of_forecast(lp, law, EVENTS, bounds)


def drawn(kind: str, truth: Predictive, rng: np.random.Generator):
    """Outcomes by the true distribution."""
    if kind == "binary":
        return (rng.random(len(truth.predicted)) < truth.predicted).astype(float)
    law = truth.forecast
    return law.clip(law.mean + law.scale * rng.normal(size=len(law)))


def developed(kind: str, rng: np.random.Generator):
    """A sheet, and a regression of its out-of-fold losses for direct loss estimation."""
    x = people(DEVELOPMENT, rng)
    y = drawn(kind, true_distribution(kind, x), rng)
    fit = fit_logistic if kind == "binary" else fit_ols
    own = fit(x, y).coefficients
    refits = []
    while len(refits) < REFITS:
        counts = np.bincount(rng.integers(0, len(x), len(x)), minlength=len(x)).astype(float)
        refits.append(tuple(map(float, fit(x, y, weights=counts).coefficients)))
    seen = np.empty(len(x))
    for part in np.array_split(rng.permutation(len(x)), FOLDS):
        rest = np.setdiff1d(np.arange(len(x)), part)
        b = fit(x[rest], y[rest]).coefficients
        lp = b[0] + x[part] @ b[1:]
        seen[part] = 1.0 / (1.0 + np.exp(-lp)) if kind == "binary" else np.clip(lp, 0.0, 100.0)
    losses = {"squared": (y - seen) ** 2}
    if kind == "continuous":
        losses["absolute"] = np.abs(y - seen)
    dle = {
        name: HistGradientBoostingRegressor(
            max_iter=100, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=20, random_state=0
        ).fit(x, loss)
        for name, loss in losses.items()
    }
    return written(kind, x, y, own=own, refits=refits, seen=seen, rng=rng), dle


def written(kind, x, y, *, own, refits, seen, rng) -> Sheet:
    binary = kind == "binary"
    noise = rng.normal(size=(10, len(NAMES)))
    return Sheet(
        name="simulated", title="Simulated", family="logistic" if binary else "linear",
        provenance="simulated", intended_use="Experiment.",
        outcome=OutcomeSpec(
            variable="y", label="y", unit="points", kind=kind, estimand="y", horizon_months=12.0,
            higher_is="worse", lower=None if binary else 0.0, upper=None if binary else 100.0,
            baseline=None if binary else "x1", events=() if binary else EVENTS,
        ),
        variables=tuple(VariableSpec(name=n, label=n, unit="", kind="number") for n in NAMES),
        columns=tuple(Column(name=n, variable=n) for n in NAMES),
        missing=MissingModel(
            mean=tuple(map(float, x.mean(axis=0))),
            covariance=tuple(tuple(map(float, row)) for row in np.cov(x.T)),
            draws=tuple(tuple(map(float, row)) for row in np.vstack([noise, -noise])),
            n_people=len(x),
        ),
        derived=(),
        model=LinearModel(
            link="logit" if binary else "identity", intercept=float(own[0]),
            terms=tuple(
                Term(column=n, basis="linear", coefficients=(float(b),))
                for n, b in zip(NAMES, own[1:], strict=True)
            ),
            refits=tuple(refits),
        ),
        distribution=None if binary else residual_distribution(y, seen, np.zeros(len(y))),
        n_people=len(x),
    )  # fmt: skip


def observed_figures(kind: str, sheet_says: Predictive, truth: Predictive, y):
    """Figures of drawn outcomes, with intervals by the usual formulas."""
    metrics = [find_metric(kind, name) for name in OBSERVED[kind]]
    found = {one.name: one for one in estimates(kind, y, sheet_says.predicted, metrics=metrics)}
    how = {"w": np.ones(len(y)), "groups": None, "level": 0.95}
    if kind == "binary":
        found["event_rate"] = share_estimate("event_rate", y == 1.0, **how)
    else:
        found["mean_outcome"] = mean_estimate("mean_outcome", y, **how)
        found["event_rate_bad"] = share_estimate("event_rate_bad", y >= 60.0, **how)
    return found


def one_repetition(kind: str, number: int, sizes=SIZES) -> list[dict[str, object]]:
    rng = rng_for(number, "expected-performance", kind)
    sheet, dle = developed(kind, rng)
    rows = []
    for n in sizes:
        for mix, how in CASE_MIX.items():
            rng = rng_for(number, "expected-performance", kind, n, mix)
            rows += one_cohort(kind, sheet, dle, n=n, mix=mix, how=how, rng=rng)
    return [{"outcome": kind, "repetition": number, **row} for row in rows]


def one_cohort(kind, sheet, dle, *, n, mix, how, rng):
    how = dict(how)
    share = how.pop("missing", 0.0)
    x = people(n, rng, **how)
    lacking = rng.random(x.shape) < share
    # The baseline is known: an event from it is of all people then.
    lacking[:, 0] = False
    frame = pd.DataFrame(np.where(lacking, np.nan, x), columns=NAMES)
    expected = expected_performance(sheet, frame, thresholds=THRESHOLDS)
    says = ScoredPeople.of(sheet, frame, THRESHOLDS).predictive()
    by_dle = {}
    if share == 0.0:
        by_dle["brier" if kind == "binary" else "mse"] = dle["squared"].predict(x).mean()
        if kind == "continuous":
            by_dle["mae"] = dle["absolute"].predict(x).mean()
            by_dle["rmse"] = np.sqrt(by_dle.pop("mse"))
    rows = []
    for name, is_so in TRUTHS.items() if mix == WRONG_IN else [("right", {})]:
        if kind == "binary" and "scatter" in is_so:
            continue
        truth = true_distribution(kind, x, **is_so)
        right = expected_figures(says, truth, THRESHOLDS)
        theta = {f"{m}_{event}" if event else m: value for (event, m), value in right.items()}
        try:
            seen = observed_figures(kind, says, truth, drawn(kind, truth, rng))
        except InputError:
            seen = {}
        for one in compared_figures(expected, observed=seen):
            if one.name.startswith("width"):
                continue
            low, high, true = one.expected.low, one.expected.high, theta[one.name]
            rows.append({
                "n": n, "case_mix": mix, "truth": name, "figure": one.name, "true": true,
                "expected": one.expected.value, "uncorrected": expected.uncorrected[one.name],
                "low": low, "high": high, "covered": low <= true <= high,
                "dle": by_dle.get(one.name, np.nan), "beyond_chance": one.beyond_chance,
            })  # fmt: skip
    return rows


def summarised(rows: pd.DataFrame) -> pd.DataFrame:
    """One line a figure and situation, with Monte-Carlo errors."""
    rows = rows.assign(
        bias=rows["expected"] - rows["true"],
        bias_uncorrected=rows["uncorrected"] - rows["true"],
        bias_dle=rows["dle"] - rows["true"],
        beyond_chance=rows["beyond_chance"].astype(float),
        covered=rows["covered"].astype(float),
        width=rows["high"] - rows["low"],
    )
    names = ["bias", "bias_uncorrected", "bias_dle", "covered", "beyond_chance"]
    groups = rows.groupby(["outcome", "truth", "case_mix", "n", "figure"], sort=False)
    found = groups[["true", *names, "width"]].mean()
    count = groups["true"].count()
    for name in names:
        found[f"{name}_error"] = groups[name].std() / np.sqrt(count)
    for name in ("bias", "bias_uncorrected", "bias_dle"):
        found[f"rmse_{name.removeprefix('bias_') if '_' in name else 'expected'}"] = np.sqrt(
            groups[name].apply(lambda v: float(np.mean(v**2)))
        )
    found["repetitions"] = count
    return found.round(5).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outcome", choices=["continuous", "binary"], required=True)
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--kept", type=Path, help="folder of finished repetitions, to go on with")
    options = parser.parse_args()
    kept = options.kept
    rows, began = [], time.process_time()
    for number in range(options.cohorts):
        file = None if kept is None else kept / f"{options.outcome}_{number}.csv"
        if file is not None and file.is_file():
            rows.append(pd.read_csv(file))
            continue
        rows.append(pd.DataFrame(one_repetition(options.outcome, number, options.sizes)))
        if file is not None:
            kept.mkdir(parents=True, exist_ok=True)
            rows[-1].to_csv(file, index=False)
        print(f"{number + 1} of {options.cohorts}", end="\r", file=sys.stderr, flush=True)
    found = summarised(pd.concat(rows, ignore_index=True))
    found.to_csv(HERE / f"{options.outcome}.csv", index=False)
    print(found.to_string())
    print(f"{time.process_time() - began:.0f} s of processor time", file=sys.stderr)


if __name__ == "__main__":
    main()
