"""A fitted estimator written down as a sheet."""

import dataclasses

import numpy as np
import pytest

from fitted_studies import fitted, spread_of
from hiprisk.errors import InputError
from hiprisk.learning.sheets.export import check_agreement, write_sheet


@pytest.mark.parametrize("family", ["mean", "linear", "boosting"])
def test_sheet_and_estimator_agree_on_every_row(continuous, family):
    config, people, dictionary, _, data = continuous
    estimator = fitted(continuous, family)
    _, _, distribution = spread_of(continuous, estimator)
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=distribution, residual_sd=15.0, refits=None,
    )  # fmt: skip
    assert np.isnan(data.columns).any()
    assert check_agreement(sheet, estimator, people.frame) < 1e-9
    assert sum(v.weight for v in sheet.variables) == pytest.approx(0 if family == "mean" else 1)


def test_an_ordinal_sheet_has_the_same_chance_of_every_value(continuous):
    config, people, dictionary, _, _ = continuous
    estimator = fitted(continuous, "ordinal")
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=None, residual_sd=15.0, refits=np.tile(estimator.fit_.coefficients, (3, 1)),
    )  # fmt: skip
    assert check_agreement(sheet, estimator, people.frame) < 1e-9
    # Other intercepts about the same means: chances tell, where means might not.
    fit = dataclasses.replace(estimator.fit_, intercepts=1.01 * estimator.fit_.intercepts)
    changed = dataclasses.replace(sheet, model=fit.to_model())
    with pytest.raises(InputError, match="sheet and estimator differ by"):
        check_agreement(changed, estimator, people.frame)


@pytest.mark.parametrize("family", ["mean", "logistic", "boosting"])
def test_sheet_and_estimator_agree_on_every_risk(binary, family):
    config, people, dictionary, _, _ = binary
    estimator = fitted(binary, family)
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=None, residual_sd=None, refits=None,
    )  # fmt: skip
    assert check_agreement(sheet, estimator, people.frame) < 1e-9


def test_a_sheet_that_disagrees_is_refused(continuous):
    config, people, dictionary, _, _ = continuous
    estimator = fitted(continuous, "linear")
    _, _, distribution = spread_of(continuous, estimator)
    sheet = write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=distribution, residual_sd=15.0, refits=None,
    )  # fmt: skip
    model = dataclasses.replace(sheet.model, intercept=sheet.model.intercept + 1e-6)
    with pytest.raises(InputError, match="sheet and estimator differ by"):
        check_agreement(dataclasses.replace(sheet, model=model), estimator, people.frame)
