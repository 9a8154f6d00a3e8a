"""scikit-learn's own checks of what an estimator is; none of them is expected to fail."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from hiprisk.estimators import StudyClassifier, StudyRegressor

ESTIMATORS = [
    StudyRegressor(),
    # Small ensembles: what is checked does not depend on the number of trees.
    StudyRegressor("boosting", n_trees=10, interval_folds=2),
    StudyRegressor("ordinal", bounds=(-1e4, 1e4), interval_folds=0),
    StudyClassifier(),
    StudyClassifier("boosting", n_trees=10),
    StudyClassifier(n_resamples=20),
]


@pytest.mark.slow  # not one check, but their number
@pytest.mark.filterwarnings("ignore")  # of columns that do not vary, which some checks give
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_check(estimator, check, monkeypatch):
    # Without it one check is skipped; SciPy read it at import, and the check only looks at it.
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    check(estimator)
