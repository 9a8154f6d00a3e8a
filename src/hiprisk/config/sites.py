"""Site effects of a study: what of its config they go with."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from hiprisk.config.fields import refuse

Sites = Literal["none", "random", "named"]
SITE = "site"
# Model types whose fit has intercepts of sites; the mean stays the baseline without any.
WITH_SITES = ("linear", "logistic")


def refuse_with_sites(
    sites: Sites, families: Any, *, predictors: Collection[str], group_by: str
) -> None:
    """Raise where the rest of a config does not go with site effects.

    Parameters
    ----------
    sites : str
    families : ModelTypeSettings
    predictors : collection of str
    group_by : str
        What is never split between folds.
    """
    if sites == "none":
        return
    named = families.named()
    other = [name for name in named if name not in (*WITH_SITES, "mean")]
    if other:
        raise refuse(
            f"sites: {sites} needs a model type with intercepts of sites, linear or logistic; "
            f"take {' and '.join(other)} out of families, or say sites: none"
        )
    if not set(named) & set(WITH_SITES):
        raise refuse(f"sites: {sites} needs the model type linear or logistic in families")
    if SITE in predictors:
        raise refuse(f"site is in a block, and sites: {sites} already gives sites their intercepts")
    logistic = families.logistic
    if logistic is not None and logistic.l1_share != 0.0:
        raise refuse(f"with sites: {sites} the l1_share of logistic must be 0 (a ridge penalty)")
    if sites == "named" and group_by == SITE:
        raise refuse(
            "sites: named predicts at known sites, and tuning.group_by: site evaluates at new "
            "ones; use sites: random, or group by person"
        )
