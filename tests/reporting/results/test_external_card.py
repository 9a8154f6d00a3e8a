"""Cards of published and of updated models."""

import dataclasses

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.results.external_card import published_card, updated_card
from hiprisk.wording.quantities import with_interval
from report_words import names_in
from small_bundle import small_sheet


def test_a_published_model_is_not_evaluated_by_its_card():
    card = published_card(small_sheet(provenance="published"))
    assert "Not evaluated here. Evaluate it with `hiprisk validate`" in card
    assert "- Data: a published model" in card
    assert "## The model in full" in card
    assert names_in(card) == []


def test_an_updated_model_names_its_parent_and_is_compared_with_it(update):
    card = updated_card(update)
    assert "- Parent: `small@1`, sha256 `ab`" in card
    assert f"- Updated on {update.n} people (simulated people)" in card
    before = {one.name: one for one in update.before}
    for one in update.after:
        assert f"| {label_of(one.name)} | {with_interval(before[one.name])} |" in card
    assert names_in(card) == []


def test_a_card_names_the_level_that_is_the_event():
    sheet = small_sheet(kind="binary", provenance="published")
    outcome = dataclasses.replace(sheet.outcome, event_level="yes")
    card = published_card(dataclasses.replace(sheet, outcome=outcome))
    assert "- Estimand: risk of WOMAC function: yes in 12 months" in card
