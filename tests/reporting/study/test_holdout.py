"""Held-out participants, beside a reference prediction."""

import dataclasses

from hiprisk.reporting.study.holdout import holdout_section


def test_held_out_participants_stand_beside_the_reference(study):
    section, held = study.section["holdout"], study.evidence.holdout
    both = held.model_compared.n
    assert 0 < both < held.model.n
    assert section.tables[0].head == (
        "metric", "model (95 % CI)", f"model, n = {both} (95 % CI)", "WOMAC function (95 % CI)"
    )  # fmt: skip
    assert section.paragraphs[0].startswith(f"Site or provider: site_02; n = {held.model.n}.")
    assert section.paragraphs[1] == (
        f"WOMAC function: {held.model.n - both} of them have none; compared on the other {both}."
    )


def test_held_out_participants_are_described_beside_those_of_development(study):
    table, held = study.section["holdout"].tables[1], study.evidence.holdout
    n_development = study.evidence.n_analysed
    assert table.head == (
        "characteristic", f"development (n = {n_development})", f"held out (n = {held.model.n})"
    )  # fmt: skip
    named = [row[0] for row in table.rows]
    assert any(name.startswith("age (years), m") for name in named)
    assert any(name.startswith("WOMAC function at follow-up") for name in named)
    undescribed = dataclasses.replace(held, characteristics=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=undescribed))
    assert len(section.tables) == 1


def test_the_murphy_diagram_of_model_and_reference_stands_below(study):
    section, held = study.section["holdout"], study.evidence.holdout
    assert [picture.name for picture in section.pictures] == ["murphy_diagram.png"]
    assert held.reference_comparison.n == held.model_compared.n
    alone = dataclasses.replace(held, reference_comparison=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=alone))
    assert section.pictures == ()


def test_held_out_participants_who_all_have_a_reference_or_none_have_one_column_of_the_model(study):
    held = dataclasses.replace(study.evidence.holdout, model_compared=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=held))
    assert section.tables[0].head == ("metric", "model (95 % CI)", "WOMAC function (95 % CI)")
    assert section.paragraphs[1:] == (held.reference_comparison.sentence(),)
    nobody = dataclasses.replace(held, reference=None, reference_comparison=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=nobody))
    assert section.tables[0].head == ("metric", "model (95 % CI)")
    assert "none of them has one" in section.paragraphs[1]


def test_without_held_out_participants_there_is_no_section(study):
    assert holdout_section(dataclasses.replace(study.evidence, holdout=None)) is None
