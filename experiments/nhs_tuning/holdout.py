"""2018/19, looked at once: what was settled on 2016/17 against a model made by hand and benchmarks.

    python experiments/nhs_tuning/holdout.py data/nhs_proms_hip.csv --tune
    python experiments/nhs_tuning/holdout.py data/nhs_proms_hip.csv --look-at-2018-19

The first line tunes every model on 2016/17 and writes `settings.json`; the second refuses
to run without it, fits each at these settings and predicts 2018/19. Models and comparisons
are listed here before the second line was run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from factors import hand_made, nhs_study, raw_codes
from nested import SPACES

from hiprisk.arrays import Floats
from hiprisk.config.model_types import EstimatorSettings
from hiprisk.config.searching import SettingRange
from hiprisk.learning.candidates import tune
from hiprisk.learning.model_choice import study_folds
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.parallel import one_thread
from hiprisk.validation.performance.paired import paired_differences

HERE = Path(__file__).parent
BY_HAND, NEW = "made by hand", "boosting, narrow space"
N_TRIALS = {"linear": 20, "boosting, old space": 20, NEW: 20, "LightGBM": 30, "random forest": 4}
# Name of the comparison, first model, second model; the difference is second less first.
COMPARISONS = [
    *((BY_HAND, other) for other in ("linear", "boosting, old space", NEW, "LightGBM",
                                     "random forest", "made by hand, our imputations")),
    *((NEW, other) for other in ("linear", "boosting, old space", "LightGBM", "random forest")),
]  # fmt: skip


def candidates(prepared: PreparedStudy) -> dict[str, tuple[str, Any]]:
    """Family in the study and settings of every model that is tuned."""
    families = prepared.config.families
    return {
        "linear": ("linear", families.linear),
        "boosting, old space": ("boosting", SPACES["old space"]),
        NEW: ("boosting", SPACES["narrow space"]),
        "LightGBM": ("lightgbm", EstimatorSettings(
            estimator="lightgbm.LGBMRegressor",
            fixed={"subsample_freq": 1},
            search={
                "learning_rate": SettingRange(low=0.01, high=0.1, log=True),
                "n_estimators": SettingRange(low=100, high=600),
                "num_leaves": SettingRange(low=4, high=24),
                "min_child_samples": SettingRange(low=10, high=100),
                "reg_lambda": SettingRange(low=0.1, high=30.0, log=True),
                "colsample_bytree": SettingRange(low=0.1, high=0.8),
                "subsample": SettingRange(low=0.5, high=1.0),
            },
        )),
        "random forest": ("forest", EstimatorSettings(
            estimator="sklearn.ensemble.RandomForestRegressor",
            fixed={"n_estimators": 200},
            search={"min_samples_leaf": (5, 10), "max_features": (0.15, 0.3)},
        )),
    }  # fmt: skip


def with_candidates(prepared: PreparedStudy, name: str) -> tuple[PreparedStudy, str]:
    """The study with one candidate's settings in place, and the candidate's family."""
    family, settings = candidates(prepared)[name]
    families = prepared.config.families
    if isinstance(settings, EstimatorSettings):
        families = replace(families, own={family: settings})
    else:
        families = replace(families, **{family: settings})
    return replace(prepared, config=replace(prepared.config, families=families)), family


def tuned_settings(prepared: PreparedStudy, out: Path) -> None:
    """Tune every model on the same imputed folds of 2016/17; what is done is not done again."""
    found = json.loads(out.read_text()) if out.exists() else {}
    folds = study_folds(prepared)
    for name in candidates(prepared):
        if name in found:
            continue
        began = time.process_time()
        study, family = with_candidates(prepared, name)
        tuned = tune(
            study.unfitted(family),
            study.config.families.named()[family],
            outcome=study.data.outcome,
            folds=folds,
            n_trials=N_TRIALS[name],
            workers=1,
            name=family,
        )
        found[name] = {"loss": tuned.loss, "trials": len(tuned.trials), **tuned.params}
        out.write_text(json.dumps(found, indent=1) + "\n")
        print(name, found[name], f"{time.process_time() - began:.0f} s", file=sys.stderr)


def predictions(prepared: PreparedStudy, settings: dict[str, Any]) -> dict[str, Floats]:
    """Each model fitted to 2016/17 at its settings, of the people held out."""
    held, found = held_out(prepared), {}
    columns = prepared.design.numeric(held.frame)
    plans = {name: (name, dict(one)) for name, one in settings.items()}
    by_hand = {"learning_rate": 0.03, "n_trees": 220, "max_leaves": 8, "min_leaf": 40, "l2": 5.0,
               "feature_share": 0.3}  # fmt: skip
    plans["made by hand, our imputations"] = (NEW, by_hand)
    for label, (name, params) in plans.items():
        study, family = with_candidates(prepared, name)
        estimator = study.unfitted(family, in_resamples=False)
        estimator.params = {k: v for k, v in params.items() if k not in ("loss", "trials")}
        data = study.data
        estimator.fit_numeric(data.columns, data.outcome, start=data.start, groups=data.groups)
        found[label] = estimator.predict_numeric(columns)
    inputs = raw_codes(prepared, prepared.selection.development)
    model = hand_made().fit(inputs, prepared.data.outcome)
    found[BY_HAND] = model.predict(raw_codes(prepared, held))
    return found


def held_out(prepared: PreparedStudy) -> Participants:
    """People of 2018/19."""
    held = prepared.selection.holdout
    if held is None:
        raise SystemExit("the study holds nobody out")
    return held


def look(prepared: PreparedStudy, settings: dict[str, Any], out: Path) -> None:
    """Errors of every model in 2018/19, and paired differences."""
    held = held_out(prepared)
    predicted = predictions(prepared, settings)
    incomplete = np.isnan(prepared.design.numeric(held.frame)).any(axis=1)
    rows = []
    for first, second in COMPARISONS:
        differences, _ = paired_differences(
            held.outcome, predicted[first], predicted[second], kind="continuous",
            groups=held.groups, n_resamples=1000, seed=1819,
        )  # fmt: skip
        rows += [
            {
                "metric": one.metric,
                "first": first,
                "second": second,
                "value_first": one.first.value,
                "value_second": one.second.value,
                "difference": one.difference.value,
                "low": one.difference.low,
                "high": one.difference.high,
            }
            for one in differences
            if one.metric in ("rmse", "mae")
        ]
    pd.DataFrame(rows).to_csv(out, index=False, float_format="%.5f")
    print(pd.DataFrame(rows).round(4).to_string(index=False))
    errors = {name: held.outcome - one for name, one in predicted.items()}
    table = pd.DataFrame({
        name: {"rmse": np.sqrt(np.mean(e**2)), "mae": np.mean(np.abs(e)), "bias": e.mean(),
               "rmse_complete": np.sqrt(np.mean(e[~incomplete] ** 2)),
               "rmse_incomplete": np.sqrt(np.mean(e[incomplete] ** 2))}
        for name, e in errors.items()
    }).T  # fmt: skip
    table.to_csv(out.with_name("holdout_errors.csv"), float_format="%.5f", index_label="model")
    print(table.round(4).to_string())


def main() -> None:
    options = _parse()
    prepared, stored = nhs_study(options.cohort), HERE / "settings.json"
    with one_thread():
        if options.tune:
            tuned_settings(prepared, stored)
        elif not options.look:
            raise SystemExit("2018/19 is looked at once, at the end: say --look-at-2018-19")
        elif not stored.exists() or set(json.loads(stored.read_text())) != set(N_TRIALS):
            raise SystemExit("settings.json is not complete: run with --tune first")
        else:
            look(prepared, json.loads(stored.read_text()), options.out)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path, help="the NHS file (data/README.md)")
    parser.add_argument("--tune", action="store_true", help="tune on 2016/17, look at nothing else")
    parser.add_argument("--look-at-2018-19", dest="look", action="store_true")
    parser.add_argument("--out", type=Path, default=HERE / "holdout.csv")
    return parser.parse_args()


if __name__ == "__main__":
    main()
