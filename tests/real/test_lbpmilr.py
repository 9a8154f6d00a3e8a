"""Pooled models of `psfmi_lbpmilr` that psfmi printed: the ones that no other test reads."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.features.knots import default_knots
from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.sheet.basis_functions import spline_basis

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def parts(shared_dir):
    data = pd.read_csv(shared_dir / "data" / "psfmi_lbpmilr.csv")
    return [part for _, part in data.groupby("Impnr")][:5]


def pooled(parts, columns_of):
    fits = [fit_logistic(columns_of(part), part["Chronic"].to_numpy(float)) for part in parts]
    n_people, width = len(parts[0]), len(fits[0].coefficients)
    return pool_estimates(
        [fit.coefficients for fit in fits],
        [fit.covariance for fit in fits],
        complete_df=n_people - width,
    )


def test_the_model_left_by_backward_selection(parts):
    found = pooled(parts, lambda part: part[["Smoking", "Function"]].to_numpy(float))
    assert found.estimate == pytest.approx([1.20696975, 0.06427314, -0.14058914], abs=1e-6)


def test_a_category_as_indicators(parts):
    def carrying(part):
        return np.column_stack([part["Carrying"] == level for level in (2, 3)]).astype(float)

    assert pooled(parts, carrying).estimate == pytest.approx(
        [-1.582393, 1.391554, 2.248897], abs=2e-6
    )


def test_splines_a_category_and_plain_terms(parts):
    def columns(part):
        spline = []
        for name in ("Pain", "Tampascale"):
            x = part[name].to_numpy(float)
            spline += spline_basis(x, default_knots(x, 3))
        satisfaction = [(part["Satisfaction"] == level).to_numpy(float) for level in (2, 3)]
        plain = [part[name].to_numpy(float) for name in ("JobDemands", "Smoking")]
        return np.column_stack([*spline, *satisfaction, *plain])

    printed = [-0.090675006, 1.183787048, 0.583697990, -0.602128298]
    assert pooled(parts, columns).estimate[1:5] == pytest.approx(printed, abs=1e-6)
