"""How many candidate parameters a study has."""

from __future__ import annotations

from typing import NamedTuple

from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.config import Range, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.features.derived import features_of
from hiprisk.features.design import Design


def count_parameters(
    config: StudyConfig, design: Design | None = None, *, dictionary: Dictionary | None = None
) -> int:
    """Candidate parameters of a study: one a number, one a level but the first, and spline terms.

    Parameters
    ----------
    config : StudyConfig
    design : Design, optional
        Of the cohort; without it the dictionary's levels count.
    dictionary : Dictionary, optional
        The study's; by default the packaged one.

    Returns
    -------
    int
        Without the intercept. Spline terms count at the most knots that tuning may choose, and
        shrunken intercepts of sites not at all. Trees
        have no such number; a linear model of the same predictors stands in for them.

    Raises
    ------
    ConfigError
        If a category has no levels in the dictionary and there is no cohort.
    """
    inputs = (
        list(design.inputs[: len(design.inputs) - design.n_site_columns])
        if design is not None
        else _inputs_of(config, dictionary or load_dictionary())
    )
    n_knots, splines = candidate_splines(config)
    return len(inputs) + max(n_knots - 2, 0) * sum(name in splines for name in inputs)


class CandidateSplines(NamedTuple):
    """The most knots that tuning may choose (0 where there are no splines), and of what."""

    n_knots: int
    inputs: tuple[str, ...]


def candidate_splines(config: StudyConfig) -> CandidateSplines:
    """The splines that a study may come to."""
    family = config.families.linear or config.families.logistic or config.families.ordinal
    if family is None:
        return CandidateSplines(0, ())
    searched = family.spline_knots
    # What tuning may choose has been spent, whether it is chosen or not.
    most = max(searched) if isinstance(searched, tuple) else _highest(searched)
    return CandidateSplines(round(most), tuple(family.splines))


def _highest(searched: float | Range) -> float:
    return searched.high if isinstance(searched, Range) else searched


def _inputs_of(config: StudyConfig, dictionary: Dictionary) -> list[str]:
    derived = features_of(dictionary)
    found: list[str] = []
    for name in config.predictors:
        variable = dictionary.get(name)
        if name in derived or (variable is not None and variable.kind == "number"):
            found.append(name)
        elif variable is None or not variable.levels:
            raise ConfigError(
                f"the number of levels of '{name}' is not known without a cohort",
                column="blocks",
                advice="name a cohort, or state samplesize.parameters",
            )
        else:
            found += [f"{name}={level}" for level in variable.levels[1:]]
    return found
