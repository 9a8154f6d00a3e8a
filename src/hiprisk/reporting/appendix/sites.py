"""Section on sites: internal-external cross-validation, and calibration site by site."""

from __future__ import annotations

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.registry import find_metric, label_of
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.calibration import bounds_of
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.sites import draw_clustered_calibration, draw_sites
from hiprisk.validation.internal.internal_external_results import InternalExternal
from hiprisk.validation.subgroups.results import CALIBRATION
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import (
    interval,
    interval_digits,
    number,
    percent,
    plural,
    with_interval,
)


def sites_section(evidence: Evidence) -> Section | None:
    """Each site evaluated with a model that was fitted without it."""
    sites = evidence.sites
    if sites is None:
        return None
    forest = tuple(
        drawn(
            name=f"sites_{row.metric}.png",
            ax=draw_sites(
                sites,
                metric=row.metric,
                label=label_of(row.metric),
                ideal=find_metric(evidence.kind, row.metric).optimum,
                provenance=evidence.provenance,
            ),
            alt=f"Points with 95 % CI: {label_of(row.metric)} in each site, the mean over sites "
            "and the 95 % prediction interval of a new site; the table has the numbers.",
            caption=f"{capital(label_of(row.metric))} in each site, by a model fitted without it.",
            wide=True,
        )
        for row in sites.pooled[:1] + tuple(r for r in sites.pooled if r.metric == CALIBRATION)
    )
    tables = [
        Table(
            head=("metric", "sites", "mean (95 % CI)", "95 % prediction interval of a new "
                  "site", "variance between sites (tau²)", "I²"),
            rows=tuple(
                (label_of(row.metric), f"{row.n_sites}",
                 with_interval(row),
                 interval(row.new_low, row.new_high, interval_digits(row)),
                 number(row.tau2, 4), percent(row.i2, 0))
                for row in sites.pooled
            ),
            caption="Random-effects meta-analysis over sites",
        )
    ]  # fmt: skip
    whole = [one for one in sites.left_out if one.metric is None]
    return Section(
        anchor="sites",
        part=APPENDIX,
        title="Internal-external cross-validation",
        paragraphs=(
            f"Each site was evaluated with a model fitted without it. A site needs {sites.rule}; "
            f"{plural(len(whole), 'site')} had fewer and {'was' if len(whole) == 1 else 'were'} "
            "not evaluated.",
            "Sites are numbered in order of first appearance." + _counts_hidden(sites),
            *(f"No calibration curves by site: {why}." for why in sites.not_available.values()),
        ),
        tables=tuple(tables),
        pictures=(*forest, *_calibration_pictures(evidence, sites)),
    )


def _counts_hidden(sites: InternalExternal) -> str:
    """Why a site's number of people is missing, where one is."""
    counts = [one.n_people for one in sites.sites] + [one.n_people for one in sites.left_out]
    if None not in counts:
        return ""
    return (
        " The number of people of a site too small to be shown is left out, and so is one that "
        "would tell it by subtraction."
    )


def _calibration_pictures(evidence: Evidence, sites: InternalExternal) -> tuple[Picture, ...]:
    """Calibration curves of the sites with their summary."""
    curves = sites.clustered_calibration
    if curves is None:
        return ()
    unit = unit_of_amount(evidence.outcome_unit) if evidence.kind == "continuous" else "risk"
    curves_axes = draw_clustered_calibration(
        curves, unit=unit, provenance=evidence.provenance, bounds=bounds_of(evidence.out_of_fold)
    )
    few = plural(len(curves.left_out), "site")
    return (
        drawn(
            name="site_calibration.png",
            ax=curves_axes,
            alt="Calibration curves of the sites, their mean with its 95 % CI, and the wider 95 % "
            "prediction interval of a new site's curve, beside the ideal line.",
            caption="Calibration in each site by the model fitted without it (random-effects "
            "meta-analysis of the curves at each prediction)"
            + (f"; {few} without a curve." if curves.left_out else "."),
        ),
    )
