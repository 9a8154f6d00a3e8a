"""What the fuzz targets of `experiments/fuzz` found, each as the smallest input that shows it."""

import dataclasses

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.format import Column, TrainingSummary
from small_bundle import small_sheet


def test_level_shares_that_do_not_fit_the_levels_are_refused():
    # Reading took it; a prediction ended in an IndexError.
    sheet = small_sheet()
    sex = dataclasses.replace(sheet.variables[1], training=TrainingSummary(level_shares=(1.0,)))
    variables = (sheet.variables[0], sex, *sheet.variables[2:])
    text = dataclasses.replace(sheet, variables=variables).to_json()
    with pytest.raises(BundleError, match="level shares of variable 'sex' do not fit its levels"):
        parse_sheet(text)


@pytest.mark.parametrize(
    "column",
    [
        # Reading took both; a prediction ended in a KeyError, or used another variable's value.
        Column(name="function", variable="womac_function_0_100"),
        Column(name="womac_function_0_100", variable="age_years"),
    ],
)
def test_a_baseline_without_a_column_of_its_name_is_refused(column):
    sheet = small_sheet()
    columns = (*sheet.columns[:3], column)
    terms = tuple(
        dataclasses.replace(term, column=column.name)
        if term.column == "womac_function_0_100"
        else term
        for term in sheet.model.terms
    )
    model = dataclasses.replace(sheet.model, terms=terms)
    text = dataclasses.replace(sheet, columns=columns, model=model).to_json()
    with pytest.raises(BundleError, match="baseline is not one of the model's numbers"):
        parse_sheet(text)
