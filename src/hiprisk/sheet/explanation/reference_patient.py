"""The typical patient: medians and most common levels of those that the model learned from."""

from __future__ import annotations

from hiprisk.sheet.format import Sheet, VariableSpec


def typical_patient(sheet: Sheet) -> dict[str, float | str]:
    """A value for every variable of a sheet.

    A number is the development cohort's median, a category its most common level. Where the sheet
    holds no such summary (a model written down from a paper), the mean of the missing-value model
    and the level that it makes the likeliest stand in. For a sheet that
    `has_reference_population` only.
    """
    return {spec.name: _typical_value(sheet, spec) for spec in sheet.variables}


def middle_patient(sheet: Sheet) -> dict[str, float | str]:
    """A value inside every range, for a sheet that knows no people: an example, nobody typical."""
    return {spec.name: _middle(spec) for spec in sheet.variables}


def _middle(spec: VariableSpec) -> float | str:
    if spec.kind == "category":
        return spec.levels[0]
    bounds = spec.soft or spec.hard or (0.0, 0.0)
    value = (bounds[0] + bounds[1]) / 2.0
    return float(round(value)) if spec.integer else value


def _typical_value(sheet: Sheet, spec: VariableSpec) -> float | str:
    training = spec.training
    if spec.kind == "number":
        if training is not None and training.median is not None:
            return training.median
        return _means(sheet, spec).get(None, 0.0)
    shares = training.level_shares if training is not None else ()
    if len(shares) != len(spec.levels):
        shares = level_chances(spec, _means(sheet, spec))
    return spec.levels[max(range(len(shares)), key=shares.__getitem__)]


def _means(sheet: Sheet, spec: VariableSpec) -> dict[str | None, float]:
    return {
        column.level: mean
        for column, mean in zip(sheet.columns, sheet.missing.mean, strict=True)
        if column.variable == spec.name
    }


def level_chances(spec: VariableSpec, means: dict[str | None, float]) -> tuple[float, ...]:
    """Chance of each level of a category from the means of its indicators.

    A normal model's mean may leave [0, 1]; it is brought back, and the levels without an indicator
    share what is left.
    """
    known = {level: min(max(means[level], 0.0), 1.0) for level in spec.levels if level in means}
    total = sum(known.values())
    if total > 1.0:
        known = {level: chance / total for level, chance in known.items()}
        total = 1.0
    n_others = len(spec.levels) - len(known)
    rest = (1.0 - total) / n_others if n_others else 0.0
    return tuple(known.get(level, rest) for level in spec.levels)
