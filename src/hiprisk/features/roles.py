"""Whether each variable of a study is of a kind that its role can use."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.cohort.dictionary import DICTIONARY_PAGE, Dictionary, Variable
from hiprisk.config import OutcomeSettings, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.features.derived import features_of, variables_behind
from hiprisk.features.design import HOW_TO_ADD
from hiprisk.spelling import did_you_mean
from hiprisk.values import one_code

NUMBER, CATEGORY = ("number",), ("category",)
PREDICTOR = ("number", "category")
# Roles that a derived feature may have, beside a variable.
TAKE_FEATURES = ("blocks", "measurement_error", "association.exposure", "association.splines")
Role = tuple[str, str, tuple[str, ...]]  # key of the config, variable, kinds that will do


def check_roles(config: StudyConfig, dictionary: Dictionary) -> None:
    """Raise ConfigError if a variable is unknown, or of a kind that its role cannot use."""
    features = features_of(dictionary)
    for key, name, kinds in _roles(config):
        variable = dictionary.get(name)
        if variable is None:
            if key in TAKE_FEATURES and name in features:
                continue
            raise _unknown(key, name, dictionary)
        if variable.kind not in kinds:
            raise ConfigError(
                f"'{name}' is of the kind {variable.kind}, and this needs {' or '.join(kinds)}",
                column=key,
                advice=_advice(key, variable),
            )
    _check_splines(config, dictionary)
    _check_auxiliary(config)
    _check_levels(config.outcome, dictionary)
    _check_no_leak(config, dictionary)


def _unknown(key: str, name: str, dictionary: Dictionary) -> ConfigError:
    if key not in TAKE_FEATURES:
        return ConfigError(
            f"the dictionary has no variable '{name}'",
            column=key,
            advice=did_you_mean(name, dictionary, otherwise=DICTIONARY_PAGE),
        )
    known = [*dictionary, *features_of(dictionary)]
    return ConfigError(
        f"'{name}' is neither a variable of the dictionary nor a derived feature",
        column=key,
        advice=did_you_mean(name, known, otherwise=HOW_TO_ADD),
    )


def _check_auxiliary(config: StudyConfig) -> None:
    """What is in the imputation model already would be in it twice."""
    names = config.imputation.auxiliary
    for name in names:
        what = None
        if name == config.outcome.variable:
            what = "is the outcome"
        elif name in config.predictors:
            what = "is a predictor"
        elif names.count(name) > 1:
            what = "comes twice"
        if what is not None:
            raise ConfigError(
                f"'{name}' {what}, and informs the imputation already",
                column="imputation.auxiliary",
                advice="take it out of auxiliary",
            )


def _check_splines(config: StudyConfig, dictionary: Dictionary) -> None:
    """Splines are of predictors that are numbers: of another name nothing would bend."""
    for model_type, settings in config.families.named().items():
        for name in getattr(settings, "splines", ()):
            key = f"families.{model_type}.splines"
            if name not in config.predictors:
                raise ConfigError(
                    f"'{name}' is in no block, and cannot have a spline",
                    column=key,
                    advice=did_you_mean(name, config.predictors, otherwise="name a predictor"),
                )
            if name in dictionary and dictionary[name].kind != "number":
                raise ConfigError(
                    f"'{name}' is a {dictionary[name].kind}, and a spline is of a number",
                    column=key,
                    advice="take it out of splines",
                )


def _check_no_leak(config: StudyConfig, dictionary: Dictionary) -> None:
    """Neither a predictor nor a prediction is the outcome, or made of it."""
    outcome, association = config.outcome, config.association
    if config.validation.reference_prediction == outcome.variable:
        raise ConfigError(
            "this is the outcome, and no prediction of it",
            column="validation.reference_prediction",
            advice="name a column of predictions: numbers that another model gave",
        )
    of_outcome = {outcome.variable}
    if outcome.hip_replacement is not None:
        of_outcome.add(outcome.hip_replacement.variable)
    exposure = () if association is None else (association.exposure,)
    for name in (*config.predictors, *exposure):
        behind = variables_behind([name], dictionary) & of_outcome
        if behind and name in dictionary.derived:
            raise ConfigError(
                f"the feature is made of '{min(behind)}', which belongs to the outcome, and cannot "
                "be a predictor",
                column=f"derived.{name}",
            )


def _roles(config: StudyConfig) -> Iterator[Role]:
    outcome = config.outcome
    yield ("outcome.variable", outcome.variable, CATEGORY if outcome.event_level else NUMBER)
    if outcome.baseline is not None:
        yield ("outcome.baseline", outcome.baseline, NUMBER)
    replaced = outcome.hip_replacement
    if replaced is not None:
        yield ("outcome.hip_replacement.variable", replaced.variable, CATEGORY)
        if replaced.interim is not None:
            yield ("outcome.hip_replacement.interim", replaced.interim, NUMBER)
    yield from (("blocks", name, PREDICTOR) for name in config.predictors)
    yield from (("measurement_error", name, NUMBER) for name in config.measurement_error)
    yield from (("imputation.auxiliary", name, PREDICTOR) for name in config.imputation.auxiliary)
    if config.validation.reference_prediction is not None:
        yield (
            "validation.reference_prediction", config.validation.reference_prediction, NUMBER,
        )  # fmt: skip
    association = config.association
    if association is not None:
        yield ("association.exposure", association.exposure, PREDICTOR)
        yield from (("association.auxiliary", name, PREDICTOR) for name in association.auxiliary)
        yield from (("association.splines", name, NUMBER) for name in association.splines)
        if association.baseline is not None:
            yield ("association.baseline", association.baseline, NUMBER)
        if association.strata is not None:
            yield ("association.strata", association.strata, CATEGORY)


def _advice(key: str, variable: Variable) -> str:
    if key == "outcome.variable" and variable.kind == "category":
        return "state outcome.kind: binary and outcome.event_level, the level that is the event"
    if key == "outcome.variable" and variable.kind == "number":
        return "a number has no event_level: state outcome.dichotomise, or kind: continuous"
    return "name another variable, or give it this kind in your dictionary"


def _check_levels(outcome: OutcomeSettings, dictionary: Dictionary) -> None:
    """The levels that the study names are levels of the variables."""
    named = [("outcome.event_level", outcome.variable, outcome.event_level)]
    named += [("outcome.levels", outcome.variable, level) for level in outcome.levels]
    if outcome.hip_replacement is not None:
        named.append(("outcome.hip_replacement.variable", outcome.hip_replacement.variable, "yes"))
    for key, name, level in named:
        levels = dictionary[name].levels
        codes = {one_code(known) for known in levels}
        if level is not None and codes and one_code(level) not in codes:
            raise ConfigError(
                f"'{level}' is no level of {name}; known: {', '.join(levels)}",
                column=key,
                advice=did_you_mean(level, levels),
            )
