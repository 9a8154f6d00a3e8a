"""The clinical dictionary holds together and says what the clinical page says."""

import pytest

from hiprisk.cohort.dictionary import dictionary_from_text, load_dictionary
from hiprisk.errors import ConfigError

MOTIONS = {
    "flexion": ((0, 160), (60, 145)),
    "extension": ((-40, 50), (-20, 30)),
    "internal_rotation": ((-30, 80), (0, 55)),
    "external_rotation": ((-30, 90), (5, 65)),
    "abduction": ((-20, 90), (5, 60)),
    "adduction": ((-20, 60), (0, 40)),
}


def test_it_is_read_once():
    assert load_dictionary() is load_dictionary()


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("place", ["_right", "_left", ""])
def test_hip_motion_has_the_ranges_of_the_clinical_page(motion, place):
    variable = load_dictionary()[f"hip_{motion}{place}_deg"]
    assert (variable.hard, variable.soft) == MOTIONS[motion]
    assert variable.unit == "deg"


def test_every_number_has_a_unit_and_a_soft_range_inside_a_hard_one():
    for variable in load_dictionary().values():
        if variable.kind == "number":
            assert variable.unit, variable.name
            assert variable.hard is not None, variable.name
            low, high = variable.soft or variable.hard
            assert variable.hard[0] <= low < high <= variable.hard[1], variable.name


def test_only_numbers_have_ranges():
    stray = [
        v.name for v in load_dictionary().values() if v.kind != "number" and (v.hard or v.soft)
    ]
    assert stray == []


def test_every_variable_has_a_label_and_a_source():
    assert [v.name for v in load_dictionary().values() if not (v.label and v.source)] == []


def test_a_range_in_a_name_is_the_hard_range():
    for variable in load_dictionary().values():
        parts = variable.name.split("_")
        # A linear model may predict beyond the scale.
        if "predicted" not in parts and variable.kind == "number" and parts[-2:-1] == ["0"]:
            assert variable.hard == (0.0, float(parts[-1])), variable.name


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("womac_function_0_100", "higher_worse"),
        ("odi_0_100", "higher_worse"),
        ("hoos_adl_0_100", "higher_better"),
        ("ohs_0_48", "higher_better"),
    ],
)
def test_scores_have_the_direction_of_their_instrument(name, direction):
    assert load_dictionary()[name].direction == direction


def test_an_expected_sign_agrees_with_the_direction_of_the_score():
    signs = {"higher_worse": 1, "higher_better": -1}
    for variable in load_dictionary().values():
        if variable.monotone and variable.direction:
            assert variable.monotone == signs[variable.direction], variable.name


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("kind: numbers", r"v\.kind \(line 1\): must be one of 'number', 'category'"),
        ("kind: number, units: cm", r"v\.units \(line 1\): this key is not known .*mean unit\?"),
        ("kind: number, hard: [1]", r"v\.hard \(line 1\): this list has too few values"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(entry, message):
    with pytest.raises(ConfigError, match=message):
        dictionary_from_text(f"v: {{label: x, source: x, {entry}}}")
