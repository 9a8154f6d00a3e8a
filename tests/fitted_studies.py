"""Small simulated studies as numbers, and estimators fitted to them."""

import dataclasses
from pathlib import Path

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

CONFIGS = Path(__file__).parents[1] / "configs"


SETTINGS = {
    "mean": {},
    "linear": {"penalty": 0.05, "l1_share": 0.5, "spline_knots": 3.0},
    "ordinal": {"penalty": 0.01, "spline_knots": 3.0},
    "logistic": {"penalty": 0.05, "l1_share": 0.0, "spline_knots": 3.0},
    "boosting": {"learning_rate": 0.1, "n_trees": 20.0, "max_leaves": 4.0, "min_leaf": 15.0,
                 "l2": 1.0, "feature_share": 0.5},
}  # fmt: skip


def study(kind="continuous", n=300):
    name = "stupar.yaml" if kind == "continuous" else "stupar_worsening.yaml"
    config = load_config(CONFIGS / name, overrides=["imputation.imputations=2"])
    people = select_participants(simulate_cohort("stupar", n=n, seed=8).frame, config).development
    dictionary = load_dictionary()
    design = plan_design(config.predictors, dictionary, people.frame)
    return config, people, dictionary, design, development_data(people, design, config, dictionary)


def fitted(parts, family):
    config, _, dictionary, design, data = parts
    if family not in config.families.named():
        other = dataclasses.replace(config.families, **{family: {}})
        config = dataclasses.replace(config, families=other)
    estimator = unfitted_estimator(config, design, dictionary, family=family, in_resamples=False)
    estimator.params = SETTINGS[family]
    return estimator.fit_numeric(data.columns, data.outcome, auxiliary=data.auxiliary,
                                 start=data.start)  # fmt: skip


def spread_of(parts, estimator):
    data = parts[4]
    folds = imputed_folds(estimator, data, n_folds=5, workers=1)
    out_of_fold = out_of_fold_predictions(estimator, dict(estimator.params), folds)
    observed = data.outcome[out_of_fold.rows]
    return (
        observed,
        out_of_fold,
        residual_distribution(observed, out_of_fold.predicted, out_of_fold.imputation_variance),
    )
