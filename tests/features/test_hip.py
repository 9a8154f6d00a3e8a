"""The worse hip, the better one and their difference."""

import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.features.hip import DIRECTIONS, hip_features


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_worse_side_moves_less(direction):
    features = hip_features()
    [worse] = features[f"hip_{direction}_worse_deg"]
    [better] = features[f"hip_{direction}_better_deg"]
    assert (worse.op, better.op) == ("minimum", "maximum")
    assert worse.of == better.of
    assert set(worse.of) <= set(load_dictionary())


def test_the_asymmetry_is_better_less_worse_and_brings_its_steps():
    worse, better, asymmetry = hip_features()["hip_flexion_asymmetry_deg"]
    assert asymmetry.op == "difference"
    assert asymmetry.of == (better.name, worse.name)
