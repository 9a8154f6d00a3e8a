"""Column mappings: what is refused, by name and line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.mapping import (
    UNITS,
    identity_mapping,
    load_mapping,
    mapping_from_text,
    unit_factor,
)
from hiprisk.cohort.reading import iter_blocks
from hiprisk.errors import ConfigError, StoreError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: {delimiter: ';;'}", r"format \(line 1\): delimiter must be one character"),
        ("format: {delimiter: '\"'}", "delimiter must be one character"),
        ("format: {delimiter: é}", "delimiter must be one character"),
        ("format: {delimiter: a}", "no letter, digit, quote or line end"),
        (
            "grain: hip\nvariables:\n  odi_0_100: {column: o, from_range: [5, 5]}",
            r"variables\.odi_0_100 \(line 3\): from_range must ascend",
        ),
        ("variables: {odi_0_100: {column: o, from_range: [100, 0]}}", "takes reverse: true"),
        ("variables: {age_years: {column: a, reverse: true}}", "this variable is neither"),
        ("variables: {lbp_duration_months: {column: a, reverse: true}}", "is neither"),
        ("imputations: ['1']", "imputations needs imputation_column"),
        ("variables: {height_cm: {value: tall}}", "value must be a number"),
        ("variables: {height_cm: {value: 9999}}", "value must lie in 120 to 220"),
        ("variables: {joint: {value: elbow}}", "value must be one of the levels hip, knee"),
        ("variables: {sex: {column: a}}\ngrian: hip", r"m\.yaml: grian \(line 2\)"),
        ("variables: {sex: {column: a}}\nvariables: {}", "the key 'variables' comes twice"),
        ("variables: {sex: {colum: a}}", "colum"),
        (
            "variables: {womac_function_0_100: {items: {instrument: hoos_adl, columns: {a1: x}}}}",
            "the instrument 'hoos_adl' scores hoos_adl_0_100, not this variable",
        ),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_by_key_and_line(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        mapping_from_text(text, name="m.yaml")
    assert caught.value.exit_code == 2


_ITEMS = (
    "variables:\n  womac_pain_0_100:\n    {}items:\n      instrument: womac_pain\n"
    "      columns: {{pain_1: a, pain_2: b, pain_3: c, pain_4: d, pain_5: e}}\n"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "variables:\n  lbp_any:\n    column: s\n    levels:\n      '1': no\n      '1.0': yes",
            r"lbp_any\.levels\.1\.0 \(line 6\): '1' and '1\.0' are one code, and mean two things",
        ),
        (
            "variables: {lbp_any: {column: s, levels: {n: no, y: yes}, missing: [n]}}",
            r"lbp_any\.levels\.n \(line 1\): missing of this variable names 'n' too",
        ),
        (
            "variables: {lbp_any: {column: s, levels: {'3': no, y: yes}, missing: ['3.0']}}",
            "missing of this variable names '3' too",
        ),
        (
            _ITEMS.format("") + "      labels: {'1': 0, '1.0': 4}",
            r"items\.labels\.1\.0 \(line 6\): '1' and '1\.0' are one code",
        ),
        (
            _ITEMS.format("") + "      item_labels:\n        pain_1: {'1': 0, '1.0': 4}",
            r"item_labels\.pain_1\.1\.0 \(line 7\): '1' and '1\.0' are one code",
        ),
        (
            _ITEMS.format("missing: [None]\n    ") + "      labels: {None: 0}",
            r"items\.labels\.None \(line 7\): missing of this variable names 'None' too",
        ),
        (
            _ITEMS.format("from_range: [0, 68]\n    "),
            r"from_range \(line 3\): a score that is made of its items .*leave from_range out",
        ),
        (
            "variables: {womac_pain_0_100: {value: 10, from_range: [0, 20]}}",
            "a value for every row is taken as it is",
        ),
    ],
)
def test_keys_that_exclude_each_other_are_refused_with_key_and_line(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        mapping_from_text(text, name="m.yaml")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "variables: {lbp_any: {column: s, levels: {'1': no, '1.0': no, '2': yes}}}",
        "missing: [n]\nvariables: {lbp_any: {column: s, levels: {n: no, y: yes}}}",
        "variables: {lbp_any: {column: s, missing: [no]}}",
    ],
)
def test_what_the_rules_decide_is_no_contradiction(text):
    assert mapping_from_text(text).variables["lbp_any"].column == "s"


def test_a_mapping_that_is_not_there_is_an_io_error(tmp_path):
    with pytest.raises(StoreError, match=r"m\.yaml: the mapping cannot be read"):
        load_mapping(tmp_path / "m.yaml")


def test_no_is_the_level_and_not_false():
    mapping = mapping_from_text("variables: {lbp_any: {column: b, levels: {no: no, yes: yes}}}")
    assert mapping.variables["lbp_any"].levels == {"no": "no", "yes": "yes"}


def test_the_identity_takes_dictionary_names_only():
    assert list(identity_mapping(["age_years", "Age", "colour", "sex"]).variables) == [
        "age_years",
        "sex",
    ]


@pytest.mark.parametrize(
    ("unit", "variable", "one"),
    [
        ("rad", "hip_flexion_right_deg", 57.29577951308232),
        ("m", "height_cm", 100.0),
        ("inch", "height_cm", 2.54),
        ("lb", "weight_kg", 0.45359237),
        ("years", "lbp_duration_months", 12.0),
        ("days", "lbp_duration_months", 0.03285487),
    ],
)
def test_one_of_a_unit_in_the_dictionarys(unit, variable, one):
    mapping_from_text(f"variables: {{{variable}: {{column: x, unit: {unit}}}}}")
    assert UNITS[unit][1] == pytest.approx(one, rel=1e-6)


@pytest.mark.parametrize(
    ("given_unit", "wanted", "factor"),
    [
        ("months", "years", 1 / 12),
        ("hours", "minutes", 60.0),
        ("mm", "cm", 0.1),
        ("mg/L", "mg/L", 1.0),
        ("kg", "cm", None),
        ("mg/L", "g/L", None),
        ("points", None, None),
    ],
)
def test_units_of_one_kind_convert_to_each_other(given_unit, wanted, factor):
    assert unit_factor(given_unit, wanted) == (factor and pytest.approx(factor))


@given(
    raw=st.integers(0, 68),
    reverse=st.booleans(),
)
def test_a_raw_sum_keeps_its_share_of_the_scale(tmp_path_factory, raw, reverse):
    path = tmp_path_factory.mktemp("m") / "x.csv"
    path.write_text(f"w\n{raw}\n")
    mapping = mapping_from_text(
        "variables: {womac_function_0_100: {column: w, from_range: [0, 68], "
        f"reverse: {str(reverse).lower()}}}}}"
    )
    [score] = next(iter_blocks(path, mapping)).columns["womac_function_0_100"]
    share = 100 * raw / 68
    assert np.isclose(score, 100 - share if reverse else share, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("where: {clinic: []}", r"where\.clinic \(line 2\): must have at least 1 item"),
        ("provenance: [x]", r"provenance \(line 2\): must be one of"),
        ("provenance: []", r"provenance \(line 2\): must be one of"),
        ("provenance: {}", r"provenance \(line 2\): must be one of"),
    ],
)
def test_an_empty_list_or_a_list_in_place_of_a_word_is_refused_with_its_line(text, said):
    with pytest.raises(ConfigError, match=said):
        mapping_from_text(f"variables: {{age_years: a}}\n{text}\n")


@pytest.mark.parametrize(
    ("beside", "inside", "message"),
    [
        ("", 'missing: ["9"]', r"items\.missing \(line 6\): missing belongs beside items, not"),
        ("coded: [1, 5]", "", r"coded \(line 3\): coded stands inside items, not beside them"),
    ],
)
def test_what_stands_beside_items_and_inside_them_is_said(beside, inside, message):
    text = (
        f"variables:\n  womac_pain_0_100:\n    {beside}\n    items:\n"
        f"      instrument: womac_pain\n      {inside}\n      columns: {{pain_1: a}}\n"
    )
    with pytest.raises(ConfigError, match=message):
        mapping_from_text(text)
