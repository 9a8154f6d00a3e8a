"""A reference prediction that stands in a column of the cohort."""

import dataclasses

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.reporting.plots.external import validation_figures
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.reference import compared_with, with_reference
from hiprisk.validation.external.validation import validate_externally
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, cohort_of


@pytest.fixture
def cohort(people):
    people["theirs"] = (people["womac_function_0_100"] * 0.5 + 20).clip(0, 100)
    return cohort_of(people)


def test_a_value_off_the_scale_is_no_prediction_and_many_are_another_scale(cohort):
    assert with_reference(cohort, "theirs", OUTCOME) is cohort
    frame = cohort.frame.copy()
    frame.loc[0, "theirs"] = 400.0
    found = with_reference(dataclasses.replace(cohort, frame=frame), "theirs", OUTCOME)
    assert np.isnan(found.frame["theirs"][0])
    assert frame["theirs"][0] == 400.0
    frame["theirs"] = frame["theirs"] * 100.0
    with pytest.raises(InputError, match=r"predictions must lie in \[0, 100\]"):
        with_reference(dataclasses.replace(cohort, frame=frame), "theirs", OUTCOME)


def test_an_absent_column_is_refused_by_name(cohort):
    with pytest.raises(InputError, match="no such column of predictions") as refused:
        with_reference(cohort, "nobodys", OUTCOME)
    assert refused.value.column == "nobodys"


def test_it_stands_in_json_table_and_figure(cohort):
    sheet = small_sheet(provenance="real")
    people = predict_cohort(sheet, OUTCOME, cohort)
    compared = compared_with("theirs", people, OUTCOME, model="small", n_resamples=50, seed=0)
    result = validate_externally(
        people, OUTCOME, model=MODEL, sheet=sheet, n_resamples=50, by=(), reference="theirs"
    )
    assert result.reference_comparison == compared
    assert result.to_dict()["reference_comparison"]["reference"] == "theirs"
    assert len(result.tables()["murphy_diagram"]) == 101
    assert validation_figures(result)["murphy_diagram.png"].startswith(b"\x89PNG")


def test_nobody_with_the_reference_is_said(cohort):
    frame = cohort.frame.assign(theirs=np.nan)
    people = predict_cohort(
        small_sheet(provenance="real"), OUTCOME, dataclasses.replace(cohort, frame=frame)
    )
    result = validate_externally(
        people, OUTCOME, model=MODEL, n_resamples=50, by=(), reference="theirs"
    )
    assert result.reference_comparison is None
    assert result.remarks[-1] == "Nobody has the reference prediction theirs."
    assert "reference_comparison" not in result.to_dict()
