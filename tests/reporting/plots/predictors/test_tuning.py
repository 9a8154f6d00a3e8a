"""The tuning history of the candidate model types."""

import dataclasses

from hiprisk.reporting.appendix.model import candidates_section
from hiprisk.reporting.plots.predictors.tuning import draw_tuning


def tried(evidence, losses):
    """The same evidence with settings of its linear model, the mean's loss being 100."""
    trials = tuple({"number": place, "loss": loss} for place, loss in enumerate(losses))
    families = tuple(
        dataclasses.replace(one, loss=min(losses), trials=trials)
        if one.name == "linear"
        else dataclasses.replace(one, loss=100.0, trials=({"number": 0, "loss": 100.0},))
        for one in evidence.families
    )
    return dataclasses.replace(evidence, families=families)


def test_the_line_is_the_smallest_loss_so_far(study):
    ax = draw_tuning(tried(study.evidence, [90.0, 95.0, 80.0, 85.0]))
    settings, smallest, mean = ax.get_lines()
    assert list(settings.get_ydata()) == [90.0, 95.0, 80.0, 85.0]
    assert list(smallest.get_ydata()) == [90.0, 90.0, 80.0, 80.0]
    assert smallest.get_label() == "linear (chosen)"
    assert mean.get_label() == "mean-only model"
    assert ax.get_title() == "Tuning history (simulated data)"


def test_a_loss_far_above_the_mean_only_model_stands_at_the_edge(study):
    ax = draw_tuning(tried(study.evidence, [900.0, 80.0]))
    assert list(ax.get_lines()[0].get_ydata()) == [105.0, 80.0]


def test_without_tuning_there_is_no_history(study):
    assert study.section["candidates"].pictures == ()
    section = candidates_section(tried(study.evidence, [90.0, 80.0]))
    assert [picture.name for picture in section.pictures] == ["tuning.png"]


def test_the_caption_speaks_of_the_edge_only_where_a_loss_stands_there(study):
    def caption(losses):
        return candidates_section(tried(study.evidence, losses)).pictures[0].caption

    assert "upper edge" in caption([900.0, 80.0])
    assert "upper edge" not in caption([90.0, 80.0])
