"""Site effects, and what of a config does not go with them."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from hiprisk.config.sites import refuse_with_sites

LOGISTIC = SimpleNamespace(l1_share=0.0)


def families(*names: str, logistic: Any = LOGISTIC) -> Any:
    return SimpleNamespace(
        named=lambda: dict.fromkeys(names), logistic=logistic if "logistic" in names else None
    )


def refuse(sites: str, *names: str, **changed: Any) -> None:
    given = {"predictors": ("age_years",), "group_by": "person", **changed}
    logistic = given.pop("logistic", LOGISTIC)
    refuse_with_sites(sites, families(*names, logistic=logistic), **given)


def test_without_site_effects_everything_goes() -> None:
    refuse("none", "boosting", predictors=("site",), group_by="site")


@pytest.mark.parametrize("sites", ["random", "named"])
def test_linear_and_logistic_have_site_effects(sites: str) -> None:
    refuse(sites, "mean", "linear")
    refuse(sites, "mean", "logistic")


@pytest.mark.parametrize(
    ("names", "changed", "message"),
    [
        (("mean", "linear", "boosting"), {}, "take boosting out of families"),
        (("linear", "ordinal", "boosting"), {}, "take ordinal and boosting out of families"),
        (("mean",), {}, "needs the model type linear or logistic in families"),
        (("linear",), {"predictors": ("site",)}, "site is in a block"),
        (("logistic",), {"logistic": SimpleNamespace(l1_share=0.5)}, "l1_share of logistic must"),
        (("linear",), {"group_by": "site"}, "sites: named predicts at known sites"),
    ],
)
def test_what_does_not_go_with_site_effects_is_refused(
    names: tuple[str, ...], changed: dict[str, Any], message: str
) -> None:
    with pytest.raises((PydanticCustomError, ValueError), match=message):
        refuse("named", *names, **changed)
