# %% [markdown]
# # Hip function after a replacement: from records to a judged model, in Python
#
# 15,000 people had a hip replaced in England between 2016 and 2019 and filled in the Oxford Hip Score (0 to 48, 48 best)
# before and six months after. We predict the later score from what is known before: with a study of hiprisk, with its
# estimators inside scikit-learn, and with a model of our own, and we judge all of them on a later year.

# %%
import os
import tempfile
from pathlib import Path

import pandas as pd

import hiprisk

PROJECT = Path(__file__).resolve().parents[2]
COHORT = Path(os.environ.get("HIPRISK_NHS_COHORT", PROJECT / "data" / "nhs_proms_hip.csv"))
models = Path(tempfile.mkdtemp()) / "models"
records = pd.read_csv(COHORT)
print(f"{len(records):,} records of the years {', '.join(sorted(records['year'].unique()))}")

# %% [markdown]
# ## A study
#
# The config says what is predicted, from what, and how it is validated. The shipped one is changed here to fewer predictors, trials
# and resamples, so that the page is made in a minute. It develops on 2016/17 and holds out 2018/19. Two candidates of our own
# take part: LightGBM, which a sheet can hold, and nearest neighbours, which none can: they are a benchmark.

# %%
FEWER = (
    "blocks.core=[age_band, sex, ohs_0_48, symptom_duration, disability]",
    "blocks.items=[ohs_pain_0_4, ohs_walking_0_4]",
    "blocks.health=[eq5d_index, eq_vas_0_100, depression]",
    "families.linear={penalty: 0.01, splines: [ohs_0_48], spline_knots: [0, 3]}",
    "families.boosting=null",
    "families.lightgbm={estimator: lightgbm.LGBMRegressor, "
    "fixed: {n_estimators: 60, learning_rate: 0.08, num_leaves: 5}, search: {min_child_samples: [20, 80]}}",
    "families.neighbours={estimator: sklearn.neighbors.KNeighborsRegressor, "
    "fixed: {n_neighbors: 100}}",
    "imputation.imputations=2",
    "tuning.trials=2",
    "validation.resamples=20",
    "tracking.enabled=false",
)
config = hiprisk.load_config(PROJECT / "configs" / "nhs_proms_hip.yaml", overrides=FEWER)

# %% [markdown]
# `plan_study` does what `train` does before its first fit: every name is checked, people are selected and counted.

# %%
plan = hiprisk.plan_study(config, records, out=models, timed=False)
print(plan.to_frame()[["name", "what", "n_fits"]].to_string(index=False))

# %%
study = hiprisk.run_study(config, records, out=models)
print(*study.evidence.summary, sep="\n")

# %% [markdown]
# What performance looks like on the people who were fitted to, its optimism in the bootstrap, and what is left:

# %%
columns = ["metric", "apparent", "optimism", "corrected", "low", "high"]
print(study.to_frame()[columns].head(5).round(3).to_string(index=False))

# %% [markdown]
# ## The model on people of a later year
#
# `score` predicts for every row of a cohort; `validate` evaluates.

# %%
later = records[records["year"] == "2018/19"].reset_index(drop=True)
mapping = PROJECT / "configs" / "cohorts" / "nhs_proms_hip.yaml"
scored = hiprisk.score(study.bundle, later, mapping=mapping).to_frame()
print(f"{len(scored):,} rows scored; columns such as {', '.join(scored.columns[:4])}")
print(study.evidence.holdout.model.to_frame().head(4).round(3).to_string(index=False))

# %% [markdown]
# ## A model of your own, judged alike
#
# Any scikit-learn estimator can be judged by what a study is judged by, without a study. This one predicts an improvement by at
# least 8 points, from three columns.

# %%
from sklearn.ensemble import HistGradientBoostingClassifier

from hiprisk import metrics, plots
from hiprisk.validation import evaluate_external, judge

# Named as in the dictionary of hiprisk, which knows their ranges and labels.
NUMBERS = {
    "ohs_pre_score": "ohs_0_48",
    "pre_eq5d_index": "eq5d_index",
    "pre_eq_vas": "eq_vas_0_100",
}
first = records[records["year"] == "2016/17"].reset_index(drop=True)
X, X_later = (year[list(NUMBERS)].rename(columns=NUMBERS) for year in (first, later))
improved = (first["ohs_post_score"] - first["ohs_pre_score"] >= 8).astype(int)
improved_later = (later["ohs_post_score"] - later["ohs_pre_score"] >= 8).astype(int)
mine = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.08, max_leaf_nodes=5)
judged = judge(mine, X, improved, outcome="improvement", thresholds=[0.8], n_resamples=30)
print(*judged.summary(), sep="\n")
print(
    judged.to_frame()[["metric", "apparent", "corrected", "low", "high"]]
    .head(4)
    .round(3)
    .to_string(index=False)
)

# %% [markdown]
# People of a later year are better judges than resamples of the first:

# %%
external = evaluate_external(mine.fit(X, improved), X_later, improved_later, n_resamples=200)
print(external.to_frame().head(4).round(3).to_string(index=False))
risk = mine.predict_proba(X_later)[:, 1]
print(metrics.c_statistic(improved_later, risk))

# %%
axes = plots.draw_calibration_curve(
    metrics.calibration_curve(improved_later, risk, kind="binary"),
    title="Improvement by 8 points, 2018/19",
)
axes.figure.savefig(models.parent / "calibration.svg", bbox_inches="tight", metadata={"Date": None})

# %% [markdown]
# ![Observed improvement against predicted risk, with its 95 % band](nhs-hip-function-calibration.svg)

# %% [markdown]
# ## Inside scikit-learn
#
# `StudyClassifier` and `StudyRegressor` fit what a study fits, with its imputation of missing values and its intervals, as
# estimators of scikit-learn.

# %%
from sklearn.model_selection import GridSearchCV, cross_val_score

from hiprisk.estimators import StudyClassifier, StudyRegressor

quick = StudyClassifier(n_imputations=2, splines=["ohs_0_48"])
for name, estimator in {"StudyClassifier": quick, "gradient boosting": mine}.items():
    found = cross_val_score(estimator, X, improved, scoring="roc_auc", cv=5)
    print(f"{name}: C statistic {found.mean():.3f} in 5 folds")

# %%
search = GridSearchCV(
    StudyRegressor(n_imputations=2, interval_folds=0, splines=list(X.columns), bounds=(0, 48)),
    {"spline_knots": [0, 3, 4], "penalty": [0.001, 0.1]},
    scoring="neg_root_mean_squared_error",
    cv=3,
).fit(X, first["ohs_post_score"])
best = StudyRegressor(**{**search.best_estimator_.get_params(), "interval_folds": 5})
best.fit(X, first["ohs_post_score"])
low, high = best.predict_interval(X_later, level=0.8).T
covered = ((low <= later["ohs_post_score"]) & (later["ohs_post_score"] <= high)).mean()
print(search.best_params_)
print(f"80 % prediction intervals cover {100 * covered:.0f} % of the later year")

# %% [markdown]
# ## A model is a sheet
#
# What is kept of a model is one readable file, its sheet: it predicts without the library that fitted it, to the same number.

# %%
said = {"label": "Oxford Hip Score", "higher_is": "better"}
bundle = best.to_bundle(out=models, name="three-columns", provenance="real", outcome=said)
again = hiprisk.load(bundle).score(X_later)
difference = (again["predicted"] - best.predict(X_later)).abs().max()
print(f"largest difference between the sheet and the estimator: {difference:.1g}")

# %% [markdown]
# So can a model be that hiprisk never saw, here of LightGBM:

# %%
from lightgbm import LGBMRegressor

from hiprisk.estimators import to_bundle

y = first["ohs_post_score"].to_numpy(dtype=float)
complete = X.notna().all(axis=1)
theirs = LGBMRegressor(n_estimators=60, num_leaves=5, verbose=-1).fit(X[complete], y[complete])
bundle = to_bundle(
    theirs, X[complete], y[complete], out=models, name="lightgbm", bounds=(0, 48), outcome=said
)
rows = X_later[X_later.notna().all(axis=1)]
same = hiprisk.load(bundle).score(rows)["predicted"] == theirs.predict(rows).clip(0, 48)
print(f"{len(rows):,} people of the later year: {same.sum():,} predictions equal to the last bit")

# %% [markdown]
# ## Two studies beside each other
#
# What did the variables on health add? A second study leaves them out, and both models predict the same people of 2018/19.

# %%
without = hiprisk.load_config(
    PROJECT / "configs" / "nhs_proms_hip.yaml",
    overrides=(
        *(change for change in FEWER if not change.startswith("blocks.")),
        "name=without-health",
        "blocks={core: [age_band, sex, ohs_0_48, symptom_duration, disability], "
        "items: [ohs_pain_0_4, ohs_walking_0_4]}",
    ),
)
smaller = hiprisk.run_study(without, records, out=models)
pair = hiprisk.compare_models(study.bundle, smaller.bundle, later, mapping=mapping, resamples=200)
print(f"{len(pair.studies.differences)} differences in config, cohort, code and model")
shown = [
    *("metric", "value_first", "value_second"),
    *("value_difference", "low_difference", "high_difference"),
]
print(pair.to_frame()[shown].round(3).to_string(index=False))
