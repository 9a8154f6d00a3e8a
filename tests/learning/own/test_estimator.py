"""The class of an own candidate: imported, made, and what it must have."""

import re
import sys

import pytest

from hiprisk.config import EstimatorSettings
from hiprisk.errors import ConfigError, MissingExtraError
from hiprisk.learning.own.estimator import (
    OwnEstimator,
    check_estimator,
    check_imports,
    estimator_class,
    package_versions,
)

FOREST = "sklearn.ensemble.RandomForestRegressor"


def checked(path, kind="continuous", **sections):
    check_estimator("mine", EstimatorSettings(estimator=path, **sections), kind=kind)


def test_seed_and_processes_are_the_study_s():
    made = OwnEstimator(FOREST, seed=5).made({"n_estimators": 7})
    again = OwnEstimator(FOREST, seed=5).made({"n_estimators": 7})
    other = OwnEstimator(FOREST, seed=5).made({"n_estimators": 7}, number=1)
    assert (made.n_estimators, made.n_jobs) == (7, 1)
    assert made.random_state == again.random_state != other.random_state


def test_lightgbm_is_silent_and_gives_the_same_numbers_again():
    lightgbm = pytest.importorskip("lightgbm")
    made = OwnEstimator("lightgbm.LGBMRegressor").made({})
    assert isinstance(made, lightgbm.LGBMRegressor)
    assert made.get_params()["deterministic"] is True


def test_a_setting_beside_lightgbm_s_signature_is_known():
    pytest.importorskip("lightgbm")
    checked("lightgbm.LGBMRegressor", search={"max_bin": (63, 255)})


@pytest.mark.parametrize(
    ("path", "kind", "sections", "said"),
    [
        ("sklearn.ensemble.RandomForestRegresor", "continuous", {},
         r"no class 'RandomForestRegresor' \(did you mean RandomForestRegressor\?\)"),
        ("sklearn.ensembles.RandomForestRegressor", "continuous", {},
         r"no module 'sklearn.ensembles'"),
        (FOREST, "continuous", {"fixed": {"n_estimator": 5}},
         r"families.mine.fixed.n_estimator: .*did you mean n_estimators\?"),
        (FOREST, "continuous", {"search": {"depth_of_all": (1,)}}, r"it has: bootstrap, ccp_alpha"),
        (FOREST, "binary", {}, r"needs a classifier with predict_proba; .* is a regressor"),
        ("sklearn.linear_model.LogisticRegression", "continuous", {},
         r"needs a regressor; .* is a classifier \(name the class of the other kind"),
        ("sklearn.linear_model.RidgeClassifier", "binary", {},
         r"is a classifier without predict_proba"),
        ("sklearn.preprocessing.StandardScaler", "continuous", {}, r"has no predict"),
        ("sklearn.cluster.KMeans", "continuous", {}, r"is neither"),
        ("sklearn.pipeline.Pipeline", "continuous", {}, r"cannot be made without arguments"),
        ("collections.OrderedDict", "continuous", {}, r"is no scikit-learn estimator"),
    ],
)  # fmt: skip
def test_a_class_that_does_not_do_is_refused_with_what_to_do(path, kind, sections, said):
    with pytest.raises(ConfigError, match=said):
        checked(path, kind, **sections)


def test_a_package_that_is_absent_is_named():
    with pytest.raises(MissingExtraError, match="package 'nowhere_ml' is not installed"):
        estimator_class("nowhere_ml.Model")


def test_the_extra_that_brings_a_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(MissingExtraError, match=r"'lightgbm' is not installed \(pip install 'hip"):
        estimator_class("lightgbm.LGBMRegressor")


def test_a_class_of_the_current_folder_is_found(tmp_path, monkeypatch):
    (tmp_path / "found_here.py").write_text(
        "from sklearn.linear_model import Ridge\nclass Mine(Ridge):\n    pass\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    checked("found_here.Mine", fixed={"alpha": 2.0})
    ((name, version),) = package_versions(["found_here.Mine"]).items()
    assert name == "found_here.Mine"
    assert re.fullmatch(r"local, sha256 [0-9a-f]{16}", version)


def test_code_that_fails_when_it_is_imported_is_named(tmp_path, monkeypatch):
    (tmp_path / "fails_here.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(ConfigError, match="importing 'fails_here' failed with ZeroDivisionError"):
        estimator_class("fails_here.Mine")


def test_a_stranger_s_study_imports_what_is_known_or_allowed():
    mine = EstimatorSettings(estimator="my.package.Model")
    check_imports([EstimatorSettings(estimator=FOREST)])
    check_imports([mine], allowed=["my"])
    with pytest.raises(
        ConfigError, match=r"would import the package 'my' .*if you trust it: --allow-imports my"
    ):
        check_imports([EstimatorSettings(estimator=FOREST), mine], allowed=["me"])


def test_versions_have_the_names_by_which_packages_are_installed():
    found = package_versions([FOREST, "sklearn.svm.SVR", "pytest.Class"])
    assert list(found) == ["scikit-learn", "pytest"]
    assert package_versions([]) == {}


def test_what_is_no_class_is_not_suggested():
    with pytest.raises(ConfigError, match=r"has no class 'load_iris' \(see the documentation"):
        estimator_class("sklearn.datasets.load_iris")
