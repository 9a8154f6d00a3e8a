"""Sites: a forest plot, and calibration curves side by side."""

import numpy as np

from hiprisk.reporting.plots.sites import draw_clustered_calibration, draw_sites
from hiprisk.validation.sites.calibration_results import ClusteredCalibration, SiteCurve
from hiprisk.wording.quantities import interval, with_interval
from report_words import names_in, words_on


def test_sites_their_mean_and_a_new_site_have_their_rows(study):
    sites = study.evidence.sites
    ax = draw_sites(sites, provenance="simulated", ideal=1.0)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    pooled = sites.pooled[0]
    assert len(labels) == len(sites.of(pooled.metric)) + 2
    assert labels[-2:] == [f"mean of {pooled.n_sites} sites", "new site (95 % prediction interval)"]
    assert ax.get_xlabel() == "R², 95 % CI"
    assert names_in(" ".join(words_on(ax))) == []
    beside = [text.get_text().replace("\N{MINUS SIGN}", "-") for text in ax.texts]
    assert with_interval(pooled, 2) in beside
    assert interval(pooled.new_low, pooled.new_high, 2) in beside


def test_the_label_of_the_axis_can_be_given(study):
    ax = draw_sites(study.evidence.sites, label="share explained")
    assert ax.get_xlabel() == "share explained, 95 % CI"


def test_calibration_curves_have_both_bands_and_no_name_of_a_site():
    curve = SiteCurve(site="site 1", n_people=30, n_events=12, n_knots=2, observed=(0.1, None),
                      low=(0.05, None), high=(0.2, None))  # fmt: skip
    result = ClusteredCalibration(
        kind="binary", predicted=(0.1, 0.2), observed=(0.12, 0.22), low=(0.1, 0.2),
        high=(0.15, 0.25), new_low=(0.05, 0.1), new_high=(0.3, 0.4), tau2=(0.2, 0.1),
        n_sites=(3, 2), sites=(curve, curve, curve), left_out={}, rule="", level=0.95,
    )  # fmt: skip
    ax = draw_clustered_calibration(result, unit="risk", provenance="simulated")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "pointwise 95 % prediction interval, new site", "pointwise 95 % CI of the mean",
        "3 sites", "mean of the sites", "ideal",
    ]  # fmt: skip
    assert not any("site 1" in word for word in words_on(ax))
    assert np.isnan(ax.lines[0].get_ydata()[1])
    assert ax.get_ylim() == (0.0, 1.0)
