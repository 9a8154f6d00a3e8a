"""Where a file's distribution or coding differs from the development cohort's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Floats, Texts
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.shift.reversed_scales import direction_findings
from hiprisk.cohort.shift.units import (
    PROBABILITIES,
    Scale,
    likely_scale,
    misfit,
    other_scales,
    share_beyond,
    spread_of,
)
from hiprisk.sheet.format import Sheet, VariableSpec

# A factor between spreads beyond this is a unit, not a population.
UNIT_RATIO = 4.0
MEDIAN_SHIFT_SD = 1.5
# Misfit, in standard deviations, that people of another kind may have on the right scale.
FARTHEST = 2.0
# A constant at the training median has 0.78; this lets it lie 0.8 from there.
FARTHEST_CONSTANT = 1.0
FEWEST_NUMBERS = 20
SHARE_FACTOR = 100.0
FEWEST_LEVELS = 50
# Nats by which a raw sum must explain whole numbers better than a score does.
EVIDENCE = 8.0
# Different values from which rounded scores are told from raw sums.
FEWEST_DISTINCT = 20


def compare_with_training(
    sheet: Sheet, columns: Mapping[str, NDArray[np.generic]]
) -> tuple[Finding, ...]:
    """Say where a file's distribution or coding differs from the development cohort's.

    Parameters
    ----------
    sheet : Sheet
        Variables with what training held, and their covariance.
    columns : mapping of str to ndarray
        Values by variable: floats with NaN, or levels with None.

    Returns
    -------
    tuple of Finding
        ``UNIT_SUSPECT`` where the spread differs by more than a factor of 4 or the median by more
        than 1.5 standard deviations (an error only where a known scale explains the spread), or
        where numbers look like a raw sum; ``CONSTANT`` where all values are the same;
        ``CODING_SUSPECT`` where a category's levels look swapped; ``DIRECTION_SUSPECT`` where a
        scale's correlations with others have the other sign.
    """
    findings: list[Finding] = []
    for spec in sheet.variables:
        if spec.name not in columns or spec.training is None:
            continue
        if spec.kind == "number":
            findings += moved_number(spec, np.asarray(columns[spec.name], dtype=np.float64))
        else:
            findings += _moved_category(spec, np.asarray(columns[spec.name], dtype=object))
    told = {finding.column for finding in findings}
    turned = direction_findings(sheet, columns)
    return (*findings, *(finding for finding in turned if finding.column not in told))


def moved_number(
    spec: VariableSpec, values: Floats, *, beside: str = "that of the development cohort"
) -> Iterable[Finding]:
    """What looks like another unit or scale of one number, or all the same.

    Parameters
    ----------
    spec : VariableSpec
        With the distribution that is expected, in `training`.
    values : ndarray
    beside : str
        What that distribution is of, in words.
    """
    known = values[~np.isnan(values)]
    training = spec.training
    if 0 < known.size < FEWEST_NUMBERS:
        yield from _few_shares(spec, known)
    if known.size < FEWEST_NUMBERS or training is None or not training.iqr:
        return
    if training.median is None:
        return
    quantiles = np.quantile(known, PROBABILITIES)
    ratio = float(quantiles[3] - quantiles[1]) / training.iqr
    shift = abs(float(quantiles[2]) - training.median) / spread_of(training)
    other_spread = not 1 / UNIT_RATIO <= ratio <= UNIT_RATIO
    scale = _scale_of_spread(quantiles, spec, ratio) if other_spread else None
    if scale is not None or shift > MEDIAN_SHIFT_SD or (other_spread and ratio > 0.0):
        yield Finding(
            code="UNIT_SUSPECT",
            severity="warning" if scale is None else "error",
            column=spec.name,
            count=int(known.size),
            message=f"the spread is {ratio:.3g} times {beside} and the "
            f"median {shift:.2g} SD away: another unit or scale than {spec.unit}?",
            advice=advice_for(scale or likely_scale(quantiles, spec)),
        )
    elif known.min() == known.max():
        yield Finding(
            code="CONSTANT",
            severity="warning",
            column=spec.name,
            count=int(known.size),
            message="all values are the same; in the development cohort they were not",
            advice="expected if people were selected by this variable",
        )
    else:
        yield from _raw_sum(spec, known, quantiles)


def _few_shares(spec: VariableSpec, known: Floats) -> Iterable[Finding]:
    """Shares of 0-1 in a score of 0-100, in a file too short for quantiles."""
    share = next((s for s in other_scales(spec) if s.factor == SHARE_FACTOR and not s.offset), None)
    inside = (known >= 0.0).all() and (known <= 1.0).all() and (known % 1.0 != 0.0).any()
    if share is not None and inside:
        yield Finding(
            code="UNIT_SUSPECT",
            severity="warning",
            column=spec.name,
            count=int(known.size),
            message="all values lie between 0 and 1, and not all are whole numbers",
            advice=advice_for(share),
        )


def _scale_of_spread(quantiles: Floats, spec: VariableSpec, ratio: float) -> Scale | None:
    """The scale that explains another spread; without one it is a selection and no unit.

    Whole numbers and chosen people may have a quartile range of 0: there the scale must bring the
    values close to the development cohort's. Where a range is left, the scale must mend it too, and
    people who are ill in another degree may lie farther off.
    """
    if ratio == 0.0:
        return likely_scale(quantiles, spec, most=FARTHEST_CONSTANT)
    scale = likely_scale(quantiles, spec)
    if scale is not None:
        return scale
    scale = likely_scale(quantiles, spec, most=FARTHEST)
    mended = scale is not None and 1 / UNIT_RATIO <= abs(scale.factor) * ratio <= UNIT_RATIO
    return scale if mended else None


def advice_for(scale: Scale | None) -> str:
    """What to do where a scale explains what was found, or where none does."""
    if scale is None:
        return "check the unit in the mapping"
    stated = " in the mapping" if scale.advice.startswith("state") else ""
    return f"{scale.words}? if so, {scale.advice}{stated}"


def _raw_sum(spec: VariableSpec, known: Floats, quantiles: Floats) -> Iterable[Finding]:
    """A raw sum of 0 to 68 looks much like a score of 0 to 100, but nobody is ever beyond 68."""
    training = spec.training
    if training is None or (known != np.floor(known)).any():
        return
    largest = float(known.max())
    for scale in other_scales(spec):
        if scale.top is None or largest > scale.top or _are_scores(known, scale):
            continue
        beyond = share_beyond(training, scale.top)
        others = f", where {beyond:.0%} of the development cohort did" if beyond else ""
        if raw_sum_evidence(quantiles, spec, scale, n=known.size, beyond=beyond) >= EVIDENCE:
            yield Finding(
                code="UNIT_SUSPECT",
                severity="warning",
                column=spec.name,
                count=int(known.size),
                message=f"all values are whole numbers and none exceeds {scale.top:g}{others}; "
                f"multiplied by {scale.factor:.3g} they are closer to the development cohort's",
                advice=advice_for(scale),
            )
            return


def raw_sum_evidence(
    quantiles: Floats, spec: VariableSpec, scale: Scale, *, n: int, beyond: float
) -> float:
    """Log likelihood, in nats, by which a raw sum explains a file better than a score does.

    Parameters
    ----------
    quantiles : ndarray, shape (5,)
        Of the file, at `PROBABILITIES`.
    spec : VariableSpec
    scale : Scale
        Of the raw sum.
    n : int
        People with a known value.
    beyond : float
        Share of the development cohort above the largest raw sum.

    Notes
    -----
    Two parts: that nobody is beyond the largest sum, ``n * beyond`` (Poisson), and that the
    quantiles are closer to the development cohort's once scaled, as the mean of normal values is,
    ``n * (misfit ** 2 - scaled_misfit ** 2) / 2``. The second counts only where
    scaling at least halves the misfit, or people of a milder kind would do.
    """
    own, scaled = misfit(quantiles, spec), misfit(quantiles, spec, scale)
    if scaled >= own:
        return 0.0
    closer = n * (own**2 - scaled**2) / 2.0 if scaled < own / 2.0 else 0.0
    return n * beyond + closer


def _are_scores(known: Floats, scale: Scale) -> bool:
    """Whether all are rounded scores of whole sums: raw sums take the numbers between too."""
    assert scale.top is not None
    scores = np.round(np.arange(scale.top + 1.0) * scale.factor)
    return len(np.unique(known)) >= FEWEST_DISTINCT and bool(np.isin(known, scores).all())


def _moved_category(spec: VariableSpec, values: Texts) -> Iterable[Finding]:
    shares = spec.training.level_shares if spec.training is not None else ()
    known = values[values != np.array(None, dtype=object)]
    if len(shares) != 2 or known.size < FEWEST_LEVELS:
        return
    here = float(np.mean(known == np.array(spec.levels[1], dtype=object)))
    # Swapped codes turn a share into its complement; a fair share says nothing.
    if abs(shares[1] - 0.5) > 0.2 and abs(here - (1 - shares[1])) < 0.1:
        yield Finding(
            code="CODING_SUSPECT",
            severity="warning",
            column=spec.name,
            count=int(known.size),
            message=f"{here:.0%} are {spec.levels[1]}, in the development cohort {shares[1]:.0%}: "
            "are the codes swapped?",
            advice="check levels in the mapping",
        )
