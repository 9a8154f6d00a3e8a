"""What tuning finds on 2016/17: nested cross-validation, old search space against new ones.

In each outer fold the settings are searched by 5-fold cross-validation on the other four fifths,
as a study searches them, and those left out are predicted by a fit at the best settings. The best
of the first 20 trials is what a search of 20 finds, since trials run one after another.

    python experiments/nhs_tuning/nested.py data/nhs_proms_hip.csv --scratch FOLDER
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from factors import Repeat, difference, nhs_study, repeat_of

from hiprisk.arrays import Floats
from hiprisk.config.model_types import BoostingSettings
from hiprisk.config.searching import Range
from hiprisk.learning.candidates import imputed_folds, tune, with_settings
from hiprisk.learning.folds import fold_predictors
from hiprisk.learning.tuning.search import Tuned
from hiprisk.parallel import one_thread

SPACES: Mapping[str, Any] = {
    "old space": BoostingSettings(
        learning_rate=Range(low=0.02, high=0.1, log=True),
        n_trees=Range(low=60, high=250),
        max_leaves=(3.0, 5.0, 8.0),
        min_leaf=(20.0, 40.0, 80.0),
        feature_share=(0.1, 0.2, 0.5),
    ),
    "slow space": BoostingSettings(
        learning_rate=0.03,
        n_trees=Range(low=150, high=500),
        max_leaves=(3.0, 5.0, 8.0),
        min_leaf=(10.0, 20.0, 40.0),
        l2=Range(low=1.0, high=30.0, log=True),
        feature_share=(0.1, 0.2, 0.3),
    ),
    "narrow space": BoostingSettings(
        learning_rate=0.03,
        n_trees=Range(low=300, high=500),
        max_leaves=5,
        min_leaf=(20.0, 40.0),
        l2=Range(low=1.0, high=10.0, log=True),
        feature_share=(0.1, 0.2),
    ),
}
N_TRIALS = {"old space": (20,), "slow space": (20,), "narrow space": (10, 20)}


def main() -> None:
    options = _parse()
    options.scratch.mkdir(parents=True, exist_ok=True)
    prepared = nhs_study(options.cohort)
    observed = prepared.data.outcome
    repeats = [repeat_of(prepared, seed, stacks=(1,)) for seed in options.seeds]
    errors: dict[str, list[Floats]] = {}
    chosen = []
    with one_thread():
        for repeat in repeats:
            found = _linear(repeat)
            errors.setdefault("linear, 20", []).append((observed - found) ** 2)
            for space, ends in N_TRIALS.items():
                file = options.scratch / f"{space.replace(' ', '_')}_{repeat.seed}.npz"
                if not file.exists():
                    _save(file, *_searched(repeat, space, ends))
                stored = np.load(file, allow_pickle=False)
                for end in ends:
                    name = f"{space}, {end}"
                    predicted = stored[f"predicted_{end}"]
                    errors.setdefault(name, []).append((observed - predicted) ** 2)
                    chosen += [
                        {
                            "arm": name,
                            "repeat": repeat.seed,
                            **dict(zip(stored["names"], row, strict=True)),
                        }
                        for row in stored[f"chosen_{end}"]
                    ]
    means = {name: np.mean(parts, axis=0) for name, parts in errors.items()}
    rows = [{"arm": name, **difference(one, means["old space, 20"])} for name, one in means.items()]
    table = pd.DataFrame(rows)
    table.to_csv(options.out, index=False, float_format="%.4f")
    pd.DataFrame(chosen).to_csv(
        options.out.with_name("nested_settings.csv"), index=False, float_format="%.4g"
    )
    print(table.round(3).to_string(index=False))


def _searched(repeat: Repeat, space: str, ends: tuple[int, ...]) -> tuple[dict, dict]:
    """Predictions and settings by number of trials, each outer fold searched by itself."""
    settings = SPACES[space]
    predicted = {end: np.empty(len(repeat.prepared.data.outcome)) for end in ends}
    chosen: dict[int, list[dict[str, float]]] = {end: [] for end in ends}
    for number, fold in enumerate(repeat.folds[1]):
        began = time.process_time()
        estimator = with_settings(repeat.prepared.unfitted("boosting"), seed=repeat.seed)
        tuned = _tuned(repeat, estimator, settings, fold.rows, max(ends))
        for end in ends:
            best = min(tuned.trials[:end], key=lambda trial: (trial.loss, trial.number))
            drawn = fold_predictors(estimator, dict(best.params), fold)
            predicted[end][fold.rows] = estimator.to_prediction(drawn)
            chosen[end].append(dict(best.params))
        print(space, repeat.seed, number, f"{time.process_time() - began:.0f} s", flush=True)
    return predicted, chosen


def _tuned(repeat: Repeat, estimator: Any, settings: Any, left_out: Any, n_trials: int) -> Tuned:
    data = repeat.prepared.data
    inside = np.ones(len(data.outcome), dtype=bool)
    inside[left_out] = False
    others = data.rows(np.flatnonzero(inside))
    folds = imputed_folds(estimator, others, n_folds=5, workers=1)
    return tune(
        estimator,
        settings,
        outcome=others.outcome,
        folds=folds,
        n_trials=n_trials,
        workers=1,
        name=estimator.family,
    )


def _linear(repeat: Repeat) -> Floats:
    """The study's linear candidate, searched by 20 trials in each outer fold."""
    settings = repeat.prepared.config.families.linear
    estimator = with_settings(repeat.prepared.unfitted("linear"), seed=repeat.seed)
    found = np.empty(len(repeat.prepared.data.outcome))
    for fold in repeat.folds[1]:
        tuned = _tuned(repeat, estimator, settings, fold.rows, 20)
        drawn = fold_predictors(estimator, dict(tuned.params), fold)
        found[fold.rows] = estimator.to_prediction(drawn)
    return found


def _save(file: Path, predicted: dict[int, Floats], chosen: dict[int, list[dict]]) -> None:
    names = list(next(iter(chosen.values()))[0])
    arrays = {f"predicted_{end}": values for end, values in predicted.items()}
    arrays |= {
        f"chosen_{end}": np.array([[one[name] for name in names] for one in rows])
        for end, rows in chosen.items()
    }
    np.savez(file, names=np.array(names), **arrays)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path, help="the NHS file (data/README.md)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[101])
    parser.add_argument("--scratch", type=Path, required=True, help="where finished parts wait")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "nested.csv")
    return parser.parse_args()


if __name__ == "__main__":
    main()
