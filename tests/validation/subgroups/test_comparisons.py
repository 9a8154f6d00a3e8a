"""Groups compared: a difference is found, chance is not."""

import pytest

from hiprisk.config import SubgroupSettings
from people_by_sex import evaluated, people


def test_a_group_that_is_off_is_found_and_said():
    y, p, frame = people(n=300, shift=6.0)
    result = evaluated(y, p, frame)
    row = next(r for r in result.heterogeneity if r.metric == "calibration_in_the_large")
    assert row.p_adjusted < 0.001
    assert row.difference.value == pytest.approx(-6.0, abs=1.7)
    said = " ".join(result.sentences())
    assert "Calibration in the large by sex" in said
    assert "evidence of a difference between groups" in said
    assert "sex female" in said


@pytest.mark.slow
def test_test_of_resampled_errors_has_its_size():
    # 100 null studies: at 5 % between 0 and 11 rejections (2.8 Monte-Carlo errors); more of them
    # in experiments/subgroup_size.
    settings = SubgroupSettings(by=("sex",), resamples=60, metrics=("mae",))
    rejected = 0
    for seed in range(100):
        y, p, frame = people(n=80, seed=100 + seed)
        rejected += evaluated(y, p, frame, settings).heterogeneity[0].p_value < 0.05
    assert rejected <= 11


def test_people_whose_group_is_unknown_are_shown_and_not_compared():
    y, p, frame = people(n=120)
    frame.loc[:29, "sex"] = None
    result = evaluated(y, p, frame)
    assert [group.level for group in result.groups] == ["female", "male", "unknown"]
    assert result.groups[2].n_people == 30
    assert {row.n_groups for row in result.heterogeneity} == {2}
