"""The class that a config names: imported, made with its settings, and what it must have."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hiprisk.config import EstimatorSettings
from hiprisk.errors import ConfigError, MissingExtraError
from hiprisk.seeding import rng_for
from hiprisk.spelling import did_you_mean

# Which extra brings a package.
EXTRAS: Mapping[str, str] = {"lightgbm": "trees", "xgboost": "trees"}
# What makes a package silent, and the same numbers come out of it each time.
_BY_PACKAGE: Mapping[str, Mapping[str, Any]] = {
    "lightgbm": {"verbosity": -1, "deterministic": True, "force_col_wise": True},
    "xgboost": {"verbosity": 0},
}
# Where the name to install is another than the one to import.
_DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "sklearn": ("scikit-learn",),
    "xgboost": ("xgboost", "xgboost-cpu"),
}
_KINDS = ((is_classifier, "a classifier"), (is_regressor, "a regressor"))
# What a study of somebody else may import unasked.
TRUSTED_PACKAGES = ("sklearn", "lightgbm", "xgboost")


@dataclass(frozen=True)
class OwnEstimator:
    """Which class a candidate is of, and the seed of the fit at hand.

    Attributes
    ----------
    path : str
        ``package.Class``.
    seed : int
        Of the study, or of a resample of it.
    standardise : bool
        Whether inputs are scaled to mean 0 and standard deviation 1 before each fit.
    name : str
        Of the candidate in `families`, for messages.
    """

    path: str
    seed: int = 0
    standardise: bool = False
    name: str = ""

    @property
    def key(self) -> str:
        """Where the config names it."""
        return f"families.{self.name}" if self.name else "families"

    @property
    def package(self) -> str:
        """The package that is imported."""
        return self.path.partition(".")[0]

    def made(self, settings: Mapping[str, Any], *, number: int = 0) -> Any:
        """An unfitted estimator with these settings.

        Parameters
        ----------
        settings : mapping of str to value
        number : int
            Of the imputed data set that it is fitted to: each has a seed of its own.

        Raises
        ------
        ConfigError, MissingExtraError
            If the class cannot be imported.
        """
        kind = estimator_class(self.path)
        known = _known_settings(kind)
        given = {**_BY_PACKAGE.get(self.package, {}), **settings}
        if "random_state" in known:
            word = rng_for(self.seed, "own-estimator", number).integers(2**31)
            given["random_state"] = int(word)
        if "n_jobs" in known:
            given["n_jobs"] = 1
        made = kind(**given)
        return make_pipeline(StandardScaler(), made) if self.standardise else made


def own_estimator(settings: EstimatorSettings, name: str = "") -> OwnEstimator:
    """The class of a candidate of one's own, not yet imported."""
    return OwnEstimator(settings.estimator, standardise=settings.standardise, name=name)


def estimator_class(path: str, *, key: str = "families") -> Callable[..., Any]:
    """Import a class; a package of the current folder is found after those that are installed.

    Parameters
    ----------
    path : str
        ``package.Class``.
    key : str
        Of the config, for messages.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    ConfigError
        If the package has no such class, or fails when it is imported.
    """
    module_name, _, name = path.rpartition(".")
    module = _imported(module_name, key)
    found = getattr(module, name, None)
    if not inspect.isclass(found):
        # Some packages import their names only when they are asked for.
        names = {*vars(module), *getattr(module, "__all__", ())}
        classes = [one for one in names if inspect.isclass(getattr(module, one, None))]
        raise ConfigError(
            f"'{module_name}' has no class '{name}'",
            column=key,
            advice=did_you_mean(name, classes,
                                otherwise="see the documentation of the package for its classes"),
        )  # fmt: skip
    return found


def _imported(module_name: str, key: str) -> Any:
    try:
        here = os.getcwd()
    except FileNotFoundError:  # the folder was deleted since; packages are found all the same
        here = ""
    if here and here not in sys.path:
        # Last: no file of the current folder takes the place of an installed package.
        sys.path.append(here)
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as absent:
        package = module_name.partition(".")[0]
        if absent.name == package:
            extra = EXTRAS.get(package)
            raise MissingExtraError(
                f"the package '{package}' is not installed",
                column=key,
                advice=f"pip install 'hiprisk[{extra}]'" if extra
                else f"install it, start in the folder that holds {package}, or correct the name",
            ) from absent  # fmt: skip
        raise ConfigError(
            f"there is no module '{absent.name}'",
            column=key,
            advice=f"needed for '{module_name}'; correct the name, or install what is missing",
        ) from absent
    except Exception as broken:  # the code of somebody else may raise anything
        raise ConfigError(
            f"importing '{module_name}' failed with {type(broken).__name__}: {broken}",
            column=key,
            advice="import it in Python to see where",
        ) from broken


def check_estimator(name: str, settings: EstimatorSettings, *, kind: str) -> None:
    """Raise unless a candidate's class can be made with its settings and fits the outcome.

    Parameters
    ----------
    name : str
        Of the candidate.
    settings : EstimatorSettings
    kind : str
        Of the outcome: ``continuous`` or ``binary``.

    Raises
    ------
    ConfigError, MissingExtraError
    """
    key = f"families.{name}"
    made = _made_alone(settings.estimator, key)
    known = _known_settings(estimator_class(settings.estimator, key=key))
    for section in ("fixed", "search"):
        for setting in getattr(settings, section):
            if setting not in known:
                raise ConfigError(
                    f"{settings.estimator} has no setting '{setting}'",
                    column=f"{key}.{section}.{setting}",
                    advice=did_you_mean(
                        setting, known, otherwise=f"it has: {', '.join(sorted(known))}"
                    ),
                )
    _check_kind(made, settings.estimator, key, kind=kind)


def _made_alone(path: str, key: str) -> Any:
    kind = estimator_class(path, key=key)
    lacking = [name for name in ("fit", "predict", "get_params") if not hasattr(kind, name)]
    if lacking:
        raise ConfigError(
            f"{path} is no scikit-learn estimator: it has no {lacking[0]}",
            column=f"{key}.estimator",
            advice="name a class with fit, predict and get_params, as sklearn.base.BaseEstimator "
            "gives them",
        )
    try:
        return kind()
    except Exception as broken:  # the code of somebody else may raise anything
        raise ConfigError(
            f"{path}() cannot be made without arguments: {broken}",
            column=f"{key}.estimator",
            advice="write a class of your own that makes it, and name that",
        ) from broken


def _check_kind(made: Any, path: str, key: str, *, kind: str) -> None:
    fits = is_regressor(made) if kind == "continuous" else is_classifier(made)
    needed = "a regressor" if kind == "continuous" else "a classifier with predict_proba"
    if fits and (kind == "continuous" or hasattr(type(made), "predict_proba")):
        return
    found = [what for is_it, what in _KINDS if is_it(made)]
    is_what = found[0] if found else "neither"
    raise ConfigError(
        f"a {kind} outcome needs {needed}; {path} is {is_what}"
        + (" without predict_proba" if fits else ""),
        column=f"{key}.estimator",
        advice="name the class of the other kind, for instance "
        + ("RandomForestRegressor" if kind == "continuous" else "RandomForestClassifier"),
    )


def _known_settings(kind: Callable[..., Any]) -> set[str]:
    return {*kind().get_params(deep=False), *_extra_settings(kind)}


def _extra_settings(kind: Callable[..., Any]) -> Iterable[str]:
    """Settings of LightGBM that its classes take beside those of their signature."""
    if kind.__module__.partition(".")[0] != "lightgbm":
        return ()
    from lightgbm.basic import _ConfigAliases

    return tuple(_ConfigAliases._get_all_param_aliases())


def package_versions(paths: Iterable[str]) -> dict[str, str]:
    """Versions of the packages of some classes, by the name under which they are installed.

    A package of the current folder has no version: the start of its file's SHA-256 stands for it.
    """
    found: dict[str, str] = {}
    for path in paths:
        name, version = _installed(path)
        found.setdefault(name, version)
    return found


def _installed(path: str) -> tuple[str, str]:
    package = path.partition(".")[0]
    for name in _DISTRIBUTIONS.get(package, (package,)):
        with contextlib.suppress(metadata.PackageNotFoundError):
            return name, metadata.version(name)
    # It reads the list of files of everything that is installed, which takes seconds.
    found = metadata.packages_distributions().get(package)
    if found:
        return found[0], metadata.version(found[0])
    kind: Any = estimator_class(path)
    source = Path(inspect.getsourcefile(kind) or "").read_bytes()
    return path, f"local, sha256 {hashlib.sha256(source).hexdigest()[:16]}"


def check_imports(estimators: Iterable[EstimatorSettings], *, allowed: Iterable[str] = ()) -> None:
    """Raise ConfigError if a study of somebody else would import more than is known or allowed.

    Parameters
    ----------
    estimators : iterable of EstimatorSettings
    allowed : iterable of str
        Packages beside scikit-learn, LightGBM and XGBoost that may be imported.
    """
    known = {*TRUSTED_PACKAGES, *allowed}
    for settings in estimators:
        package = own_estimator(settings).package
        if package not in known:
            raise ConfigError(
                f"the study would import the package '{package}' and run its code "
                f"({settings.estimator})",
                code="IMPORT_NOT_ALLOWED",
                advice=f"if you trust it: --allow-imports {package}",
            )
