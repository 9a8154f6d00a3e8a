"""Words for levels: what is certain and what a person confirms."""

import pytest

from hiprisk.cohort.drafts.level_words import is_level_word, meant_level, yes_no_of


@pytest.mark.parametrize(
    ("code", "levels", "meant"),
    [
        ("Yes", ("no", "yes"), ("yes", True)),
        ("Checked", ("no", "yes"), ("yes", True)),
        ("nein", ("no", "yes"), ("no", False)),
        ("F", ("female", "male"), ("female", False)),
        ("With others", ("with_others", "alone"), ("with_others", True)),
        ("m", ("no", "yes"), (None, False)),
        ("1", ("female", "male"), (None, False)),
    ],
)
def test_a_word_and_the_level_it_means(code, levels, meant):
    assert meant_level(code, levels) == meant


def test_codes_of_no_and_yes():
    assert yes_no_of(("0", "1"))
    assert yes_no_of(("Checked", "Unchecked"))
    assert not yes_no_of(("1", "2"))
    assert not yes_no_of(("yes", "maybe"))
    assert not yes_no_of(())


def test_other_words_are_no_level_words():
    assert is_level_word(" Female ")
    assert not is_level_word("Jane Roe")
