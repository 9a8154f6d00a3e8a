"""The models of a study as estimators of scikit-learn.

They rest on the estimator that `hiprisk train` fits, and predict by the sheet that it is written
down as: a fit in a notebook, a bundle and a scored file say the same. `to_sheet` and `to_bundle`
write down models that scikit-learn, LightGBM or XGBoost fitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.estimators.classifier import StudyClassifier
    from hiprisk.estimators.other_libraries import to_bundle, to_sheet
    from hiprisk.estimators.regressor import StudyRegressor

__all__ = ["StudyClassifier", "StudyRegressor", "to_bundle", "to_sheet"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "StudyClassifier": "hiprisk.estimators.classifier",
        "StudyRegressor": "hiprisk.estimators.regressor",
        "to_bundle": "hiprisk.estimators.other_libraries",
        "to_sheet": "hiprisk.estimators.other_libraries",
    },
)
