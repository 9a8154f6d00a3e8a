"""Random patients of any sheet, missing values and awkward ones included."""

import numpy as np

SHARES_MISSING = (0.0, 0.2, 0.5, 0.8)


def random_patients(sheet, n, *, seed):
    """Dictionaries of what is known; about one in thirty has a value that must be refused."""
    rng = np.random.default_rng(seed)
    return [_patient(sheet, rng) for _ in range(n)]


def _patient(sheet, rng):
    missing = rng.choice(SHARES_MISSING)
    patient = {spec.name: _value(spec, rng) for spec in sheet.variables if rng.random() >= missing}
    if patient and rng.random() < 1 / 30:
        patient[str(rng.choice(list(patient)))] = str(rng.choice(["12x", "-999", "1e400", "true"]))
    return patient


def _value(spec, rng):
    if spec.kind == "category":
        return str(rng.choice(spec.levels))
    low, high = spec.hard if spec.hard is not None else (-1e3, 1e3)
    if rng.random() < 0.1:
        value = rng.choice([low, high])
    elif spec.training is not None and spec.training.median is not None:
        value = rng.normal(spec.training.median, spec.training.iqr or 1.0)
    else:
        value = rng.uniform(low, high)
    value = float(np.clip(value, low, high))
    return float(round(value)) if spec.integer else round(value, 2)
