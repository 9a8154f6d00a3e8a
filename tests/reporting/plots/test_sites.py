"""Internal-external cross-validation as a forest plot."""

from hiprisk.reporting.plots.sites import draw_sites
from report_words import names_in, words_on


def test_sites_their_mean_and_a_new_site_have_their_rows(study):
    sites = study.evidence.sites
    ax = draw_sites(sites, provenance="simulated", ideal=1.0)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    pooled = sites.pooled[0]
    assert len(labels) == len(sites.of(pooled.metric)) + 2
    assert labels[-2:] == [f"mean of {pooled.n_sites} sites", "new site (prediction interval)"]
    assert ax.get_xlabel() == "R² with 95 % CI"
    assert names_in(" ".join(words_on(ax))) == []


def test_the_label_of_the_axis_can_be_given(study):
    ax = draw_sites(study.evidence.sites, label="share explained")
    assert ax.get_xlabel() == "share explained with 95 % CI"
