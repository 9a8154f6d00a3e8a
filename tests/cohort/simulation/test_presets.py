"""The numbers that simulated cohorts are made of."""

import dataclasses

import pytest

from hiprisk.cohort.simulation.presets import PRESETS, Preset


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_grades_and_proportions_are_proportions(preset):
    assert sum(preset.kl_shares) == pytest.approx(1.0)
    fields = [field.name for field in dataclasses.fields(Preset) if field.name.endswith("_share")]
    assert all(0.0 <= getattr(preset, name) <= 1.0 for name in fields)
    assert 0.0 <= preset.dropout < 1.0


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_six_directions_of_motion_have_a_mean_and_an_sd(preset):
    assert len(preset.rom_mean_deg) == len(preset.rom_sd_deg) == 6


def test_presets_cannot_be_changed():
    with pytest.raises(TypeError, match="does not support item assignment"):
        PRESETS["stupar"] = PRESETS["primary-care"]
