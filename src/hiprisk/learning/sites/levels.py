"""The sites of a development cohort: whether they can have intercepts, and their names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.config import StudyConfig
from hiprisk.config.sites import SITE
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.participants.selection import Selection
from hiprisk.values import one_code

KEY = "sites"
# Fewer people a site than this, on average, say next to nothing of any site.
FEWEST_PEOPLE = 2


def check_sites(people: Participants, config: StudyConfig) -> None:
    """Raise where a config asks for site effects that the development cohort cannot have.

    Raises
    ------
    ConfigError
        If the cohort has no site.
    InputError
        If all people with a known outcome are of one site, or sites are more than half as many as
        people.
    """
    if config.sites == "none":
        return
    otherwise = "say sites: none"
    if SITE not in people.frame.columns:
        raise ConfigError(
            "the cohort has no site",
            column=KEY,
            advice=f"map site in the cohort's mapping, or {otherwise}",
        )
    check_site_column(people.frame, people.outcome, otherwise=otherwise)


def check_site_column(
    frame: pd.DataFrame, outcome: Floats, *, otherwise: str, file: str | None = None
) -> None:
    """The same of any cohort; `otherwise` is what to do where there cannot be site effects."""
    if SITE not in frame.columns:
        raise InputError(
            "the cohort has no site",
            code="MISSING_COLUMN",
            file=file,
            column=SITE,
            advice=f"map site in the cohort's mapping, or {otherwise}",
        )
    numbers = site_numbers(frame)[~np.isnan(outcome)]
    n_people, n_sites = len(numbers), len(np.unique(numbers[numbers >= 0]))
    if n_sites < 2:
        raise InputError(
            f"the people with a known outcome are of {n_sites or 'no'} site: how sites differ "
            "cannot be known",
            code="FEW_SITES",
            file=file,
            column=SITE,
            advice=otherwise,
        )
    if FEWEST_PEOPLE * n_sites > n_people:
        raise InputError(
            f"{n_sites} sites are too many for {n_people} people with a known outcome: fewer than "
            f"{FEWEST_PEOPLE} people a site",
            code="MANY_SITES",
            file=file,
            column=SITE,
            advice="is the column of sites one of persons? Map the right one, join sites, or "
            f"{otherwise}",
        )


def new_site_variance(config: StudyConfig, fit: object) -> float:
    """Variance that out-of-fold residuals lack of those at a new site, whom ``random`` is for.

    None where folds are of whole sites: those who are left out are then of new sites themselves.
    """
    if config.sites != "random" or config.tuning.group_by == SITE:
        return 0.0
    return float(getattr(fit, "intercept_error", 0.0))


def site_levels(frame: pd.DataFrame) -> tuple[str, ...]:
    """Sites that occur, in the order of their names."""
    return tuple(sorted(set(_codes(frame[SITE].dropna()))))


def _codes(sites: pd.Series) -> list[str]:
    # As a sheet's reader takes them: 1.0 is the site 1.
    return [one_code(str(value)) for value in sites]


def site_numbers(frame: pd.DataFrame) -> Integers:
    """Position of each row's site in that order; -1 where unknown."""
    position = {name: number for number, name in enumerate(site_levels(frame))}
    known = frame[SITE].notna().to_numpy()
    numbers = np.full(len(frame), -1, dtype=np.intp)
    numbers[known] = [position[code] for code in _codes(frame.loc[known, SITE])]
    return numbers


def site_labels(numbers: Integers, n_sites: int) -> list[str]:
    """What sites are called where no name is shown: "site 1" is whose people come first.

    Parameters
    ----------
    numbers : ndarray of int, shape (n_rows,)
        Of `site_numbers`, in the order of the rows.
    n_sites : int
        Each with a row.

    Examples
    --------
    >>> site_labels(np.array([1, -1, 0, 1]), 2)
    ['site 2', 'site 1']
    """
    appeared = list(dict.fromkeys(int(number) for number in numbers if number >= 0))
    return [f"site {appeared.index(number) + 1}" for number in range(n_sites)]


def with_site_levels(selection: Selection, config: StudyConfig) -> Selection:
    """The selection whose dictionary has the sites by name, where the model is to have them."""
    if config.sites != "named":
        return selection
    dictionary, people = selection.dictionary, selection.development
    levels = site_levels(people.frame)
    site = replace(dictionary[SITE], kind="category", levels=levels, unit=None)
    return replace(
        selection,
        dictionary=dictionary.with_variables([site]),
        development=replace(people, frame=with_site_names(people.frame)),
        first_visit=with_site_names(selection.first_visit),
    )


def with_site_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its sites named as a sheet names them."""
    known = frame[SITE].notna().to_numpy()
    names = np.full(len(frame), None, dtype=object)
    names[known] = _codes(frame.loc[known, SITE])
    return frame.assign(**{SITE: names})
