"""What is compared with what, and how thoroughly."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hiprisk.config import StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.inference.increment.resampled import Method

MAX_ADDED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared, and how thoroughly.

    Attributes
    ----------
    base : tuple of str
        Blocks that every model has.
    add : tuple of str
        Blocks to add, one by one and together; empty for all others.
    n_resamples : int or None
        None for the config's `validation.resamples`.
    method : str
        ``bootstrap_then_impute`` imputes in each resample. ``impute_then_bootstrap``, the fast
        setting for experiments, imputes once, before, and resamples the completed people.
    point_measures_only : bool
        Leave out CRPS and net benefit, which need a predictive distribution.
    measurement_error : bool
        Whether scenarios without measurement error are added where errors are declared.
    """

    base: tuple[str, ...] = ("core",)
    add: tuple[str, ...] = ()
    n_resamples: int | None = None
    method: Method = "bootstrap_then_impute"
    point_measures_only: bool = False
    measurement_error: bool = True


def resolved_comparison(config: StudyConfig, comparison: Comparison | None) -> Comparison:
    """The comparison with defaults where nothing is stated.

    Raises
    ------
    ConfigError
        If a block is unknown, named twice, or there is nothing to add.
    """
    asked = comparison or Comparison()
    add = asked.add or tuple(name for name in config.blocks if name not in asked.base)
    for name in (*asked.base, *add):
        if name not in config.blocks:
            raise ConfigError(
                f"there is no block '{name}'",
                column="blocks",
                advice=f"the config has {', '.join(config.blocks)}",
            )
    twice = [name for name in add if name in asked.base or add.count(name) > 1]
    if twice or not add or not asked.base:
        what = f"block '{twice[0]}' is named twice" if twice else "there is no block to add"
        raise ConfigError(what, column="blocks", advice="name each block once, as base or as added")
    if len(add) > MAX_ADDED:
        raise ConfigError(
            f"{len(add)} blocks have {2 ** len(add) - 1} combinations",
            column="blocks",
            advice=f"add at most {MAX_ADDED} at a time",
        )
    return replace(asked, add=add)
