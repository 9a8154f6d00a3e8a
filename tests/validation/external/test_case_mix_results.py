"""What is said of a difference in case mix."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.external.case_mix import compare_case_mix
from hiprisk.validation.external.case_mix_results import _how_alike, shift_words
from hiprisk.validation.external.cohort import predict_cohort
from small_bundle import small_sheet
from validated_people import OUTCOME, cohort_of


def from_the_sheets_people(rng, n, sheet):
    """People as the sheet's normal model has them, levels by their shares."""
    mean, spread = np.array(sheet.missing.mean), np.sqrt(np.diag(sheet.missing.covariance))
    return pd.DataFrame(
        {
            "age_years": rng.normal(mean[0], spread[0], n),
            "sex": np.where(rng.random(n) < mean[1], "male", "female").astype(object),
            "lbp_any": np.where(rng.random(n) < mean[2], "yes", "no").astype(object),
            "womac_function_0_100": rng.normal(mean[3], spread[3], n).clip(0, 100),
            "womac_function_followup_0_100": rng.uniform(0, 100, n),
        }
    )


def test_chance_alone_does_not_make_people_differ():
    rng = np.random.default_rng(3)
    sheet = small_sheet(provenance="real")
    error = np.linalg.cholesky(np.array(sheet.missing.covariance) / 60)
    alike, apparent = 0, []
    for _ in range(40):
        mean = np.array(sheet.missing.mean) + error @ rng.standard_normal(4)
        own = dataclasses.replace(sheet.missing, mean=tuple(map(float, mean)), n_people=60)
        fitted = dataclasses.replace(sheet, missing=own)
        cohort = cohort_of(from_the_sheets_people(rng, 40, sheet))
        mix = compare_case_mix(fitted, predict_cohort(fitted, OUTCOME, cohort, accept_units=True))
        alike += "similar to" in shift_words(mix)[0]
        apparent.append(norm.cdf(mix.separation.apparent / np.sqrt(2.0)))
    assert alike >= 38
    # What chance gives is no small thing: most of these cohorts would be "somewhat different".
    assert np.mean(np.array(apparent) >= 0.6) > 0.5


@pytest.mark.parametrize(("value", "low", "high", "words"), [
    (0.55, 0.50, 0.70, "similar to the development cohort, so this validation assesses reproduci"),
    (0.55, 0.50, 0.76, "similar to the development cohort, but inconclusive at this sample size: a "
                       "clear difference is possible"),
    (0.64, 0.50, 0.74, "similar to the development cohort, but inconclusive at this sample size: a "
                       "moderate difference is possible"),
    (0.64, 0.55, 0.74, "somewhat different from the development cohort"),
    (0.80, 0.70, 0.90, "clearly different from the development cohort"),
])  # fmt: skip
def test_the_verdict_follows_from_the_estimate_and_its_interval(value, low, high, words):
    c = Estimate(name="normal_membership_c", value=value, low=low, high=high)
    assert _how_alike(c).startswith(words)
