"""The models of a study as estimators of scikit-learn.

They rest on the estimator that `hiprisk train` fits, and predict by the sheet that it is written
down as: a fit in a notebook, a bundle and a scored file say the same. `to_sheet` and `to_bundle`
write down models that scikit-learn, LightGBM or XGBoost fitted.
"""

from hiprisk.estimators.classifier import StudyClassifier
from hiprisk.estimators.other_libraries import to_bundle, to_sheet
from hiprisk.estimators.regressor import StudyRegressor

__all__ = ["StudyClassifier", "StudyRegressor", "to_bundle", "to_sheet"]
