"""Calibration in new people site by site: by number, as far as sites are large enough."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.config.cohort import SamplingSettings
from hiprisk.metrics.smoothing.splines import linear_spline_curve
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.sites import calibration_by_site
from hiprisk.validation.external.validation import validate_externally
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, cohort_of

HOSPITALS = ("Anna Hospital", "Berg Clinic", "City Infirmary", "Delta Centre")


def frame_of(sizes, seed=7):
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    site = np.repeat(np.array(HOSPITALS[: len(sizes)], dtype=object), sizes)
    people = pd.DataFrame(
        {
            "age_years": rng.normal(72, 8, n).clip(19, 109),
            "sex": np.resize(np.array(["female", "male"], dtype=object), n),
            "lbp_any": rng.choice(["no", "yes"], n).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
            "site": site,
        }
    )
    drawn = 10 + 0.1 * people["age_years"] + 0.6 * people["womac_function_0_100"]
    off = pd.Series(site).map(dict(zip(HOSPITALS, (-4.0, 0.0, 3.0, 5.0), strict=True)))
    people["womac_function_followup_0_100"] = (drawn + off + rng.normal(3, 12, n)).clip(0, 100)
    return people


def people_of(sizes):
    return predict_cohort(small_sheet(provenance="real"), OUTCOME, cohort_of(frame_of(sizes)))


def test_each_site_has_the_curve_of_its_people_under_a_number():
    people = people_of((60, 50, 70, 40))
    found, reason = calibration_by_site(people, OUTCOME, None)
    assert reason is None
    assert [one.site for one in found.sites] == ["site 1", "site 2", "site 3", "site 4"]
    assert [one.n_people for one in found.sites] == [60, 50, 70, 40]
    own = people.frame["site"].to_numpy() == HOSPITALS[1]
    curve = linear_spline_curve(
        people.predicted[own], people.observed[own], np.ones(own.sum()), n_knots=3
    )
    assert found.sites[1].observed[20] == pytest.approx(curve.at(np.array(found.predicted))[20])


@pytest.mark.slow
def test_it_stands_in_json_table_and_figures_and_no_hospital_is_named():
    people = people_of((60, 50, 70, 40))
    result = validate_externally(
        people, OUTCOME, model=MODEL, sheet=small_sheet(provenance="real"), n_resamples=50, by=()
    )
    assert result.clustered_calibration is None
    assert "clustered_calibration" not in result.to_dict()
    curves, _ = calibration_by_site(people, OUTCOME, ("site",))
    result = dataclasses.replace(result, clustered_calibration=curves)
    plain = result.to_dict()["clustered_calibration"]
    table = result.tables()["clustered_calibration"]
    mean = table[table["site"] == "(mean)"]
    assert mean["new_high"].tolist() == plain["new_high"]
    assert files_of_result(result).figures["clustered_calibration.png"].startswith(b"\x89PNG")
    assert not any(name in str(plain) + table.to_csv() for name in HOSPITALS)


@pytest.mark.parametrize("by", [(), ("sex",)])
def test_only_where_the_site_is_asked_for(by):
    assert calibration_by_site(people_of((60, 50, 70)), OUTCOME, by) == (None, None)


def test_too_few_large_sites_are_said():
    found, reason = calibration_by_site(people_of((60, 50, 9)), OUTCOME, None)
    assert found is None
    assert reason == (
        "No calibration curves by site: 2 of 3 sites can have a calibration curve; a prediction "
        "band for a new site needs 3."
    )


def test_without_sites_or_with_one_there_is_nothing_to_say():
    assert calibration_by_site(people_of((60,)), OUTCOME, None) == (None, None)
    people = people_of((60, 50, 70))
    nowhere = dataclasses.replace(people, frame=people.frame.drop(columns="site"))
    assert calibration_by_site(nowhere, OUTCOME, None) == (None, None)
    sampled = dataclasses.replace(people, sampling=SamplingSettings(case_control=0.2))
    assert calibration_by_site(sampled, OUTCOME, None) == (None, None)
