"""Meanings and examples from docstrings."""

from hiprisk.schemas.descriptions import Description, descriptions


class Base:
    """First line.

    Attributes
    ----------
    low, high : float
        Ends of it,
        on two lines.
    """


class Extended(Base):
    """Another.

    Attributes
    ----------
    by : str
        Whose. Example: ``[a, b]``
    low : float
        Lower end.
    """


def test_a_meaning_over_lines_with_an_example_and_what_the_base_says():
    assert descriptions(Extended) == {
        "low": Description("Lower end.", ""),
        "high": Description("Ends of it, on two lines.", ""),
        "by": Description("Whose.", "[a, b]"),
    }


def test_a_class_without_attributes_says_nothing():
    assert descriptions(int) == {}
