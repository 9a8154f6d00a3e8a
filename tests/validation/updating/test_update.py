"""An update from cohort to sheet: it hangs together afterwards."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from small_bundle import small_sheet
from updated_models import a_cohort, updated


@pytest.mark.parametrize("method", ["intercept", "recalibrate", "reestimate", "closed-test"])
def test_the_new_sheet_reads_back_and_is_right_on_average(method):
    _, result = updated(method)
    again = parse_sheet(result.sheet.to_json())
    assert again == result.sheet
    apparent = {e.name: e.value for e in result.apparent}
    after = {e.name: e.value for e in result.after}
    before = {e.name: e.value for e in result.before}
    assert abs(apparent["calibration_in_the_large"]) < 0.3
    assert after["rmse"] < before["rmse"]
    assert after["rmse"] >= apparent["rmse"] - 1e-9
    assert result.scatter == "re-estimated"
    assert len(result.sheet.model.refits) == 41


def test_intervals_of_the_new_version_cover():
    people, result = updated("reestimate", cohort=a_cohort(3000))
    columns = cohort_columns(result.sheet.variables, people.frame).columns
    answer = SheetEvaluator(result.sheet).predict(columns)
    low, high = answer.intervals["80"]
    assert np.mean((people.observed >= low) & (people.observed <= high)) == pytest.approx(
        0.8, abs=0.03
    )


def test_few_people_keep_the_parents_scatter_and_say_so():
    _, result = updated("recalibrate", cohort=a_cohort(120))
    assert result.scatter == "kept"
    assert result.sheet.distribution.quantiles == small_sheet().distribution.quantiles
    assert any("keep the residual SD of the original" in line for line in result.summary)


def test_too_few_people_to_re_estimate_are_refused():
    with pytest.raises(InputError, match=r"22 people are too few to re-estimate 5 coefficients"):
        updated("reestimate", cohort=a_cohort(22))


def test_the_same_update_twice_gives_the_same_sheet():
    assert updated("closed-test")[1].sheet.to_json() == updated("closed-test")[1].sheet.to_json()
