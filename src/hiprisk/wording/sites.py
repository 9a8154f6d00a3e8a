"""How sites differ, in words: of a model, and of one patient's answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from hiprisk.sheet.answers import plausible_range
from hiprisk.spelling import did_you_mean
from hiprisk.values import text_of
from hiprisk.wording.labels import unit_of_amount
from hiprisk.wording.quantities import NONE, TOO_FEW, number, percent, score_decimals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hiprisk.sheet.format import Sheet

# A risk at which the table of a model can say how far sites move one.
EXAMPLE_RISK = 0.2
# Half of all pairs of sites have an odds ratio beyond exp of so many standard deviations.
MEDIAN_PAIR = 0.953873


def between_sites(sheet: Sheet) -> str | None:
    """How many sites there were and how far they differ; None for a model without sites.

    References
    ----------
    .. [1] Larsen, Merlo (2005). Am J Epidemiol 161(1), 81-88: the median odds ratio.
    """
    sites = sheet.sites
    if sites is None:
        return None
    return f"{sites.n_sites} sites; {sd_between_sites(sheet, sites.variance)}"


def sd_between_sites(sheet: Sheet, variance: float) -> str:
    """How far sites differ, of their variance: the standard deviation with its unit."""
    sd = math.sqrt(variance)
    if sheet.outcome.kind == "binary":
        odds = math.exp(MEDIAN_PAIR * sd)
        return f"between them SD {sd:.2f} of the log odds, median odds ratio {odds:.2f}"
    unit = unit_of_amount(sheet.outcome.unit)
    return f"between them SD {number(sd, score_decimals(sheet, 1))} {unit}".strip()


def sites_sentence(sheet: Sheet) -> str | None:
    """What a model with intercepts of sites says of a site; None for one without."""
    found = between_sites(sheet)
    if found is None or sheet.sites is None:
        return None
    if sheet.sites.variable is not None:
        rest = "The site is a variable of the model; one that it does not know counts as the mean."
    elif sheet.outcome.kind == "binary":
        rest = (
            "The risk is that of the mean site, at a new site too; its interval does not contain "
            "how sites differ."
        )
    else:
        rest = (
            "The prediction is that of the mean site, at a new site too; its intervals contain how "
            "sites differ."
        )
    return f"Random intercepts of {found}. {rest}"


def new_site_sentence(sheet: Sheet, site: object = None) -> str:
    """What a prediction is at a site that a model with named sites does not have.

    Parameters
    ----------
    sheet : Sheet
    site : object, optional
        The site's name as somebody typed it; it is not said without.
    """
    names = sheet.variable(sheet.site_variable or "").levels
    near = None if site is None else did_you_mean(text_of(site), names)
    who = "the site" if site is None else f"site {text_of(site)[:40]}"
    hint = f" ({near})" if near else ""
    return f"{who} is not among the model's sites{hint}: {new_site_used(sheet)}."


def new_site_used(sheet: Sheet) -> str:
    """What stands for a site that is not among the model's."""
    if sheet.outcome.kind == "binary":
        # Its interval is that of the bootstrap models.
        return "the mean of the sites is used, and the interval does not contain how sites differ"
    return "the mean of the sites is used, and the interval is that of a new site"


def risk_over_sites(sheet: Sheet, risk: float) -> str | None:
    """Where the risk of a patient lies in 95 % of sites; None where the interval has it already."""
    ends = plausible_range(sheet, risk)
    if ends is None:
        return None
    return f"In 95 % of sites the risk of such a patient lies between {_between(ends)}."


def model_over_sites(sheet: Sheet) -> str | None:
    """The same of the model: how far a risk at the mean site differs, by an example."""
    said, ends = sites_sentence(sheet), plausible_range(sheet, EXAMPLE_RISK)
    if ends is None:
        return said
    example = percent(EXAMPLE_RISK, 0)
    return (
        f"{said} Of {example} at the mean site, it lies in 95 % of sites between {_between(ends)}."
    )


def _between(ends: tuple[float, float]) -> str:
    return " and ".join(map(percent, ends))


class SiteValues(Protocol):
    """One site's recalibration; None where it may not be shown."""

    @property
    def site(self) -> str:
        """Its name, or number."""

    @property
    def n_people(self) -> int | None:
        """People of the site."""

    @property
    def own(self) -> float | None:
        """Of the site alone."""

    @property
    def shrunken(self) -> float | None:
        """Drawn to the whole."""


def site_rows(sites: Iterable[SiteValues]) -> list[list[str]]:
    """Rows of a table of recalibration by site: name, people, own and shrunken intercept."""
    return [
        [one.site, TOO_FEW, NONE, NONE]
        if one.n_people is None
        else [one.site, str(one.n_people), number(one.own), number(one.shrunken)]
        for one in sites
    ]
