"""A simulated study of any size: cohort, dictionary and config, for curves of growth.

    python experiments/bench/large_study.py FOLDER --people 100000 --predictors 50

Writes cohort.csv, variables.yaml and study.yaml to the folder; then `hiprisk train
FOLDER/study.yaml`. Nine in ten predictors are numbers, the others categories of two to four
levels; five in a hundred values are missing. The outcome is a score of 0 to 100 with a baseline,
or whether it became worse (`--kind binary`). The file is written in blocks, so that a million
people cost no more memory than twenty thousand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

BLOCK = 20_000
LEVELS = ("none", "some", "more", "most")
MISSING = 0.05
# A few predictors matter; the rest is noise, as it is in large files.
STRONG = 8


def predictor_names(n: int) -> tuple[list[str], list[str]]:
    """Numbers and categories among n predictors, the baseline score first."""
    n_categories = n // 10
    numbers = ["score_before", *[f"number_{i:03}" for i in range(1, n - n_categories)]]
    return numbers, [f"category_{i:03}" for i in range(n_categories)]


def people(n: int, predictors: int, *, kind: str, seed: int, first: int = 0) -> pd.DataFrame:
    """Rows of the cohort, numbered from `first`."""
    rng = np.random.default_rng([seed, first])
    numbers, categories = predictor_names(predictors)
    common = rng.standard_normal((n, 1))
    latent = 0.4 * common + np.sqrt(1 - 0.16) * rng.standard_normal((n, len(numbers)))
    columns: dict[str, object] = {"person_id": [f"P{i:08}" for i in range(first, first + n)]}
    before = np.clip(np.rint(50 + 15 * latent[:, 0]), 0, 100)
    columns |= {name: np.round(latent[:, i], 3) for i, name in enumerate(numbers)}
    columns["score_before"] = before
    codes = [rng.integers(0, 2 + i % 3, n) for i in range(len(categories))]
    for name, code in zip(categories, codes, strict=True):
        columns[name] = np.array(LEVELS)[code]
    effect = latent[:, 1 : 1 + STRONG].sum(axis=1) + sum(codes[:2], np.zeros(n))
    after = np.clip(np.rint(0.6 * before + 20 + 2.5 * effect + rng.normal(0, 12, n)), 0, 100)
    frame = pd.DataFrame(columns)
    for name in [*numbers[1:], *categories]:
        frame.loc[rng.random(n) < MISSING, name] = None
    if kind == "binary":
        return frame.assign(worse=np.where(after > before, "yes", "no"))
    return frame.assign(score_after=after)


def write_cohort(file: Path, n: int, predictors: int, *, kind: str, seed: int = 1) -> None:
    with file.open("w") as stream:
        for first in range(0, n, BLOCK):
            block = people(min(BLOCK, n - first), predictors, kind=kind, seed=seed, first=first)
            block.to_csv(stream, index=False, header=first == 0)


def dictionary_text(predictors: int, *, kind: str) -> str:
    numbers, categories = predictor_names(predictors)
    score = "kind: number, unit: points, hard: [0, 100], direction: higher_worse"
    lines = [f"score_before: {{label: score at the first visit, {score}}}"]
    lines += [
        f"{name}: {{label: {name.replace('_', ' ')}, kind: number, unit: units, hard: [-8, 8]}}"
        for name in numbers[1:]
    ]
    lines += [
        f"{name}: {{label: {name.replace('_', ' ')}, kind: category, "
        f"levels: [{', '.join(LEVELS[: 2 + i % 3])}]}}"
        for i, name in enumerate(categories)
    ]
    if kind == "binary":
        lines.append('worse: {label: worse than before, kind: category, levels: ["no", "yes"]}')
    else:
        lines.append(f"score_after: {{label: score a year later, {score}}}")
    return "\n".join(lines) + "\n"


CONTINUOUS = """\
  variable: score_after
  label: score
  kind: continuous
  unit: points 0-100
  bounds: [0, 100]
  higher_is: worse
  baseline: score_before
  horizon_months: 12
  population: simulated people
  events:
    - {name: worsening, label: worse by 10 points or more, direction: above,
       reference: baseline, value: 10}
  thresholds: [0.2, 0.4]
  smallest_gain_worth_having: {metric: r2, value: 0.01}
"""
BINARY = """\
  variable: worse
  label: worse than before
  kind: binary
  unit: probability
  higher_is: worse
  horizon_months: 12
  population: simulated people
  event_level: "yes"
  thresholds: [0.2, 0.4]
  smallest_gain_worth_having: {metric: c_statistic, value: 0.01}
"""
# No search: the growth of one fit and of all that is found out about it.
ONE_MODEL = "  {family}: {{penalty: 0, l1_share: 0, spline_knots: 0}}\n"
# As the studies under configs/ have it.
SEARCHED = """\
  {family}:
    penalty: {{low: 0.0001, high: 0.3, log: true}}
    l1_share: [0, 0.5]
    spline_knots: [0, 3]
    splines: [score_before]
  boosting:
    n_trees: {{low: 20, high: 120}}
    max_leaves: [2, 3, 5]
    min_leaf: [20, 40, 80]
    feature_share: [0.2, 0.5, 1]
"""


def study_text(
    predictors: int, *, kind: str, resamples: int, imputations: int, searched: bool
) -> str:
    numbers, categories = predictor_names(predictors)
    family = "linear" if kind == "continuous" else "logistic"
    return (
        "name: large\n"
        f"title: A simulated study of {predictors} predictors\n"
        "intended_use: Trials of speed and memory. Fitted on simulated data.\n"
        "seed: 13\n"
        "cohort: {file: cohort.csv, dictionary: variables.yaml}\n"
        "outcome:\n"
        + (CONTINUOUS if kind == "continuous" else BINARY)
        + "confounders: [score_before]\n"
        "blocks:\n"
        f"  core: [{', '.join(numbers[: len(numbers) // 2])}]\n"
        f"  more: [{', '.join(numbers[len(numbers) // 2 :] + categories)}]\n"
        f"imputation: {{imputations: {imputations}, imputations_in_resamples: 1}}\n"
        "families:\n"
        + (SEARCHED if searched else ONE_MODEL).format(family=family)
        + f"tuning: {{trials: {25 if searched else 1}, folds: 5}}\n"
        f"validation: {{resamples: {resamples}, repeats: 1}}\n"
        + (f"subgroups: {{by: [{categories[0]}]}}\n" if categories else "")
        + "tracking: {enabled: false}\n"
    )


def write_study(
    folder: Path,
    *,
    people: int,
    predictors: int = 50,
    kind: str = "continuous",
    resamples: int = 50,
    imputations: int = 2,
    searched: bool = False,
) -> Path:
    """The config of a study with all that it needs beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_cohort(folder / "cohort.csv", people, predictors, kind=kind)
    (folder / "variables.yaml").write_text(dictionary_text(predictors, kind=kind))
    config = folder / "study.yaml"
    config.write_text(
        study_text(
            predictors, kind=kind, resamples=resamples, imputations=imputations, searched=searched
        )
    )
    return config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--predictors", type=int, default=50)
    parser.add_argument("--kind", choices=["continuous", "binary"], default="continuous")
    parser.add_argument("--resamples", type=int, default=50)
    parser.add_argument("--imputations", type=int, default=2)
    parser.add_argument("--searched", action="store_true", help="tuning and boosting as well")
    options = vars(parser.parse_args())
    print(write_study(options.pop("folder"), **options))


if __name__ == "__main__":
    main()
