"""Trees by masks of leaves beside the libraries that fitted them, one thread, the same model.

    python experiments/bench/trees.py

Each model is fitted by its library, written as a sheet's trees, and predicted by both in turn:
rows a CPU-second. Masks and the walk down each tree (our own way before) must agree to the last
bit; the conversion has compared sheet and library. Libraries are called on the arrays that they
like best.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from recording import Row, ratio_of_pairs, record

from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.parallel import one_thread
from hiprisk.sheet.tree_leaves import TreeEnsemble

N_INPUTS, N_TREES, N_LEAVES = 21, 200, 8


def models(X: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Name with the version, and the fitted model."""
    import sklearn
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

    skl = f"scikit-learn {sklearn.__version__}"
    found: dict[str, Any] = {
        f"HistGradientBoosting of {skl}": HistGradientBoostingRegressor(
            max_iter=N_TREES, max_leaf_nodes=N_LEAVES, early_stopping=False, random_state=1
        ),
        f"RandomForest of {skl}": RandomForestRegressor(
            N_TREES, max_leaf_nodes=N_LEAVES, random_state=1, n_jobs=1
        ),
    }
    try:
        import lightgbm
    except ImportError:
        print("LightGBM is absent: left out", file=sys.stderr)
    else:
        found[f"LightGBM {lightgbm.__version__}, C++ predictor"] = lightgbm.LGBMRegressor(
            n_estimators=N_TREES, num_leaves=N_LEAVES, n_jobs=1, verbose=-1, random_state=1
        )
    return {name: model.fit(X, y) for name, model in found.items()}


def cpu_seconds(function: Callable[[], np.ndarray]) -> float:
    began = time.process_time()
    function()
    return time.process_time() - began


def compared(name: str, model: Any, X: np.ndarray, runs: int) -> Row:
    sheet = sheet_model_of(model, inputs=[f"x{i}" for i in range(N_INPUTS)])
    ensemble = TreeEnsemble(sheet.trees, sheet.baseline, np.dtype(sheet.precision or "float64"))
    inputs = np.ascontiguousarray(X.T)
    few = inputs[:, :20_000]
    masks = ensemble.sums(few)
    walked = np.full(few.shape[1], sheet.baseline, dtype=masks.dtype)
    for tree in ensemble._walks:
        walked += tree.values(few)
    if not np.array_equal(masks, walked):
        raise SystemExit(f"{name}: masks and walk differ")
    # The first call of a library makes what it keeps.
    model.predict(X[:1_000])
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(cpu_seconds(lambda: ensemble.sums(inputs)))
        theirs.append(cpu_seconds(lambda: model.predict(X)))
    began = time.process_time()
    for tree in ensemble._walks:
        tree.values(few)
    walk = few.shape[1] / (time.process_time() - began)
    return Row(
        what=f"trees: {N_TREES} of {N_LEAVES} leaves, {N_INPUTS} inputs, {len(X):,} rows",
        aim="8 times the walk" if name.startswith("HistGradient") else "",
        ours=f"{len(X) / statistics.median(mine) / 1e6:.2f} million rows a CPU-second",
        rival_name=name,
        rival=f"{len(X) / statistics.median(theirs) / 1e6:.2f} million",
        **ratio_of_pairs(mine, theirs),
        note=f"{len(X) / statistics.median(mine) / walk:.1f} times our own walk, the same bits",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--short", action="store_true", help="a few seconds, no figures")
    options = parser.parse_args()
    if options.short:
        options.rows, options.runs = 20_000, 1
    load = os.getloadavg()[0]
    rng = np.random.default_rng(1)
    X = rng.normal(size=(options.rows, N_INPUTS))
    y = X[:, 0] + np.sin(3 * X[:, 1]) * X[:, 2] + rng.normal(size=len(X))
    rows = []
    with one_thread():
        for name, model in models(X[:5_000], y[:5_000]).items():
            rows.append(compared(name, model, X, options.runs))
            print(f"{rows[-1].what}: {rows[-1].ours}; {name} {rows[-1].rival}, "
                  f"ratio {rows[-1].ratio:.2f}; {rows[-1].note}")  # fmt: skip
    record("trees", rows, packages=("scikit-learn", "lightgbm"), short=options.short, load=load)


if __name__ == "__main__":
    main()
