"""The distribution at a site that a model with named sites does not know."""

import numpy as np
import pytest

from hiprisk.learning.sites.unknown_site import with_unknown_site
from hiprisk.sheet.conditional_normal import NormalModel
from site_studies import fitted_study, prepared_study, site_config


@pytest.mark.parametrize(
    ("kind", "n_sites"), [("continuous", 6), ("binary", 6), ("continuous", 45)]
)
def test_unknown_site_has_the_mean_intercept_and_the_variance_between_sites(
    kind: str, n_sites: int
) -> None:
    # With 45 there are more columns than draws can balance.
    prepared = prepared_study(site_config("named", kind=kind, n_sites=n_sites))
    estimator = fitted_study(prepared)
    fit, columns = estimator.fit_, prepared.data.columns[:1].copy()
    assert fit.site_variance > 0.0
    columns = np.where(np.isnan(columns), 1.0, columns)
    known = columns.copy()
    columns[0, prepared.design.n_imputed :] = np.nan
    drawn = estimator.linear_predictors(columns)[:, 0]
    known[0, prepared.design.n_imputed :] = 0.0
    # All indicators 0: the first site.
    first = estimator.linear_predictors(known)[0, 0]
    mean = first - fit.coefficients[0] + fit.mean_intercept
    assert drawn.mean() == pytest.approx(mean)
    # That of the sites and of their mean; not every site may have people.
    n_known = 1 + prepared.design.n_site_columns
    assert drawn.var(ddof=1) == pytest.approx(fit.site_variance * (1.0 + 1.0 / n_known))


def test_before_a_fit_every_site_is_as_likely() -> None:
    prepared = prepared_study(site_config("named"))
    width = prepared.design.n_imputed
    model = with_unknown_site(
        NormalModel(np.arange(1.0, width + 1.0), 2.0 * np.eye(width)), prepared.design, None
    )
    assert model.mean[:width].tolist() == list(np.arange(1.0, width + 1.0))
    assert model.mean[width:] == pytest.approx(np.full(5, 1.0 / 6.0))
    assert not model.precision[:width, width:].any()
    covariance = np.linalg.inv(model.precision[width:, width:])
    assert np.diag(covariance) == pytest.approx(np.full(5, 5.0 / 36.0))
    assert covariance[0, 1] == pytest.approx(-1.0 / 36.0)


def test_sites_that_do_not_differ_leave_every_site_as_likely() -> None:
    prepared = prepared_study(site_config("named"))
    estimator = fitted_study(prepared)
    fit = estimator.fit_
    flat = np.concatenate([fit.coefficients[:-5], np.zeros(5)])
    object.__setattr__(fit, "coefficients", flat)
    model = with_unknown_site(estimator.imputation_, prepared.design, fit)
    assert model.mean[prepared.design.n_imputed :] == pytest.approx(np.full(5, 1.0 / 6.0))
