"""The design of a study's predictors."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import plan_design


def test_a_design_lists_columns_levels_and_derived_features():
    frame = pd.DataFrame(
        {
            "age_years": [60.0, 70.0, 80.0],
            "education": ["low", "high", "low"],
            "hip_flexion_right_deg": [100.0, 90.0, np.nan],
            "hip_flexion_left_deg": [95.0, 99.0, 80.0],
        }
    )
    design = plan_design(
        ["age_years", "education", "hip_flexion_asymmetry_deg"], load_dictionary(), frame
    )
    # Nobody has a medium education, so it has no column.
    assert design.inputs == ("age_years", "education=high", "hip_flexion_asymmetry_deg")
    numbers = design.numeric(frame)
    assert np.isnan(numbers[2, 2])
    assert design.model_inputs(numbers[:2])[:, 2].tolist() == [5.0, 9.0]


@pytest.mark.parametrize(
    ("predictors", "kind", "message"),
    [
        (["nothing"], ConfigError, "neither a variable of the dictionary nor a derived"),
        (["bmi_kg_m2"], InputError, "the cohort lacks 1 predictor"),
        (["sex"], InputError, "1 predictor\\(s\\) do not vary"),
    ],
)
def test_a_design_that_cannot_be_is_refused(predictors, kind, message):
    frame = pd.DataFrame({"age_years": [60.0, 70.0], "sex": ["male", "male"]})
    with pytest.raises(kind, match=message):
        plan_design(predictors, load_dictionary(), frame)
