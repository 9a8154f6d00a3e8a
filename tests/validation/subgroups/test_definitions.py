"""The groups that a cohort can be parted into."""

import numpy as np
import pytest

from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import SubgroupSettings
from hiprisk.validation.subgroups.definitions import groupings_of
from people_by_sex import people


def test_groups_of_a_simulated_cohort():
    frame = simulate_cohort("stupar", n=400, seed=1).frame
    found = {grouping.name: grouping for grouping in groupings_of(frame, SubgroupSettings())}
    assert set(found) == {"sex", "age_band", "site", "kl_grade", "lbp_any", "lbp_chronic"}
    assert found["age_band"].levels == (
        "under 60", "60 to under 70", "70 to under 80", "80 or older",
    )  # fmt: skip
    assert found["kl_grade"].levels == ("0", "1", "2", "3", "4", "unknown")
    ages = frame["age_years"].to_numpy()
    band = found["age_band"].codes
    assert ages[band == 1].min() >= 60.0
    assert ages[band == 1].max() < 70.0
    chronic = found["lbp_chronic"]
    months = frame["lbp_duration_months"].to_numpy(dtype=float)
    assert (chronic.codes == chronic.levels.index("yes")).sum() == (months >= 3).sum()
    assert (chronic.codes == chronic.levels.index("unknown")).sum() == np.isnan(months).sum()


def test_descending_bands_are_refused():
    with pytest.raises(ValueError, match="age_bands must ascend"):
        SubgroupSettings(age_bands=(70.0, 60.0))


def test_levels_stand_in_their_natural_order():
    _, _, frame = people()
    frame["site"] = [f"{1 + row % 11}" for row in range(len(frame))]
    (found,) = groupings_of(frame, SubgroupSettings(by=("site",)))
    assert found.levels == tuple(f"{number}" for number in range(1, 12))
