"""Permutation importance by scikit-learn, of pipelines that are the regressions of `effects.json`.

Run from the folder of the project:
python tests/oracles/make_importance.py > tests/oracles/importance.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

EFFECTS = json.loads((Path(__file__).parent / "effects.json").read_text())
PEOPLE = pd.DataFrame(EFFECTS["people"])
X = PEOPLE[["age", "bmi", "site"]]
N_REPEATS, SEED = 5, 7


def spline(x):
    """Restricted cubic spline by Harrell's formula."""
    x, k = np.asarray(x, dtype=float)[:, 0], np.array(EFFECTS["knots"], dtype=float)

    def cubed(v):
        return np.maximum(v, 0.0) ** 3

    parts = [
        cubed(x - k[j])
        - cubed(x - k[-2]) * (k[-1] - k[j]) / (k[-1] - k[-2])
        + cubed(x - k[-1]) * (k[-2] - k[j]) / (k[-1] - k[-2])
        for j in range(len(k) - 2)
    ]
    return np.column_stack([x, *(part / (k[-1] - k[0]) ** 2 for part in parts)])


def pipeline(regression):
    columns = make_column_transformer(
        (FunctionTransformer(spline), ["age"]), ("passthrough", ["bmi"]),
        (OneHotEncoder(drop="first"), ["site"]),
    )  # fmt: skip
    return make_pipeline(columns, regression)


def orders():
    """Whose value each person is given: scikit-learn shuffles on from the last order."""
    seed = np.random.RandomState(SEED).randint(np.iinfo(np.int32).max + 1)
    state, shuffled = np.random.RandomState(seed), np.arange(len(X))
    whose, found = np.arange(len(X)), []
    for _ in range(N_REPEATS):
        state.shuffle(shuffled)
        whose = whose[shuffled]
        found.append(whose.tolist())
    return found


def figures(model, y, scoring):
    fitted = model.fit(X, y)
    found = permutation_importance(
        fitted, X, y, scoring=scoring, n_repeats=N_REPEATS, random_state=SEED
    )
    return {
        "value": float(get_scorer(scoring)(fitted, X, y)),
        "drops": dict(zip(X.columns, found.importances.tolist(), strict=True)),
    }


json.dump({
    "package": f"scikit-learn {sklearn.__version__}",
    "script": "make_importance.py; people of effects.json",
    "date": "2026-11-28",
    "orders": orders(),
    "linear": figures(pipeline(LinearRegression()), PEOPLE["score"], "r2"),
    "logistic": figures(
        pipeline(LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=500)),
        PEOPLE["risk"], "roc_auc",
    ),
}, sys.stdout)  # fmt: skip
