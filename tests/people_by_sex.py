"""Women and men with outcomes and predictions, evaluated by group."""

import numpy as np
import pandas as pd

from hiprisk.config import SubgroupSettings
from hiprisk.metrics.events import EventOutcome
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import subgroup_performance

QUICK = SubgroupSettings(by=("sex",), smallest_cell=2, resamples=60)


def people(n=120, seed=1, shift=0.0):
    """Outcomes and predictions; women's predictions are too low by `shift`."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": rng.permutation(np.resize(np.array(["female", "male"], dtype=object), n)),
            "age_years": rng.uniform(50, 89, n),
        }
    )
    predicted = 40 + 10 * rng.normal(size=n)
    observed = predicted + 5 * rng.normal(size=n) + shift * (frame["sex"] == "female").to_numpy()
    return observed, predicted, frame


def sample_of(observed, predicted, **more):
    more.setdefault("groups", np.arange(len(observed)))
    return EvaluationSample(observed=observed, predicted=predicted, **more)


def evaluated(
    observed, predicted, frame, settings=QUICK, kind="continuous", *, seed=3, workers=1, **of_sample
):
    sample = sample_of(observed, predicted, kind=kind, **of_sample)
    return subgroup_performance(sample, frame, settings=settings, seed=seed, workers=workers)


def event_of(name, happened, chance):
    return EventOutcome(name=name, happened=np.asarray(happened, dtype=float), chance=chance)
