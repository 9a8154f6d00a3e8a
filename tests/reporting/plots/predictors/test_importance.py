"""The picture of permutation importance."""

from hiprisk.reporting.plots.predictors.importance import draw_importance


def test_dots_are_the_mean_falls_of_the_evidence(study):
    found = study.evidence.importance
    ax = draw_importance(found, provenance=study.evidence.provenance)
    dots = next(line for line in ax.get_lines() if line.get_marker() == "o")
    assert list(dots.get_xdata()) == [one.drop for one in found.predictors[:12]]
    assert "R²" in ax.get_xlabel()
    assert ax.get_title() == "Permutation importance (simulated data)"
