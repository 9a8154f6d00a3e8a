"""Small simulated studies whose sites have intercepts, prepared, fitted and written down."""

import dataclasses
from pathlib import Path

from hiprisk.config import load_config
from hiprisk.learning.candidates import imputed_folds, out_of_fold_predictions
from hiprisk.learning.preparation import prepare_study
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.export import write_sheet

CONFIGS = Path(__file__).parents[1] / "configs"
SETTINGS = {"penalty": 0.0, "l1_share": 0.0, "spline_knots": 0.0}
CORE = {"core": ("age_years", "sex", "womac_function_0_100", "education")}


def site_config(sites="named", *, kind="continuous", n=240, n_sites=6):
    """A study of sites that differ by an SD of 10 points."""
    name = "stupar.yaml" if kind == "continuous" else "stupar_worsening.yaml"
    config = load_config(CONFIGS / name, overrides=["imputation.imputations=2"])
    family = "linear" if kind == "continuous" else "logistic"
    return dataclasses.replace(
        config,
        cohort=dataclasses.replace(config.cohort, simulate={
            "preset": "stupar", "n": n, "seed": 4, "n_sites": n_sites, "site_sd": 10.0}),
        families={family: SETTINGS}, blocks=CORE, block_labels={}, confounders=("age_years",),
        measurement_error={}, association=None, sites=sites,
    )  # fmt: skip


def prepared_study(config):
    return prepare_study(
        config, checkpoints=Path("unused"), workers=1, progress=lambda stage, done, total: None
    )


def fitted_study(prepared, **settings):
    family = list(prepared.config.families.named())[-1]
    estimator = prepared.unfitted(family, in_resamples=False)
    estimator.params = {**SETTINGS, **settings}
    data = prepared.data
    return estimator.fit_numeric(
        data.columns, data.outcome, auxiliary=data.auxiliary, start=data.start, sites=data.sites
    )


def site_sheet(sites="named", *, kind="continuous"):
    prepared = prepared_study(site_config(sites, kind=kind))
    estimator = fitted_study(prepared)
    distribution, residual_sd = None, None
    if kind == "continuous":
        data = prepared.data
        folds = imputed_folds(estimator, data, n_folds=5, workers=1)
        found = out_of_fold_predictions(estimator, dict(estimator.params), folds)
        distribution = residual_distribution(
            data.outcome[found.rows], found.predicted, found.imputation_variance
        )
        residual_sd = 1.0
    return write_sheet(
        estimator, prepared.selection.development.frame, config=prepared.config,
        dictionary=prepared.dictionary, provenance="simulated", distribution=distribution,
        residual_sd=residual_sd, refits=None,
    )  # fmt: skip
