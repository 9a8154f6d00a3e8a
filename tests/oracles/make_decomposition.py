"""Decompositions and elementary scores of the 70 people of `metrics_small_data.csv`.

Weights are 1 + group modulo 3. Forecasts for the CRPS are uniform around the prediction; its
integral is exact: cells end at outcomes, ends of forecasts and places where two of them cross.
Run in an environment with model-diagnostics and
probcal, from the folder of the project:
python tests/oracles/make_decomposition.py > tests/oracles/decomposition.json
"""

import csv
import datetime
import itertools
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from model_diagnostics.scoring import ElementaryScore, PinballLoss, SquaredError, decompose
from probcal.curves import corp_reliability
from probcal.metrics import murphy_curve

DATA = Path(__file__).parent / "metrics_small_data.csv"
PARTS = ("score", "miscalibration", "discrimination", "uncertainty")
COLUMNS = {"binary": ("y", "risk"), "continuous": ("observed", "predicted")}
# Risks and predictions of the file among them: ties with a threshold.
THRESHOLDS = {"binary": [0.12, 0.25, 0.4, 0.61], "continuous": [30.0, 39.4, 55.5, 63.0]}
# probcal counts a risk at the threshold as below it: between the risks there are no ties.
BETWEEN = [0.125, 0.255, 0.405, 0.615]

PROBABILITIES = (0.1, 0.5, 0.975)
# Half the width of the uniform forecasts: the same for all, or wider for some.
HALF_WIDTHS = {"shifted": lambda p: np.full(len(p), 150.0), "crossing": lambda p: 8.0 + p % 7.0}


def columns():
    with DATA.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def figures(y, p, weights, thresholds):
    frame = decompose(y, p, weights=weights, scoring_function=SquaredError())
    scores = [ElementaryScore(eta=eta, functional="mean")(y, p, weights) for eta in thresholds]
    return {
        "decomposition": {name: float(frame[name][0]) for name in PARTS},
        "elementary_scores": [float(one) for one in scores],
    }


def figures_of_quantiles(y, p, weights):
    found = {}
    if weights is not None:
        # The package has no weighted quantiles: people are repeated as often as they count.
        y, p = (np.repeat(one, weights.astype(int)) for one in (y, p))
    for probability in PROBABILITIES:
        frame = decompose(y, p, scoring_function=PinballLoss(level=probability))
        scores = ElementaryScore(eta=THRESHOLDS["continuous"][2], functional="quantile",
                                 level=probability)  # fmt: skip
        found[str(probability)] = {name: float(frame[name][0]) for name in PARTS} | {
            "elementary_score": float(scores(y, p))
        }
    return found


def crps_parts(y, p, half, weights):
    pairs = [
        p[i] + half[i] * (p[i] - p[j]) / (half[j] - half[i])
        for i, j in itertools.combinations(range(len(p)), 2)
        if half[i] != half[j]
    ]
    edges = np.unique([*y, *(p - half), *(p + half), *pairs])
    total = dict.fromkeys(PARTS, 0.0)
    for start, end in itertools.pairwise(edges[(edges >= y.min()) & (edges <= y.max())]):
        middle = (start + end) / 2
        below = np.clip((middle - p + half) / (2 * half), 0.0, 1.0)
        frame = decompose((y <= middle).astype(float), below, weights=weights,
                          scoring_function=SquaredError())  # fmt: skip
        for name in PARTS[1:3]:
            total[name] += (end - start) * float(frame[name][0])
    return {name: total[name] for name in PARTS[1:3]}


def figures_of_probcal(y, p, weights):
    corp = corp_reliability(y, p, sample_weight=weights)
    parts = (corp.brier, corp.brier_mcb, corp.brier_dsc, corp.brier_unc)
    scores = murphy_curve(y, p, thresholds=BETWEEN, sample_weight=weights).score
    return {
        "decomposition": dict(zip(PARTS, map(float, parts), strict=True)),
        "elementary_scores": scores.tolist(),
    }


def main():
    data = columns()
    weightings = {"unweighted": None, "weighted": 1.0 + data["group"] % 3}
    json.dump({
        "package": "model-diagnostics, probcal",
        "version": ", ".join(version(name) for name in ("model-diagnostics", "probcal")),
        "script": "make_decomposition.py",
        "date": f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}",
        "thresholds": THRESHOLDS,
        **{
            kind: {
                name: figures(data[y], data[p], weights, THRESHOLDS[kind])
                for name, weights in weightings.items()
            }
            for kind, (y, p) in COLUMNS.items()
        },
        "quantile": {
            name: figures_of_quantiles(data["observed"], data["predicted"], weights)
            for name, weights in weightings.items()
        },
        "crps": {
            name: crps_parts(data["observed"], data["predicted"], half(data["predicted"]),
                             weightings["weighted"])
            for name, half in HALF_WIDTHS.items()
        },
        "probcal": {"thresholds": BETWEEN} | {
            name: figures_of_probcal(data["y"], data["risk"], weights)
            for name, weights in weightings.items()
        },
    }, sys.stdout, indent=1)  # fmt: skip
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
