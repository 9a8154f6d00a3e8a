"""A reference prediction that stands in a column of the cohort."""

import dataclasses
import json

import numpy as np
import pytest

from hiprisk.cohort.findings import FITTED_TO_THESE_PEOPLE, Finding
from hiprisk.errors import InputError
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.reference import compared_models, compared_with, with_reference
from hiprisk.validation.external.validation import validate_externally
from hiprisk.wording.disclaimers import FITTED_TO_SOME, FITTED_TO_THESE
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, WORSE, cohort_of


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


@pytest.mark.slow
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
    assert files_of_result(result).figures["murphy_diagram.png"].startswith(b"\x89PNG")


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


def without(people, rows):
    """The people without some rows of the cohort."""
    return people.take(~np.isin(people.rows, rows))


@pytest.fixture
def both(cohort):
    sheet = small_sheet(provenance="real")
    rival = dataclasses.replace(
        sheet, model=dataclasses.replace(sheet.model, intercept=14.0, refits=())
    )
    return tuple(predict_cohort(one, OUTCOME, cohort) for one in (sheet, rival))


NAMES = ("small@1", "rival@1")


def test_two_models_are_compared_on_the_people_whom_both_can_score(both):
    one, other = without(both[0], np.arange(30)), without(both[1], np.arange(20, 45))
    found = compared_models(one, other, OUTCOME, names=NAMES, n_resamples=60)
    assert (found.n, found.n_people) == (255, 255)
    assert (found.n_only_first, found.n_only_second) == (15, 20)
    common = without(both[0], np.arange(45)), without(both[1], np.arange(45))
    mae = next(one for one in found.differences if one.metric == "mae")
    for side, people in zip((mae.first, mae.second), common, strict=True):
        assert side.value == pytest.approx(np.abs(people.observed - people.predicted).mean())
    again = compared_models(*common, OUTCOME, names=NAMES, n_resamples=60)
    assert again.differences == found.differences
    assert found.elementary_scores.murphy_diagram.reference_name == "small@1"


def test_tables_and_json_of_two_models(both):
    found = compared_models(*both, OUTCOME, names=NAMES, n_resamples=60)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (plain["first"], plain["second"], plain["cohort"]) == (*NAMES, "new.csv")
    table = found.to_frame().set_index("metric")
    assert table.index.tolist() == ["r2", "rmse", "mae", "calibration_slope"]
    assert table["value_difference"].tolist() == pytest.approx(
        (table["value_second"] - table["value_first"]).tolist()
    )
    assert plain["cautions"] == []


def test_a_model_that_was_fitted_to_these_people_is_said(both):
    known = [
        Finding(code=FITTED_TO_THESE_PEOPLE, severity="warning", message=message, advice="")
        for message in (FITTED_TO_SOME, FITTED_TO_THESE)
    ]
    pair = [
        dataclasses.replace(one, warnings=(said,)) for one, said in zip(both, known, strict=True)
    ]
    found = compared_models(*pair, OUTCOME, names=NAMES, n_resamples=50)
    assert found.cautions == (
        "small@1 was fitted to some of these people: its figures are in part apparent ones",
        "rival@1 was fitted to these people: its figures are apparent ones",
    )


def test_no_common_people_and_too_few_are_refused(both):
    half = np.arange(150)
    rest = np.arange(150, 300)
    with pytest.raises(InputError, match="no common people: small@1 can score 150") as refused:
        compared_models(without(both[0], half), without(both[1], rest), OUTCOME, names=NAMES)
    assert refused.value.code == "NO_COMMON_PEOPLE"
    with pytest.raises(InputError, match="10 people with outcome and prediction are too few"):
        compared_models(
            without(both[0], half), without(both[1], np.arange(160, 300)), OUTCOME, names=NAMES
        )


def test_an_outcome_that_is_not_read_alike_is_refused(both):
    one, other = both
    other = dataclasses.replace(other, observed=other.observed + (np.arange(other.n) < 3))
    with pytest.raises(InputError, match="not read alike for both models in 3 of 300 rows"):
        compared_models(one, other, OUTCOME, names=NAMES)


def test_two_models_of_a_risk(cohort):
    sheet = small_sheet(kind="binary", provenance="real")
    rival = dataclasses.replace(
        sheet, model=dataclasses.replace(sheet.model, intercept=-1.0, refits=())
    )
    people = [predict_cohort(one, WORSE, cohort) for one in (sheet, rival)]
    found = compared_models(*people, WORSE, names=NAMES, n_resamples=60)
    c, brier = found.differences[:2]
    # A moved intercept leaves the order of people as it is.
    assert (c.metric, c.difference.value, c.better) == ("c_statistic", 0.0, "inconclusive")
    expected = [np.mean((one.observed - one.predicted) ** 2) for one in people]
    assert brier.difference.value == pytest.approx(expected[1] - expected[0])
    assert found.elementary_scores.score == "brier"
