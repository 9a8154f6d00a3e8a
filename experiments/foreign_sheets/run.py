"""Sheets of scikit-learn, LightGBM and XGBoost against each library's own prediction.

    python experiments/foreign_sheets/run.py [--rows 10000]

Writes ``agreement.csv``: on simulated patients, and on rows whose every value stands exactly on a
threshold, one double below or one above. The sheet is written as JSON and read back first.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import time
from pathlib import Path

import lightgbm
import numpy as np
import xgboost
from sklearn import ensemble, linear_model, tree
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hiprisk.learning.foreign.agreement import library_prediction, sheet_prediction
from hiprisk.learning.foreign.conversion import convert
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.sheet.document.codec import decode, encode
from hiprisk.sheet.document.strict_json import canonical_json, parse_strict
from hiprisk.sheet.format import TreesModel

HERE = Path(__file__).parent
NAMES = ("age", "function", "motion", "back_pain", "bmi", "leg_length")
N_FITTED = 3000

MODELS = {
    "LinearRegression": (linear_model.LinearRegression(), None),
    "LogisticRegression": (None, linear_model.LogisticRegression(max_iter=5000)),
    "DecisionTree": (
        tree.DecisionTreeRegressor(min_samples_leaf=5, random_state=0),
        tree.DecisionTreeClassifier(min_samples_leaf=5, random_state=0),
    ),
    "RandomForest": (
        ensemble.RandomForestRegressor(500, min_samples_leaf=3, random_state=0),
        ensemble.RandomForestClassifier(500, min_samples_leaf=3, random_state=0),
    ),
    "ExtraTrees": (
        ensemble.ExtraTreesRegressor(500, min_samples_leaf=3, random_state=0),
        ensemble.ExtraTreesClassifier(500, min_samples_leaf=3, random_state=0),
    ),
    "GradientBoosting": (
        ensemble.GradientBoostingRegressor(n_estimators=300, random_state=0),
        ensemble.GradientBoostingClassifier(n_estimators=300, random_state=0),
    ),
    "HistGradientBoosting": (
        ensemble.HistGradientBoostingRegressor(max_iter=300, random_state=0),
        ensemble.HistGradientBoostingClassifier(max_iter=300, random_state=0),
    ),
    "LightGBM": (
        lightgbm.LGBMRegressor(n_estimators=300, learning_rate=0.05, verbose=-1, n_jobs=1),
        lightgbm.LGBMClassifier(n_estimators=300, learning_rate=0.05, verbose=-1, n_jobs=1),
    ),
    "XGBoost": (
        xgboost.XGBRegressor(n_estimators=300, learning_rate=0.05, n_jobs=1),
        xgboost.XGBClassifier(n_estimators=300, learning_rate=0.05, n_jobs=1),
    ),
}
COLUMNS = (
    "model", "outcome", "scaled", "rows", "n", "differing", "largest_difference",
    "largest_relative_difference", "nodes", "mib", "seconds_to_convert", "seconds_to_predict",
)  # fmt: skip


def people(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers, tenths, 0/1 and numbers without end; a score of 0-100."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [
            rng.integers(40, 90, n),
            rng.integers(0, 1000, n) / 10.0,
            rng.normal(95.0, 15.0, n).round(),
            rng.integers(2, size=n),
            rng.normal(27.0, 5.0, n),
            rng.normal(0.0, 0.01, n),
        ]
    ).astype(np.float64)
    mean = 0.1 * x[:, 0] + 0.5 * x[:, 1] + 6.0 * x[:, 3] * (x[:, 2] < 90.0) + 300.0 * x[:, 5]
    return x, np.clip(mean + rng.normal(scale=12.0, size=n), 0.0, 100.0)


def at_thresholds(model, x: np.ndarray, seed: int) -> np.ndarray:
    """The same rows, every value moved onto the nearest threshold or one double beside it."""
    if not isinstance(model, TreesModel):
        return x
    rng = np.random.default_rng(seed)
    features = np.concatenate([one.feature for one in model.trees])
    thresholds = np.concatenate([one.threshold for one in model.trees])
    moved = x.copy()
    for place in range(x.shape[1]):
        own = np.unique(thresholds[features == place])
        if not own.size:
            continue
        nearest = own[np.searchsorted(own, x[:, place]).clip(0, len(own) - 1)]
        beside = np.nextafter(nearest, rng.choice([-np.inf, np.inf], len(x)))
        moved[:, place] = np.where(rng.random(len(x)) < 1 / 3, nearest, beside)
    return moved


def read_back(model):
    """The model after a trip through a sheet's JSON, and its size in bytes."""
    text = canonical_json(encode(model))
    return decode(type(model), parse_strict(text, name="model"), name="model"), len(text)


def compare(name: str, kind: str, estimator, *, scaled: bool, n_rows: int):
    """Rows of the table of one model."""
    x, score = people(N_FITTED, seed=1)
    y = (score > 45.0).astype(float) if kind == "binary" else score
    fitted = (make_pipeline(StandardScaler(), estimator) if scaled else estimator).fit(x, y)
    start = time.perf_counter()
    try:
        converted = convert(fitted, inputs=NAMES)
    except NotPortableError as refusal:
        print(name, kind, refusal)
        return
    seconds = time.perf_counter() - start
    model, size = read_back(converted.model)
    assert dataclasses.replace(model) == converted.model
    nodes = sum(len(t.feature) for t in model.trees) if isinstance(model, TreesModel) else 0
    new = people(n_rows, seed=2)[0]
    for what, rows in (("patients", new), ("at thresholds", at_thresholds(model, new, seed=3))):
        own = library_prediction(fitted, rows)
        start = time.perf_counter()
        sheet = sheet_prediction(model, NAMES, rows)
        took = time.perf_counter() - start
        difference = np.abs(own - sheet)
        relative = difference / np.maximum(1.0, np.abs(own))
        yield (
            f"{converted.source}", kind, "yes" if scaled else "no", what, len(rows),
            int((own != sheet).sum()), f"{difference.max():.1e}", f"{relative.max():.1e}", nodes,
            f"{size / 2**20:.2f}", f"{seconds:.2f}", f"{took:.2f}",
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=HERE / "agreement.csv")
    settings = parser.parse_args()
    with settings.out.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        for name, pair in MODELS.items():
            for kind, estimator in zip(("continuous", "binary"), pair, strict=True):
                for scaled in (False, True):
                    if estimator is None or (scaled and "Forest" in name):
                        continue
                    for row in compare(name, kind, estimator, scaled=scaled, n_rows=settings.rows):
                        table.writerow(row)
                        print(*row, flush=True)


if __name__ == "__main__":
    main()
