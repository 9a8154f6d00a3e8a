"""The section of derived features: two operands, one of them a variable."""

import pytest

from hiprisk.config.reading import study_from_text
from hiprisk.errors import ConfigError
from study_text import TEXT


def study(entry):
    return study_from_text(f"{TEXT}\nderived:\n  x: {entry}\n")


def test_operands_are_names_and_numbers():
    found = study("{label: x, op: indicator, of: [age_years, 65]}").derived["x"]
    assert found.of == ("age_years", 65)
    assert found.unit == ""


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("{label: x, op: sum, of: [a, b]}", "derived.x.op .*must be one of 'minimum'"),
        ("{label: x, op: ratio, of: [a]}", "of has two operands"),
        ("{label: x, op: ratio, of: [a, b, c]}", "of has two operands"),
        ("{label: x, op: ratio, of: [1, 2]}", "one of the two operands must be a variable"),
        ("{label: x, op: ratio, of: [a, true]}", "must be the name of a variable, or a number"),
        ("{op: ratio, of: [a, b]}", "derived.x.label .*this key is required"),
        ("{label: x, op: ratio, off: [a, b]}", "this key is not known"),
    ],
)
def test_what_is_no_expression_is_refused(entry, rule):
    with pytest.raises(ConfigError, match=rule):
        study(entry)
