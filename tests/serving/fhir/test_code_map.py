"""The map of codes: only what is certain is shipped, a site's own entries are held to account."""

import pytest

from hiprisk.errors import ConfigError, StoreError
from hiprisk.serving.fhir.code_map import code_map_from_text, load_code_map

SITE = """\
observations:
  womac_function_0_100:
    codes: ["https://hospital.example/codes|womac-f"]
    units: ["{score}"]
    from_range: [0, 68]
    max_age_days: 90
  lbp_any:
    codes: ["https://hospital.example/codes|lbp"]
    values: {"http://snomed.info/sct|373066001": yes, "http://snomed.info/sct|373067005": no,
             "true": yes, "false": no}
"""


def test_the_packaged_map_has_body_measurements_and_no_guess():
    codes = load_code_map()
    assert {name: source.codes for name, source in codes.observations.items()} == {
        "bmi_kg_m2": ("http://loinc.org|39156-5",),
        "height_cm": ("http://loinc.org|8302-2",),
        "weight_kg": ("http://loinc.org|29463-7",),
    }
    assert codes.patient == {"age_years": "birthDate", "sex": "gender"}


def test_a_site_adds_its_own(tmp_path):
    file = tmp_path / "site.yaml"
    file.write_text(SITE)
    codes = load_code_map(file)
    assert set(codes.observations) == {
        "bmi_kg_m2", "height_cm", "weight_kg", "womac_function_0_100", "lbp_any"
    }  # fmt: skip
    assert codes.observations["womac_function_0_100"].from_range == (0.0, 68.0)
    assert codes.observations["lbp_any"].values["true"] == "yes"
    assert codes.patient["sex"] == "gender"


def test_the_example_of_the_project_can_be_read():
    from pathlib import Path

    example = Path(__file__).parents[3] / "configs" / "fhir" / "site_example.yaml"
    codes = load_code_map(example)
    assert "womac_function_0_100" in codes.observations
    assert codes.questionnaires["ohs_0_48"].instrument == "ohs"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("observations: {shoe_size: {codes: ['a|b']}}", "no clinical variable 'shoe_size'"),
        ("observations: {person_id: {codes: ['a|b']}}", "no clinical variable 'person_id'"),
        ("patient: {age_years: name}", "birthDate"),
        ("observations: {bmi_kg_m2: {codes: ['39156-5']}}", r"a code is written system\|code"),
        ("observations: {bmi_kg_m2: {codes: []}}", "must have at least 1 item"),
        ("observations: {bmi_kg_m2: {codes: ['a|b'], age: 3}}", "this key is not known"),
        ("observations: {lbp_any: {codes: ['a|b']}}", "a category needs values"),
        ("observations: {lbp_any: {codes: ['a|b'], values: {'c|d': maybe}}}",
         "'maybe' is not a known level"),
        ("observations: {bmi_kg_m2: {codes: ['a|b'], values: {'c|d': '1'}}}",
         "belong to a category"),
        ("observations: {womac_function_0_100: {codes: ['a|b']}}", "name the UCUM codes"),
        ("observations: {bmi_kg_m2: {codes: ['a|b'], from_range: [1, 0]}}", "must ascend"),
        ("observations: {bmi_kg_m2: {codes: ['a|b']}, height_cm: {codes: ['a|b']}}",
         "one code means both 'bmi_kg_m2' and 'height_cm'"),
        ("observations: {bmi_kg_m2: {codes: ['a|b'], body_sites: ['c|d']}, height_cm: "
         "{codes: ['a|b']}}", "one code means both"),
        ("observations: {bmi_kg_m2: {codes: ['a|b'], body_sites: ['c|d']}, height_cm: "
         "{codes: ['a|b'], body_sites: ['c|d', 'c|e']}}", "one code means both"),
        ("observations: {bmi_kg_m2: {codes: ['a|b'], body_sites: ['right']}}",
         r"a code is written system\|code"),
        ("max_age_days: 0", "must be at least 1"),
        ("codes: {}", "this key is not known"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_right_is_refused(text, match):
    with pytest.raises(ConfigError, match=match) as caught:
        code_map_from_text(text)
    assert caught.value.exit_code == 2


def test_a_site_cannot_give_a_packaged_code_a_second_meaning(tmp_path):
    file = tmp_path / "site.yaml"
    file.write_text("observations: {weight_kg: {codes: ['http://loinc.org|39156-5']}}")
    with pytest.raises(ConfigError, match="one code means both"):
        load_code_map(file)


def test_a_map_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"nowhere\.yaml: the code map cannot be read"):
        load_code_map(tmp_path / "nowhere.yaml")
