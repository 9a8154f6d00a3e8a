"""What random intercepts of site are worth, on simulated cohorts whose sites are known.

    python experiments/sites/run.py --cohorts 1000

Cohorts of 300 people (600 where the outcome is binary) in 5, 12 or 30 sites, the first twice as
large as the last, three predictors, and an intraclass correlation of 0, 0.05 or 0.2. Each cohort is
fitted without sites and with random intercepts, out-of-fold by person and by site. Judged are the
variance between sites; at 200 new sites of 20 people each the coverage of 95 % prediction intervals
(continuous) or calibration (binary); and at the known sites, in 2,000 new people, the loss of a
model with named sites against one without. Writes one line a scenario and figure: its mean over
cohorts with the Monte-Carlo error. A checkpoint lets a run go on after a stop.
"""

from __future__ import annotations

import argparse
import json
import os
from itertools import product
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from hiprisk.learning.folds import grouped_folds, loss
from hiprisk.learning.linear import LinearFit, fit_linear, plan_terms
from hiprisk.learning.residual_distribution import residual_distribution, widened
from hiprisk.learning.sites.fitting import StudySites, fit_with_sites
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.seeding import rng_for
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.format import OutcomeSpec
from hiprisk.sheet.links import expit

HERE = Path(__file__).parent
SLOPES = np.array([0.5, 0.3, 0.2])
KINDS, SITES, CORRELATIONS = ("continuous", "binary"), (5, 12, 30), (0.0, 0.05, 0.2)
PEOPLE = {"continuous": 300, "binary": 600}
# Of the residual: 1, or that of a standard logistic variable.
WITHIN = {"continuous": 1.0, "binary": np.pi**2 / 3.0}
LEVEL = -1.0
NAMES = ("a", "b", "c")
PLAIN = {"penalty": 0.0, "l1_share": 0.0, "spline_knots": 0}
NO_BOUNDS = OutcomeSpec(
    variable="y", label="y", unit="", kind="continuous", estimand="y", horizon_months=12.0,
    higher_is="worse",
)  # fmt: skip


class Source:
    """People of sites whose intercepts are drawn once."""

    def __init__(self, kind: str, n_sites: int, correlation: float, rng: np.random.Generator):
        self.kind, self.rng = kind, rng
        self.variance = WITHIN[kind] * correlation / (1.0 - correlation)
        self.effects = np.sqrt(self.variance) * rng.standard_normal(n_sites)
        shares = np.linspace(2.0, 1.0, n_sites)
        self.shares = shares / shares.sum()

    def people(self, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inputs, outcome and site of people of the known sites."""
        sites = self.rng.choice(len(self.effects), n, p=self.shares)
        return self._people(sites, self.effects)

    def new_sites(self, n_sites: int, n_each: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and outcome of people of sites that were never seen."""
        effects = np.sqrt(self.variance) * self.rng.standard_normal(n_sites)
        return self._people(np.repeat(np.arange(n_sites), n_each), effects)[:2]

    def _people(self, sites: np.ndarray, effects: np.ndarray):
        x = self.rng.standard_normal((len(sites), 3))
        lp = x @ SLOPES + effects[sites]
        if self.kind == "binary":
            return x, (self.rng.random(len(sites)) < expit(LEVEL + lp)).astype(float), sites
        return x, lp + self.rng.standard_normal(len(sites)), sites


def fitted(x, y, sites, *, kind: str, how: str, n_named: int = 0) -> LinearFit:
    """A fit without sites, or with random or named ones."""
    link = "identity" if kind == "continuous" else "logit"
    names, inputs = list(NAMES), x
    if how == "named":
        names += [f"site={level}" for level in range(1, n_named)]
        inputs = with_sites(x, sites, n_named)
    plan = plan_terms(names, [inputs], splines=(), n_knots=0)
    if how == "none":
        return fit_linear([inputs], y, plan=plan, params=PLAIN, link=link)
    given = StudySites(sites, n_named if how == "named" else 0)
    return fit_with_sites([inputs], y, given, plan=plan, params=PLAIN, link=link)


def with_sites(x, sites, n_named: int) -> np.ndarray:
    return np.column_stack([x, sites[:, np.newaxis] == np.arange(1, n_named)]).astype(float)


def out_of_fold(x, y, sites, groups, *, how: str, rng) -> np.ndarray:
    predicted = np.empty(len(y))
    n_folds = min(5, len(np.unique(groups)))
    for left in grouped_folds(groups, n_folds=n_folds, rng=rng):
        inside = np.setdiff1d(np.arange(len(y)), left)
        fit = fitted(x[inside], y[inside], sites[inside], kind="continuous", how=how)
        predicted[left] = fit.linear_predictor(x[left])
    return predicted


def covered(fit, distribution, x, y) -> dict[str, float]:
    spread = PredictiveDistribution(distribution, NO_BOUNDS)
    mean = fit.linear_predictor(x)
    scale = spread.scale(mean, np.zeros(len(mean)))
    low, high = spread.quantile(0.025, mean, scale), spread.quantile(0.975, mean, scale)
    return {
        "coverage": float(np.mean((y >= low) & (y <= high))),
        "width": float((high - low).mean()),
    }


def at_new_sites(source: Source, data, fits, rng) -> dict[str, float]:
    """Coverage at new sites of intervals without site effects and with them.

    With them by folds of people, as residuals are and widened, and by folds of sites.
    """
    x, y, sites = data
    new_x, new_y = source.new_sites(200, 20)
    found: dict[str, float] = {}
    nothing, rows = np.zeros(len(y)), np.arange(len(y))
    seed = int(rng.integers(2**31))
    ways = {
        "none": ("none", rows, 0.0),
        "random not widened": ("random", rows, 0.0),
        "random": ("random", rows, fits["random"].intercept_error),
        "random by folds of sites": ("random", sites, 0.0),
    }
    for name, (how, groups, more) in ways.items():
        folds = np.random.default_rng(seed)
        predicted = out_of_fold(x, y, sites, groups, how=how, rng=folds)
        distribution = widened(residual_distribution(y, predicted, nothing), more)
        for figure, value in covered(fits[how], distribution, new_x, new_y).items():
            found[f"{figure} at new sites: {name}"] = value
    return found


def calibration(source: Source, fits) -> dict[str, float]:
    """O:E and calibration slope at new sites."""
    x, y = source.new_sites(200, 20)
    found = {}
    for how in ("none", "random"):
        lp = fits[how].linear_predictor(x)
        found[f"O:E at new sites: {how}"] = float(y.mean() / expit(lp).mean())
        slope = fit_logistic(lp[:, np.newaxis], y).coefficients[1]
        found[f"calibration slope at new sites: {how}"] = float(slope)
    return found


def at_known_sites(source: Source, fits, n_sites: int) -> dict[str, float]:
    """Reduction in loss of named sites against a model without, in new people of known sites."""
    x, y, sites = source.people(2_000)
    lp = {
        "none": fits["none"].linear_predictor(x),
        "named": fits["named"].linear_predictor(with_sites(x, sites, n_sites)),
    }
    if source.kind == "binary":
        lp = {how: expit(values) for how, values in lp.items()}
    losses = {how: loss(y, values, kind=source.kind) for how, values in lp.items()}
    return {"reduction in loss at known sites: named": 1.0 - losses["named"] / losses["none"]}


def one_cohort(kind: str, n_sites: int, correlation: float, number: int) -> dict[str, float]:
    rng = rng_for(20261127, "sites", f"{kind}-{n_sites}-{correlation}", number)
    source = Source(kind, n_sites, correlation, rng)
    data = source.people(PEOPLE[kind])
    fits = {
        how: fitted(*data, kind=kind, how=how, n_named=n_sites)
        for how in ("none", "random", "named")
    }
    found = {
        "variance between sites": fits["random"].site_variance,
        "variance estimated as 0": float(fits["random"].site_variance == 0.0),
    }
    if kind == "continuous":
        found |= at_new_sites(source, data, fits, rng)
    else:
        found |= calibration(source, fits)
    return found | at_known_sites(source, fits, n_sites)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    parser.add_argument("--checkpoint", type=Path, default=HERE / ".cohorts.jsonl")
    options = parser.parse_args()
    done: dict[tuple, dict[str, float]] = {}
    if options.checkpoint.exists():
        for line in options.checkpoint.read_text().splitlines():
            *key, found = json.loads(line)
            done[tuple(key)] = found
    with options.checkpoint.open("a") as checkpoint:
        # Cohort by cohort through all scenarios: a run that stops early has some of each.
        for number in range(options.cohorts):
            for key in product(KINDS, SITES, CORRELATIONS):
                if (*key, number) in done:
                    continue
                found = done[(*key, number)] = one_cohort(*key, number)
                checkpoint.write(json.dumps([*key, number, found]) + "\n")
    rows = [
        {"outcome": key[0], "sites": key[1], "intraclass_correlation": key[2], "figure": name,
         "value": value}
        for key, found in done.items() for name, value in found.items()
    ]  # fmt: skip
    grouped = pd.DataFrame(rows).groupby(
        ["outcome", "sites", "intraclass_correlation", "figure"], sort=False
    )["value"]
    table = grouped.agg(cohorts="size", mean="mean", sd="std").reset_index()
    table["monte_carlo_error"] = table["sd"] / np.sqrt(table["cohorts"])
    table["truth"] = [
        WITHIN[row.outcome] * row.intraclass_correlation / (1.0 - row.intraclass_correlation)
        if row.figure == "variance between sites" else np.nan
        for row in table.itertuples()
    ]  # fmt: skip
    table.drop(columns="sd").round(5).to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
