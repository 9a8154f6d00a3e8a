"""What the predictors do, of a finished study."""

from types import SimpleNamespace

import pytest

from hiprisk.evidence.predictors.parts import (
    example_patient_part,
    importance_part,
    partial_effects_part,
)


@pytest.mark.parametrize("part", [example_patient_part, importance_part, partial_effects_part])
def test_the_mean_for_everybody_has_no_predictors(part):
    assert part(SimpleNamespace(predicts_nothing=True)) is None
