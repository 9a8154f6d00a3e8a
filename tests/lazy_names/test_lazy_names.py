"""Names of a package that are resolved on first use."""

import pytest

from hiprisk.lazy_names import lazy_names


def test_a_name_is_looked_up_in_its_home():
    resolved, names = lazy_names("house", {"sqrt": "math", "pi": "math"})
    assert resolved("sqrt")(9.0) == 3.0
    assert names() == ["pi", "sqrt"]


def test_an_unknown_name_is_an_attribute_error():
    resolved, _ = lazy_names("house", {"sqrt": "math"})
    with pytest.raises(AttributeError, match="module 'house' has no attribute 'pi'"):
        resolved("pi")
