"""Both imputers beside R mice's method "norm" on the numeric columns of psfmi_lbp_orig.

Pooled estimates after 200 imputations each, in units of mice's standard errors; mice's own are
frozen in tests/oracles/mice_norm_lbp.csv.

    python experiments/missing_values/against_mice.py PATH/psfmi_lbp_orig.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.features.imputation import draw_imputations
from hiprisk.features.normal_fit import fit_normal
from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.chained import draw_chained
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.parallel import one_thread
from hiprisk.seeding import rng_for

ORACLE = Path(__file__).parents[2] / "tests" / "oracles" / "mice_norm_lbp.csv"
NAMES = [
    "Chronic", "Pain", "Tampascale", "Function", "Age", "JobControl", "JobDemands",
    "SocialSupport", "Duration", "BMI",
]  # fmt: skip


def normal_sets(data: np.ndarray, m: int) -> list[np.ndarray]:
    whole = fit_normal(data, tolerance=1e-6)
    sets: list[np.ndarray] = []
    for number in range(m):
        rng = rng_for(1, "imputation", number)
        fitted = fit_normal(data[rng.integers(0, len(data), len(data))], start=whole)
        wide = fitted.widened(len(data))
        sets += draw_imputations(data, wide.model(), n_draws=1, rng=rng)
    return sets


def chained_sets(data: np.ndarray, m: int) -> list[np.ndarray]:
    return [draw_chained(data, rng=rng_for(1, "chained", number)) for number in range(m)]


def compared(sets: list[np.ndarray], name: str) -> pd.DataFrame:
    oracle = pd.read_csv(ORACLE, comment="#")
    rows = []
    for model, fit, outcome in (
        ("linear", fit_ols, "Function"),
        ("logistic", fit_logistic, "Chronic"),
    ):
        theirs = oracle[oracle["model"] == model]
        at = [NAMES.index(term) for term in theirs["term"][1:]]
        fits = [fit(part[:, at], part[:, NAMES.index(outcome)]) for part in sets]
        ours = pool_estimates(
            [one.coefficients for one in fits],
            [one.covariance for one in fits],
            complete_df=len(sets[0]) - len(at) - 1,
        )
        rows.append(
            pd.DataFrame(
                {
                    "imputer": name,
                    "model": model,
                    "term": theirs["term"].to_numpy(),
                    "estimate": ours.estimate,
                    "mice": theirs["estimate"].to_numpy(),
                    "difference_in_se": (ours.estimate - theirs["estimate"].to_numpy())
                    / theirs["std.error"].to_numpy(),
                    "se_ratio": ours.se / theirs["std.error"].to_numpy(),
                }
            )
        )
    return pd.concat(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--imputations", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "against_mice.csv")
    options = parser.parse_args()
    data = pd.read_csv(options.data)[NAMES].to_numpy(float)
    with one_thread():
        found = pd.concat(
            [
                compared(normal_sets(data, options.imputations), "normal"),
                compared(chained_sets(data, options.imputations), "chained"),
            ]
        )
    found.round(5).to_csv(options.out, index=False)
    print(found.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
