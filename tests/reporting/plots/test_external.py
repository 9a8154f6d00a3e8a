"""External validation and updating as pictures."""

import dataclasses

import pytest

from hiprisk.reporting.plots.external import (
    draw_before_after,
    draw_decision,
    draw_external_calibration,
)
from hiprisk.reporting.plots.style import new_axes
from hiprisk.reporting.results.command_results import files_of_result
from report_words import names_in, words_on


def test_the_calibration_curve_has_its_interval_unit_and_size(validation):
    ax = draw_external_calibration(validation)
    assert (
        ax.get_title().replace("\n", " ")
        == f"External calibration: WOMAC function, n = {validation.n} (simulated data)"
    )
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[:2] == ["ideal", "pointwise 95 % CI"]
    assert labels[2].startswith("loess (ICI")
    assert labels[3] == "means by tenth, 95 % CI"
    assert ax.get_xlabel() == "predicted value (points)"
    assert names_in(" ".join(words_on(ax))) == []


@pytest.mark.slow
def test_each_part_of_a_validation_has_its_figure(validation):
    found = files_of_result(validation).figures
    assert {"calibration.png", "predicted_observed.png", "coverage.png", "pit.png"} <= set(found)
    assert {name for name in found if name.startswith("groups_")} == {
        f"groups_{metric}.png" for metric in validation.groups.metrics
    }
    assert all(png.startswith(b"\x89PNG") for png in found.values())


def test_an_update_is_drawn_before_and_after(update):
    ax = new_axes()
    draw_before_after(
        update.calibration_before, update.calibration_after, kind="continuous",
        unit="points 0-100", title="small", ax=ax,
    )  # fmt: skip
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["ideal", "before", "after (cross-validated)"]


def test_a_decision_curve_is_called_by_the_event_not_by_its_variable(validation):
    decision = validation.performance.events[0].decision
    curve = dataclasses.replace(decision, outcome="womac_function_followup_0_100")
    of_risk = dataclasses.replace(
        validation,
        outcome_label="worse by at least 10 points",
        performance=dataclasses.replace(validation.performance, decision=curve),
    )
    title = draw_decision(of_risk).get_title().replace("\n", " ")
    assert title.startswith("Net benefit, external validation: worse by at least 10 points")
