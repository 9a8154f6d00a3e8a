"""What sections of a config are made of."""

import pytest
from pydantic import TypeAdapter, ValidationError

from hiprisk.config.fields import Inside, Name, Share, refuse


@pytest.mark.parametrize("name", ["a", "womac_function_0_100"])
def test_a_name_is_lower_case_letters_digits_and_underscores(name):
    assert TypeAdapter(Name).validate_python(name) == name


@pytest.mark.parametrize("name", ["", "1a", "Age", "a-b", "a b", "_a", "a\n"])
def test_other_texts_are_no_names(name):
    with pytest.raises(ValidationError, match="match pattern"):
        TypeAdapter(Name).validate_python(name)


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_a_share_lies_in_0_to_1(share):
    with pytest.raises(ValidationError, match=r"equal to [01]"):
        TypeAdapter(Share).validate_python(share)


@pytest.mark.parametrize("threshold", [0.0, 1.0, float("nan")])
def test_a_threshold_lies_inside_0_to_1(threshold):
    with pytest.raises(ValidationError, match=r"greater than 0|less than 1"):
        TypeAdapter(Inside).validate_python(threshold)


def test_a_rule_is_told_as_it_stands_with_braces_and_all():
    assert refuse("write {column: x}").message() == "write {column: x}"
