"""Which own candidates can be written as a sheet."""

from hiprisk.config import EstimatorSettings
from hiprisk.learning.own.portability import is_benchmark


def test_a_class_that_no_sheet_can_hold_is_a_benchmark():
    assert is_benchmark(EstimatorSettings(estimator="sklearn.neighbors.KNeighborsRegressor"))
