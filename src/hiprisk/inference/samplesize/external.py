r"""How many people it takes to validate a model in others.

Each criterion asks that the 95 % interval of one measure be no wider than a target, for a model
that is well calibrated in the new people. The band of the calibration curve is our own addition
(the delta method on the expected information): it is shown beside and stays out of the minimum.

References
----------
.. [1] Archer et al. (2021). Stat Med 40(1), 133-146 (continuous). doi:10.1002/sim.8766
.. [2] Riley et al. (2021). Stat Med 40(19), 4230-4251 (binary). doi:10.1002/sim.9025
.. [3] Newcombe (2006). Stat Med 25(4), 559-573 (standard error of C). doi:10.1002/sim.2324
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from hiprisk.config import SampleSizeSettings
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize.assumptions import beside, changed, stated
from hiprisk.inference.samplesize.criteria import Assumption, Criterion, SampleSize, finished
from hiprisk.inference.samplesize.population import (
    check_binary,
    description,
    expected_prevalence,
    expected_risks,
    notes_on_risks,
)
from hiprisk.inference.samplesize.risks import RiskDistribution
from hiprisk.inference.samplesize.search import Z, smallest, spread_error, tidy
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.wording.quantities import percent

CURVE = "calibration curve"

# Name, what is asked, the target, and the width (or error) that a number of people gives.
_Row = tuple[str, str, float, Callable[[int], float]]


def external_size(
    kind: OutcomeKind,
    expected: SampleSizeSettings,
    *,
    n: int | None = None,
) -> SampleSize:
    """People needed to validate a model in others.

    Parameters
    ----------
    kind : str
        Of the outcome.
    expected : SampleSizeSettings
        A continuous outcome needs `r2` and `sd`; a binary one `prevalence` and one of
        `c_statistic`, `nagelkerke` and `cox_snell`, or in `expected.external` the distribution of
        the risks: `lp_mean` and `lp_sd`, or `risk_alpha` and `risk_beta`. Prevalence and C
        statistic then follow where they are not stated. The targets stand there too.
    n : int, optional
        People with a known outcome that the study has.

    Raises
    ------
    ConfigError
        If something needed is not stated, or cannot be, or a stated prevalence contradicts the
        stated distribution of the risks.
    """
    if n is not None and n < 1:
        raise ConfigError("the study has at least one person", column="n")
    check_binary(kind, expected.external)
    build, notes = _continuous, notes_on_risks(expected)
    if kind == "binary":
        # Checked once: what is then assumed a little more or less contradicts nothing.
        build = _binary
        expected = changed(expected, "prevalence", expected_prevalence(expected))
    answer = build(expected, n)
    return dataclasses.replace(
        answer, assumptions=_assumptions(answer, build, expected), warnings=notes
    )


def _continuous(expected: SampleSizeSettings, n: int | None) -> SampleSize:
    r2 = stated(expected.r2, "r2", "the R2 that is expected in the new people")
    sd = stated(expected.sd, "sd", "the standard deviation of the outcome")
    targets = expected.external
    mean_width = targets.mean_width if targets.mean_width is not None else sd / 4.0
    rows: list[_Row] = [
        ("R2", "95 % CI of R²", targets.r2_width,
         lambda m: 2 * Z * math.sqrt(4.0 * r2 * (1.0 - r2) ** 2 / m)),
        ("mean error", "95 % CI of the mean error", mean_width,
         lambda m: 2 * Z * math.sqrt(sd**2 * (1.0 - r2) / m)),
        ("calibration slope", "95 % CI of the calibration slope", targets.slope_width,
         lambda m: 2 * Z * math.sqrt((1.0 - r2) / (r2 * (m - 1)))),
    ]  # fmt: skip
    criteria = [_criterion(row, n) for row in rows]
    criteria.append(_residual_spread(expected.margin, n))
    return _answer(criteria, "continuous", (("r2", r2), ("sd", sd)), n, strength=r2)


def _residual_spread(margin: float, n: int | None) -> tuple[Criterion, float | None]:
    """The line of observed on predicted has one parameter beside its intercept."""
    row = Criterion(
        name="residual spread",
        what=f"residual standard deviation within {100 * margin:g} %",
        target=margin,
        n=smallest(lambda m: spread_error(m - 2) <= margin, 3),
    )
    return row, None if n is None or n < 3 else spread_error(n - 2)


def _binary(expected: SampleSizeSettings, n: int | None) -> SampleSize:
    phi = stated(expected.prevalence, "prevalence", "the share of people with the event")
    risks = expected_risks(expected, phi)
    c = expected.c_statistic if expected.c_statistic is not None else risks.c_statistic
    targets = expected.external
    covariance = np.linalg.inv(risks.information())
    rows: list[_Row] = [
        ("observed over expected", "95 % CI of observed over expected", targets.oe_width,
         lambda m: 2.0 * math.sinh(Z * math.sqrt((1.0 - phi) / (phi * m)))),
        ("calibration slope", "95 % CI of the calibration slope", targets.slope_width,
         lambda m: 2.0 * Z * math.sqrt(covariance[1, 1] / m)),
        ("C statistic", "95 % CI of the C statistic", targets.c_width,
         lambda m: 2.0 * Z * c_standard_error(c, m, phi)),
        (CURVE, "95 % CI of the calibration curve, over the central 95 % of the risks,",
         targets.curve_width, lambda m: _curve_width(risks) / math.sqrt(m)),
    ]  # fmt: skip
    if targets.threshold is not None:
        rows.append(_net_benefit(expected, risks, phi))
    given: tuple[tuple[str, float], ...] = (("prevalence", phi), ("c_statistic", c))
    if described := description(targets):
        given += described
        given += (("implied_prevalence", risks.prevalence),)
        given += (("implied_c_statistic", risks.c_statistic),)
    criteria = [_criterion(row, n) for row in rows]
    return _answer(criteria, "binary", given, n, strength=None, prevalence=phi)


def _net_benefit(expected: SampleSizeSettings, risks: RiskDistribution, phi: float) -> _Row:
    targets = expected.external
    threshold = targets.threshold or 0.0
    sens = targets.sensitivity if targets.sensitivity else risks.sensitivity(threshold)
    spec = targets.specificity if targets.specificity else risks.specificity(threshold)
    spread = math.sqrt(net_benefit_variance(sens, spec, phi, threshold))
    return (
        "net benefit",
        f"95 % CI of the standardised net benefit at {percent(threshold, 0)}",
        targets.net_benefit_width,
        lambda m: 2.0 * Z * spread / math.sqrt(m),
    )


def c_standard_error(c: float, n: int, prevalence: float) -> float:
    """Standard error of a C statistic before there are data (Newcombe's method 4)."""
    half = n / 2.0 - 1.0
    spread = c * (1.0 - c) * (1.0 + half * (1.0 - c) / (2.0 - c) + half * c / (1.0 + c))
    return math.sqrt(spread / (n * n * prevalence * (1.0 - prevalence)))


def net_benefit_variance(
    sensitivity: float, specificity: float, prevalence: float, threshold: float
) -> float:
    """Variance of the standardised net benefit, times the number of people."""
    w = (1.0 - prevalence) / prevalence * threshold / (1.0 - threshold)
    return (
        sensitivity * (1.0 - sensitivity) / prevalence
        + w**2 * specificity * (1.0 - specificity) / (1.0 - prevalence)
        + w**2 * (1.0 - specificity) ** 2 / (prevalence * (1.0 - prevalence))
    )


def _curve_width(risks: RiskDistribution) -> float:
    """Greatest width of the calibration line's band on the scale of the risk, times root n.

    By the delta method from the expected information; the greatest over the central 95 %.
    """
    covariance = np.linalg.inv(risks.information())
    lp = risks.central()
    risk = 1.0 / (1.0 + np.exp(-lp))
    variance = covariance[0, 0] + 2.0 * lp * covariance[0, 1] + lp**2 * covariance[1, 1]
    return float((2.0 * Z * risk * (1.0 - risk) * np.sqrt(variance)).max())


def _criterion(row: _Row, n: int | None) -> tuple[Criterion, float | None]:
    name, what, target, width = row
    criterion = Criterion(
        name=name,
        what=f"{what} at most {target:.3g} wide",
        target=target,
        n=smallest(lambda m: tidy(width(m) - target) <= 0.0, 4),
        counted=name != CURVE,
    )
    return criterion, None if n is None or n < 4 else width(n)


def _answer(
    evaluated: list[tuple[Criterion, float | None]],
    kind: OutcomeKind,
    given: tuple[tuple[str, float], ...],
    n: int | None,
    *,
    strength: float | None,
    prevalence: float | None = None,
) -> SampleSize:
    criteria = finished(
        [row for row, _ in evaluated], n=n, reached=[value for _, value in evaluated]
    )
    return SampleSize(
        purpose="external validation",
        kind=kind,
        given=given,
        criteria=criteria,
        n_required=max(row.n for row in criteria if row.counted),
        n_available=n,
        prevalence=prevalence,
        strength=strength,
    )


def _assumptions(
    answer: SampleSize,
    build: Callable[[SampleSizeSettings, int | None], SampleSize],
    expected: SampleSizeSettings,
) -> tuple[Assumption, ...]:
    """People needed when each assumption is a little off, the most telling first."""
    given = dict(answer.given)
    if answer.kind == "continuous":
        sd = given["sd"]
        around = {"r2": beside(given["r2"]), "sd": (0.9 * sd, 1.1 * sd)}
    else:
        c = given["c_statistic"]
        around = {
            "prevalence": beside(given["prevalence"]),
            "c_statistic": (max(0.505, c - 0.05), min(0.995, c + 0.05)),
        }
        for name, value in description(expected.external):
            if name != "lp_mean":  # the prevalence stands for it
                around[name] = (0.9 * value, 1.1 * value)
    found = []
    for name, (low, high) in around.items():
        try:
            n_low = build(changed(expected, name, low), None).n_required
            n_high = build(changed(expected, name, high), None).n_required
        except ConfigError:  # no model can have that; nothing to compare with
            continue
        found.append(
            Assumption(name=name, value=given[name], low=low, n_low=n_low, high=high, n_high=n_high)
        )
    return tuple(sorted(found, key=lambda row: -row.swing))
