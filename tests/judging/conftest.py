"""One estimator, judged once for the tests of this room."""

import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from blank_figures import figures_left_blank
from hiprisk.validation import judge


@pytest.fixture(scope="module", autouse=True)
def _no_pictures():
    with figures_left_blank():
        yield


@pytest.fixture(scope="session")
def people():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return X[:200], (y > 140).map({True: "high", False: "low"})[:200].rename("progression")


@pytest.fixture(scope="session")
def judged(people):
    estimator = make_pipeline(StandardScaler(), LogisticRegression())
    return judge(estimator, *people, event="high", thresholds=[0.3], n_resamples=20, folds=4)
