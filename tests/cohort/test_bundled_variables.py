"""What a bundle says of variables: the model's win, the study's fill in."""

import json

import pytest

from hiprisk.cohort.bundled_variables import (
    BUNDLED,
    BundledVariables,
    bundled_variables,
    plain_entries,
)
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.own_variables import own_dictionary_from_text
from hiprisk.errors import ConfigError
from hiprisk.sheet.format import VariableSpec
from motion_sheet import motion_sheet

OWN = """
grip_kg: {label: grip strength, kind: number, unit: kg, hard: [0, 120], aliases: [GripStrength]}
fell: {label: a fall in the last year, kind: category, levels: [no, yes]}
age_years: {hard: [16, 110]}
"""


def own(text=OWN):
    return own_dictionary_from_text(text)


def test_a_bundle_holds_what_a_dictionary_states():
    entries = plain_entries(own(OWN + "bmi_kg_m2: {hard: [8, 90]}\n"))
    assert entries["grip_kg"]["hard"] == (0.0, 120.0)
    assert entries["fell"]["kind"] == "category"
    assert entries["age_years"] == {"hard": (16.0, 110.0)}
    sheet = motion_sheet()
    bundled = bundled_variables(sheet, {BUNDLED: json.loads(json.dumps(entries))})
    known = bundled.laid_over(load_dictionary())
    assert (known["grip_kg"], known["fell"]) == (own()["grip_kg"], own()["fell"])
    assert known["bmi_kg_m2"].hard == (8.0, 90.0)
    assert sheet.outcome.variable in known


def test_a_file_of_today_goes_before_the_bundle_s_study_and_the_model_before_both():
    spec = VariableSpec(name="grip_kg", label="grip", unit="kg", kind="number", hard=(0.0, 90.0))
    bundled = BundledVariables((spec,), own())
    today = own("grip_kg: {label: g, kind: number}\nfell: {label: falls, kind: number}")
    known = bundled.laid_over(today)
    assert (known["grip_kg"].hard, known["fell"].kind) == ((0.0, 90.0), "number")


def test_entries_of_a_config_that_break_a_rule_are_refused():
    with pytest.raises(ConfigError, match=r"config.json: grip_kg.*needs label and kind"):
        bundled_variables(motion_sheet(), {BUNDLED: {"grip_kg": {"label": "grip"}}})
