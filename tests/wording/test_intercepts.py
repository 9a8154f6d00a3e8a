"""Names of an ordinal model's intercepts, and the formula that uses them."""

import pytest

from hiprisk.sheet.links import LINKS
from hiprisk.wording.intercepts import DISTRIBUTION_FUNCTIONS, formula_in_words, intercept_rows
from ordinal_sheet import ordinal_model


def test_an_intercept_is_called_by_the_value_that_it_is_of():
    assert list(intercept_rows(ordinal_model())) == [
        ("at least 20", -1.0), ("at least 45", -3.0), ("at least 70", -5.0), ("at least 100", -7.5),
    ]  # fmt: skip


def test_the_formula_names_link_and_explains_a_row():
    assert formula_in_words(ordinal_model()) == (
        "P(Y >= y) = F(intercept of y + sum of coefficient x value), with F(x) = "
        "1 / (1 + exp(-x)) (link logit). Mean, quantiles and probabilities follow from it. There "
        'are 4 intercepts, one for each value of the score but the lowest; "at least 20" is the '
        "intercept of y = 20."
    )


@pytest.mark.parametrize("link", LINKS)
def test_every_link_of_an_ordinal_model_has_its_function(link):
    assert f"{DISTRIBUTION_FUNCTIONS[link]} (link {link})" in formula_in_words(
        ordinal_model(link=link)
    )
