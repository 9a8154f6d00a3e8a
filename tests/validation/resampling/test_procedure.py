"""The procedure of a study on a resample of its people."""

import dataclasses

import numpy as np
import pytest

from fitted_studies import SETTINGS, fitted, study
from hiprisk.config import OrdinalSettings
from hiprisk.learning.candidates import unfitted_estimator, with_plan_of, with_settings
from hiprisk.validation.resampling.procedure import InnerTuning, StudyProcedure
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import (
    draw_resamples,
    leave_out,
    resamples_from_indices,
)
from site_studies import SETTINGS as SITE_SETTINGS
from site_studies import prepared_study, site_config


@pytest.fixture(scope="module")
def parts():
    return study(n=200)


@pytest.fixture(scope="module")
def whole(parts):
    return fitted(parts, "linear")


@pytest.fixture(scope="module")
def procedure(parts, whole):
    config, _, dictionary, design, data = parts
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    settings = with_settings(with_plan_of(blank, whole), params=SETTINGS["linear"])
    return StudyProcedure(settings, data)


def everybody(data):
    return leave_out(np.zeros(len(data.outcome), dtype=bool), number=0)


def test_everybody_once_is_nearly_the_study_itself(parts, procedure, whole):
    data = parts[4]
    refit = procedure(everybody(data))
    # Not equal: the resample draws imputations of its own.
    assert np.corrcoef(refit.predicted, whole.predict_numeric(data.columns))[0, 1] > 0.99
    assert refit.coefficients.shape == np.shape(whole.fit_.coefficients)


def test_the_same_resample_gives_the_same_bits_and_its_number_is_its_seed(parts, procedure):
    one = everybody(parts[4])
    first, again = procedure(one), procedure(one)
    np.testing.assert_array_equal(first.predicted, again.predicted)
    other = procedure(dataclasses.replace(one, number=1))
    assert not np.array_equal(first.predicted, other.predicted)


def test_nobody_is_predicted_from_the_outcome(parts, procedure):
    data = parts[4]
    left_out = np.arange(len(data.outcome)) < 20
    fold = leave_out(left_out, number=0)
    changed = np.where(left_out, 100.0 - data.outcome, data.outcome)
    blind = dataclasses.replace(procedure, data=dataclasses.replace(data, outcome=changed))
    np.testing.assert_array_equal(procedure(fold).predicted, blind(fold).predicted)


def test_the_people_drawn_alone_decide(parts, procedure):
    n = len(parts[4].outcome)
    (few,) = resamples_from_indices([np.arange(n) // 2])
    assert not np.allclose(procedure(few).predicted, procedure(everybody(parts[4])).predicted)


def test_tuning_inside_chooses_its_own_penalty(parts, procedure):
    config = parts[0]
    settings = dataclasses.replace(config.families.linear, l1_share=0.0, spline_knots=(3,))
    tuned = dataclasses.replace(procedure, tuning=InnerTuning(settings, n_trials=2, n_folds=3))
    one = everybody(parts[4])
    assert not np.allclose(tuned(one).coefficients, procedure(one).coefficients)


def complete(parts, whole, *, family="linear", **params):
    config, _, dictionary, design, data = parts
    blank = unfitted_estimator(config, design, dictionary, family=family, in_resamples=True)
    settings = with_settings(
        with_plan_of(blank, whole), params={**SETTINGS[family], "penalty": 0.0, **params}
    )
    columns, auxiliary = (
        np.where(np.isnan(part), np.nanmean(part, axis=0), part)
        for part in (data.columns, data.auxiliary)
    )
    whole_data = dataclasses.replace(data, columns=columns, auxiliary=auxiliary)
    return StudyProcedure(settings, whole_data)


def test_an_unpenalised_study_of_complete_data_fits_all_resamples_together(parts, whole):
    procedure = complete(parts, whole)
    resamples = draw_resamples(parts[4].groups, n_resamples=4, seed=1)
    together = refit_all(procedure, resamples)
    for place, resample in enumerate(resamples):
        alone = procedure(resample)
        assert together.predicted[place] == pytest.approx(alone.predicted, rel=1e-9)
        assert together.coefficients[place] == pytest.approx(alone.coefficients, rel=1e-7)


def test_what_differs_between_resamples_is_fitted_to_each(parts, whole, procedure):
    assert procedure.same_design is None
    assert complete(parts, whole, penalty=0.1).same_design is None
    same = complete(parts, whole)
    assert same.same_design is not None
    missing = dataclasses.replace(same, data=procedure.data)
    tuned = dataclasses.replace(same, tuning=InnerTuning(None, 1, 2))
    assert missing.same_design is None
    assert tuned.same_design is None


def test_an_ordinal_refit_is_written_down_for_all_values_of_the_score(parts):
    config, _, dictionary, design, data = parts
    whole = fitted(parts, "ordinal")
    families = dataclasses.replace(config.families, ordinal=OrdinalSettings())
    blank = unfitted_estimator(
        dataclasses.replace(config, families=families), design, dictionary,
        family="ordinal", in_resamples=True,
    )  # fmt: skip
    settings = with_settings(with_plan_of(blank, whole), params=SETTINGS["ordinal"])
    values = whole.fit_.values
    # Everybody but those with the highest and the second lowest value.
    lacking = np.isin(data.outcome, [values[1], values[-1]])
    refit = StudyProcedure(settings, data)(leave_out(lacking, number=0))
    assert refit.coefficients.shape == whole.fit_.coefficients.shape
    assert refit.ordinal.intercepts.tolist() == refit.coefficients[: len(values) - 1].tolist()
    own = dataclasses.replace(whole.fit_, intercepts=refit.ordinal.intercepts)
    law = own.forecast(own.at_least(refit.ordinal.predictor), lower=0.0, upper=100.0)
    assert law.chances()[:, [1, -1]].max() < 1e-12
    complete = ~np.isnan(data.columns).any(axis=1)
    assert law.expectation()[complete] == pytest.approx(refit.predicted[complete])


def test_a_site_that_is_left_out_is_predicted_at_the_mean_of_the_others():
    prepared = prepared_study(site_config("named"))
    data, width = prepared.data, prepared.design.n_imputed
    blank = with_settings(prepared.unfitted("linear"), params=SITE_SETTINGS)
    out = data.sites == 2
    refit = StudyProcedure(blank, data)(leave_out(out, number=0))
    inside = data.rows(np.flatnonzero(~out))
    own = with_settings(blank, seed=blank.seed + 1).fit_numeric(
        inside.columns, inside.outcome, auxiliary=inside.auxiliary, start=inside.start,
        sites=inside.sites,
    )  # fmt: skip
    complete = out & ~np.isnan(data.columns).any(axis=1)
    slopes = own.fit_.coefficients[1 : 1 + width]
    mean = own.fit_.mean_intercept + data.columns[complete, :width] @ slopes
    assert refit.predicted[complete] == pytest.approx(np.clip(mean, 0.0, 100.0))
