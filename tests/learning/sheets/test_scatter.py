"""The scatter of an outcome from its out-of-fold predictions."""

import numpy as np
import pytest

from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.scatter import out_of_fold_scatter
from hiprisk.metrics.forecast.discrete import DiscreteForecast

ROWS = np.arange(1, 61)
PREDICTED = np.linspace(10.0, 60.0, 60)
OUTCOME = np.concatenate([[np.nan], PREDICTED + np.sin(np.arange(60.0))])


def out_of_fold(own=None):
    return OutOfFold(ROWS, PREDICTED, np.zeros(60), np.arange(60) % 5, own)


def test_scatter_is_of_people_whose_outcome_is_known():
    found = out_of_fold_scatter(OUTCOME, out_of_fold())
    assert found.residual_sd == pytest.approx(np.sqrt(np.mean(np.sin(np.arange(60.0)) ** 2)))
    assert found.distribution == residual_distribution(OUTCOME[1:], PREDICTED, np.zeros(60))


def test_variance_of_a_new_site_widens_every_level():
    plain = out_of_fold_scatter(OUTCOME, out_of_fold()).distribution
    wider = out_of_fold_scatter(OUTCOME, out_of_fold(), extra_variance=9.0).distribution
    assert wider.scales == pytest.approx([np.sqrt(scale**2 + 9.0) for scale in plain.scales])


def test_a_model_type_with_its_own_distribution_gets_no_second_one():
    own = DiscreteForecast.__new__(DiscreteForecast)
    found = out_of_fold_scatter(OUTCOME, out_of_fold(own))
    assert found.distribution is None
    assert found.residual_sd is not None
