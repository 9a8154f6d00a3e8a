"""Sheets of small fits of the stupar studies, one of each family: what `hiprisk train` writes."""

import dataclasses
from pathlib import Path

import numpy as np

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.features.design import plan_design
from hiprisk.learning.candidates import (
    development_data,
    imputed_folds,
    out_of_fold_predictions,
    unfitted_estimator,
)
from hiprisk.learning.participants.selection import select_participants
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.export import write_sheet

CONFIGS = Path(__file__).parents[1] / "configs"
SETTINGS = {
    "linear": {"penalty": 0.001, "l1_share": 0.5, "spline_knots": 3.0},
    "ordinal": {"penalty": 0.01, "spline_knots": 3.0},
    "logistic": {"penalty": 0.001, "l1_share": 0.0, "spline_knots": 3.0},
    "boosting": {"learning_rate": 0.1, "n_trees": 60.0, "max_leaves": 5.0, "min_leaf": 20.0,
                 "l2": 1.0, "feature_share": 0.5},
}  # fmt: skip
STUDIES = {
    "linear": "stupar.yaml",
    "ordinal": "stupar.yaml",
    "boosting": "stupar.yaml",
    "logistic": "stupar_worsening.yaml",
}


def trained_sheet(family, *, n=400, n_refits=20):
    """The sheet of a fit to simulated people of the stupar preset."""
    config = load_config(CONFIGS / STUDIES[family], overrides=["imputation.imputations=2"])
    if family not in config.families.named():
        splines = config.families.linear.splines
        other = dataclasses.replace(config.families, **{family: {"splines": splines}})
        config = dataclasses.replace(config, families=other)
    people = select_participants(simulate_cohort("stupar", n=n, seed=8).frame, config).development
    dictionary = load_dictionary()
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    estimator = unfitted_estimator(config, design, dictionary, family=family, in_resamples=False)
    estimator.params = SETTINGS[family]
    estimator.fit_numeric(data.columns, data.outcome, auxiliary=data.auxiliary, start=data.start)
    distribution, residual_sd = None, None
    if family in ("linear", "boosting"):
        folds = imputed_folds(estimator, data, n_folds=5, workers=1)
        out_of_fold = out_of_fold_predictions(estimator, dict(estimator.params), folds)
        observed = data.outcome[out_of_fold.rows]
        distribution = residual_distribution(
            observed, out_of_fold.predicted, out_of_fold.imputation_variance
        )
        residual_sd = float(np.std(observed - out_of_fold.predicted))
    refits = None
    if family != "boosting":
        # Of the size that a bootstrap's have; what they are is tested where they are made.
        rng = np.random.default_rng(5)
        own = np.asarray(estimator.fit_.coefficients)
        noise = 0.1 * np.abs(own) * rng.standard_normal((n_refits, own.size))
        if family == "ordinal":
            # Intercepts move together, so that they still descend.
            n_intercepts = len(estimator.fit_.intercepts)
            noise[:, :n_intercepts] = 0.1 * rng.standard_normal((n_refits, 1))
        refits = own + noise
    return write_sheet(
        estimator, people.frame, config=config, dictionary=dictionary, provenance="simulated",
        distribution=distribution, residual_sd=residual_sd, refits=refits,
    )  # fmt: skip
