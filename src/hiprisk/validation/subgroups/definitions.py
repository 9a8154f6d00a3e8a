"""Who belongs to which group: sex, age band, site, grade, definitions of back pain."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Integers
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.config import SubgroupSettings
from hiprisk.errors import ConfigError
from hiprisk.features.back import CHRONIC_MONTHS

DEFAULT_BY = (
    "sex",
    "age_band",
    "site",
    "kl_grade",
    "lbp_any",
    "lbp_chronic",
    "lbp_definition",
)
UNKNOWN = "unknown"
KEY = "subgroups.by"


@dataclass(frozen=True)
class Grouping:
    """One way to part people into groups.

    Attributes
    ----------
    name, label : str
    levels : tuple of str
        In their natural order; ``unknown`` last where somebody's group is not known.
    codes : ndarray of int, shape (n_rows,)
        Position of each row's level.
    """

    name: str
    label: str
    levels: tuple[str, ...]
    codes: Integers


def levels_of(parted: Sequence[Grouping]) -> list[tuple[str, int, str]]:
    """Grouping, code and name of every level."""
    return [(one.name, code, name) for one in parted for code, name in enumerate(one.levels)]


def groupings_of(
    frame: pd.DataFrame,
    settings: SubgroupSettings,
    dictionary: Dictionary | None = None,
    *,
    key: str = KEY,
) -> tuple[Grouping, ...]:
    """Part the people of a frame by each variable of the settings.

    Parameters
    ----------
    frame : DataFrame
        Dictionary variables, one row a prediction.
    settings : SubgroupSettings
        Where `by` is unset, variables that the frame lacks, that have one level or more than
        `most_levels`, are left out.
    dictionary : Dictionary, optional
        What they mean; by default the packaged one.
    key : str
        What a refusal names: the config's key, or an option that stands in its place.

    Raises
    ------
    ConfigError
        If a variable that `by` names cannot part the people.
    """
    known = dictionary or load_dictionary()
    if settings.by is not None:
        return tuple(
            _named(frame, name, settings, known, key) for name in dict.fromkeys(settings.by)
        )
    found = []
    for name in DEFAULT_BY:
        values = _values(frame, name, settings)
        if values is None:
            continue
        grouping = _grouping(name, values, settings, known)
        if _n_known(grouping) >= 2 and len(grouping.levels) <= settings.most_levels:
            found.append(grouping)
    return tuple(found)


def _named(
    frame: pd.DataFrame, name: str, settings: SubgroupSettings, dictionary: Dictionary, key: str
) -> Grouping:
    values = _values(frame, name, settings)
    if values is None:
        raise ConfigError(
            f"the cohort has no '{name}'",
            column=key,
            advice="map it in the cohort's mapping, or name another variable",
        )
    grouping = _grouping(name, values, settings, dictionary)
    if _n_known(grouping) < 2:
        raise ConfigError(f"'{name}' has one level only", column=key, advice="leave it out")
    if len(grouping.levels) > settings.most_levels:
        raise ConfigError(
            f"'{name}' has {len(grouping.levels)} levels, more than {settings.most_levels}",
            column=key,
            advice="name a variable with few levels"
            + (", or raise subgroups.most_levels" if key == KEY else ""),
        )
    return grouping


def _n_known(grouping: Grouping) -> int:
    return len(grouping.levels) - (UNKNOWN in grouping.levels)


def _values(frame: pd.DataFrame, name: str, settings: SubgroupSettings) -> pd.Series | None:
    """Each row's level, missing where unknown; None where the frame has no such variable."""
    if name == "age_band" and "age_years" in frame.columns:
        return _age_bands(frame["age_years"], settings.age_bands)
    if name == "lbp_chronic" and "lbp_duration_months" in frame.columns:
        months = frame["lbp_duration_months"]
        chronic = pd.Series(np.where(months >= CHRONIC_MONTHS, "yes", "no"), dtype=object)
        # Comparing made an unknown duration a no.
        return chronic.mask(months.isna().to_numpy())
    return frame[name] if name in frame.columns else None


def _age_bands(ages: pd.Series, starts: tuple[float, ...]) -> pd.Series:
    names = age_band_names(starts)
    years = ages.to_numpy(dtype=np.float64)
    bands = np.array(names, dtype=object)[np.searchsorted(starts, years, side="right")]
    return pd.Series(bands, dtype=object).mask(np.isnan(years))


def age_band_names(starts: tuple[float, ...]) -> tuple[str, ...]:
    """Names of the bands that begin at these ages.

    Examples
    --------
    >>> age_band_names((60.0, 70.0))
    ('under 60', '60 to under 70', '70 or older')
    """
    between = [f"{a:g} to under {b:g}" for a, b in itertools.pairwise(starts)]
    return (f"under {starts[0]:g}", *between, f"{starts[-1]:g} or older")


def _grouping(
    name: str, values: pd.Series, settings: SubgroupSettings, dictionary: Dictionary
) -> Grouping:
    known = values.notna().to_numpy()
    occurring = set(values[known])
    # The order that the dictionary or the bands declare; what neither knows follows.
    levels = [level for level in _ordered(name, settings, dictionary) if level in occurring]
    levels += sorted(occurring - set(levels), key=_natural)
    place = {level: position for position, level in enumerate(levels)}
    codes = np.array(
        [place[value] if seen else len(levels) for value, seen in zip(values, known, strict=True)],
        dtype=np.intp,
    )
    names = [f"{level:g}" if isinstance(level, float) else str(level) for level in levels]
    if not known.all():
        # People of an unknown level are part of everybody, and stay a group.
        names.append(UNKNOWN)
    return Grouping(name, _label(name, dictionary), tuple(names), codes)


def _natural(level: Any) -> tuple[tuple[int, float, str], ...]:
    """A key by which 2 comes before 10, and "site 2" before "site 10"."""
    parts = re.split(r"(\d+)", f"{level:g}" if isinstance(level, float) else str(level))
    return tuple((0, float(one), "") if one.isdigit() else (1, 0.0, one) for one in parts if one)


def _ordered(name: str, settings: SubgroupSettings, dictionary: Dictionary) -> tuple[str, ...]:
    if name == "age_band":
        return (*age_band_names(settings.age_bands), *dictionary["age_band"].levels)
    return dictionary[name].levels if name in dictionary else ()


def _label(name: str, dictionary: Dictionary) -> str:
    if name == "age_band":
        return "age"
    if name == "lbp_chronic":
        return "low back pain for three months or longer"
    return dictionary.label(name)
