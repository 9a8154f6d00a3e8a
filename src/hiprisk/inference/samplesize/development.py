r"""How many people it takes to develop a model: Riley's criteria.

References
----------
.. [1] Riley et al. (2019). Stat Med 38(7), 1262-1275 (continuous). doi:10.1002/sim.7993
.. [2] Riley et al. (2019). Stat Med 38(7), 1276-1296 (binary). doi:10.1002/sim.7992
.. [3] Riley et al. (2020). BMJ 368, m441. doi:10.1136/bmj.m441
.. [4] van Smeden et al. (2019). Stat Methods Med Res 28(8), 2455-2474.
   doi:10.1177/0962280218784726
.. [5] Pavlou et al. (2024). BMC Med Res Methodol 24, 146. doi:10.1186/s12874-024-02268-5
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from hiprisk.config import SampleSizeSettings
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize.assumptions import beside, changed, stated
from hiprisk.inference.samplesize.criteria import Assumption, Criterion, SampleSize, finished
from hiprisk.inference.samplesize.risks import (
    check_cox_snell,
    cox_snell_from_c,
    greatest_cox_snell,
    risks_from_cox_snell,
)
from hiprisk.inference.samplesize.search import (
    Z,
    mean_error,
    smallest,
    spread_error,
    tidy,
    where_least,
)
from hiprisk.outcome_kind import OutcomeKind

# Pavlou et al. found the criterion to hold below this.
STRONG_C = 0.8
CURVE = tuple(round(0.05 * step, 2) for step in range(1, 19))


def development_size(
    kind: OutcomeKind,
    n_parameters: int,
    expected: SampleSizeSettings,
    *,
    n: int | None = None,
) -> SampleSize:
    """People needed to develop a model.

    Parameters
    ----------
    kind : str
        Of the outcome.
    n_parameters : int
        Candidate parameters without the intercept: spline terms and levels count.
    expected : SampleSizeSettings
        A continuous outcome needs `r2`, `mean` and `sd`; a binary one `prevalence` and one of
        `cox_snell`, `nagelkerke` and `c_statistic`.
    n : int, optional
        People with a known outcome that the study has.

    Returns
    -------
    SampleSize

    Raises
    ------
    ConfigError
        If something needed is not stated, or cannot be.

    Examples
    --------
    >>> development_size("binary", 24, SampleSizeSettings(cox_snell=0.288, prevalence=0.174)
    ... ).n_required
    662
    """
    if n_parameters < 1:
        raise ConfigError("at least one parameter is needed", column="parameters")
    if n is not None and n < 1:
        raise ConfigError("the study has at least one person", column="n")
    build = _continuous if kind == "continuous" else _binary
    answer = build(n_parameters, expected, n)
    return dataclasses.replace(
        answer,
        assumptions=_assumptions(answer, lambda p, e: build(p, e, None).n_required, expected),
        strength_curve=_curve(kind, n_parameters, expected),
        warnings=_warnings(answer, expected),
    )


def _warnings(answer: SampleSize, expected: SampleSizeSettings) -> tuple[str, ...]:
    """A strong model of a binary outcome overfits more than criterion 1 says."""
    if answer.kind == "continuous":
        return ()
    given = dict(answer.given)
    c = expected.c_statistic
    if c is None:
        c = risks_from_cox_snell(given["cox_snell"], given["prevalence"]).c_statistic
    if c < STRONG_C:
        return ()
    return (
        f"With a C statistic of {c:.2f} criterion 1 is known to ask for too few people (at 0.85 "
        "about 1.5 times, at 0.9 about twice as many are needed): simulate the expected "
        "instability.",
    )


# Continuous outcomes


def _continuous(p: int, expected: SampleSizeSettings, n: int | None) -> SampleSize:
    r2 = stated(expected.r2, "r2", "the adjusted R2 that is expected of the model")
    mean = stated(expected.mean, "mean", "the mean of the outcome")
    sd = stated(expected.sd, "sd", "the standard deviation of the outcome")
    if mean == 0.0:
        raise ConfigError(
            "a mean of 0 has no relative error",
            column="mean",
            advice="state the outcome on a scale whose zero is the bottom of the score",
        )
    variance = sd**2 * (1.0 - r2)
    margin = expected.margin
    rows = (
        Criterion(
            name="criterion 1 (overfitting)",
            what=f"expected shrinkage of {expected.shrinkage:g} or more",
            target=expected.shrinkage,
            n=_for_linear_shrinkage(p, r2, expected.shrinkage),
        ),
        Criterion(
            name="criterion 2 (optimism)",
            what=f"apparent and adjusted R² differ by {expected.optimism:g} or less",
            target=expected.optimism,
            n=math.ceil(tidy(1.0 + p * (1.0 - r2) / expected.optimism)),
        ),
        Criterion(
            name="criterion 3 (residual spread)",
            what=f"residual standard deviation within {100 * margin:g} %",
            target=margin,
            n=smallest(lambda size: spread_error(size - p - 1) <= margin, p + 2),
        ),
        Criterion(
            name="criterion 4 (mean)",
            what=f"mean outcome within {100 * margin:g} %",
            target=margin,
            n=smallest(lambda size: mean_error(size, p, variance) <= margin * abs(mean), p + 2),
        ),
    )
    return SampleSize(
        purpose="development",
        kind="continuous",
        given=(("r2", r2), ("mean", mean), ("sd", sd)),
        criteria=finished(rows, n=n, reached=_reached_continuous(p, r2, mean, variance, n)),
        n_required=max(row.n for row in rows),
        n_available=n,
        n_parameters=p,
        strength=r2,
    )


def _reached_continuous(
    p: int, r2: float, mean: float, variance: float, n: int | None
) -> list[float | None]:
    if n is None or n < p + 2:
        return [None] * 4
    return [
        linear_shrinkage(n, p, r2),
        p * (1.0 - r2) / (n - 1),
        spread_error(n - p - 1),
        mean_error(n, p, variance) / abs(mean),
    ]


def _for_linear_shrinkage(p: int, r2: float, shrinkage: float) -> int:
    """Smallest size from which on effects shrink no more than asked.

    The formula first falls and then rises with the size: with hardly more people than parameters it
    promises little shrinkage where there is much. So the search starts where it is least.
    """

    def at(n: int) -> float:
        return linear_shrinkage(n, p, r2)

    worst = where_least(at, p + 2, 50 * p + 100)
    if at(worst) >= shrinkage:
        return p + 2
    return smallest(lambda n: at(n) >= shrinkage, worst)


def linear_shrinkage(n: int, p: int, r2: float) -> float:
    r"""Expected shrinkage of a linear model's effects.

    Notes
    -----
    .. math:: S = 1 + \frac{p - 2}{n \ln(1 - R^2_{app})}, \qquad
       R^2_{app} = \frac{R^2_{adj}(n - p - 1) + p}{n - 1}

    With one or two parameters nothing shrinks.
    """
    # The formula wants the apparent R2, which the adjusted one that is stated leads back to.
    apparent = (r2 * (n - p - 1) + p) / (n - 1)
    return min(1.0 + (p - 2) / (n * math.log1p(-apparent)), 1.0)


# Binary outcomes


def _binary(p: int, expected: SampleSizeSettings, n: int | None) -> SampleSize:
    phi = stated(expected.prevalence, "prevalence", "the share of people with the event")
    r2 = expected_cox_snell(expected, phi)
    greatest = greatest_cox_snell(phi)
    second = r2 / (r2 + expected.optimism * greatest)
    rows = (
        Criterion(
            name="criterion 1 (overfitting)",
            what=f"expected shrinkage of {expected.shrinkage:g} or more",
            target=expected.shrinkage,
            n=_for_shrinkage(p, r2, expected.shrinkage),
        ),
        Criterion(
            name="criterion 2 (optimism)",
            what=f"apparent and adjusted Nagelkerke R² differ by {expected.optimism:g} or less",
            target=expected.optimism,
            n=_for_shrinkage(p, r2, second),
        ),
        Criterion(
            name="criterion 3 (overall risk)",
            what=f"overall risk within {expected.risk_margin:g}",
            target=expected.risk_margin,
            n=math.ceil(tidy((Z / expected.risk_margin) ** 2 * phi * (1.0 - phi))),
        ),
        Criterion(
            name="mean error of the risks",
            what=f"mean absolute error of {expected.risk_error:g} or less"
            + ("" if p <= 30 else " (formula derived for up to 30 parameters)"),
            target=expected.risk_error,
            n=math.ceil(_for_risk_error(p, phi, expected.risk_error)),
            counted=False,
        ),
    )
    return SampleSize(
        purpose="development",
        kind="binary",
        given=(
            ("prevalence", phi),
            ("cox_snell", r2),
            ("nagelkerke", r2 / greatest),
            *((("c_statistic", expected.c_statistic),) if expected.c_statistic else ()),
        ),
        criteria=finished(rows, n=n, reached=_reached_binary(p, phi, r2, n)),
        n_required=max(row.n for row in rows if row.counted),
        n_available=n,
        n_parameters=p,
        prevalence=phi,
        strength=r2 / greatest,
    )


def _reached_binary(p: int, phi: float, r2: float, n: int | None) -> list[float | None]:
    if n is None:
        return [None] * 4
    shrinkage = logistic_shrinkage(n, p, r2)
    # Criterion 2 solved for the optimism: delta = R2 (1 - S) / (S max R2).
    optimism = r2 * (1.0 / shrinkage - 1.0) / greatest_cox_snell(phi) if shrinkage > 0 else None
    share = min(phi, 1.0 - phi)
    error = math.exp(-0.508 + 0.259 * math.log(share) + 0.504 * math.log(p) - 0.544 * math.log(n))
    return [shrinkage, optimism, Z * math.sqrt(phi * (1.0 - phi) / n), error]


def expected_cox_snell(expected: SampleSizeSettings, prevalence: float) -> float:
    """Cox-Snell R2 from whichever measure was stated.

    Raises
    ------
    ConfigError
        If none was, or no model can have it.
    """
    if expected.c_statistic is not None:
        return cox_snell_from_c(expected.c_statistic, prevalence)
    if expected.nagelkerke is not None:
        return expected.nagelkerke * greatest_cox_snell(prevalence)
    r2 = stated(expected.cox_snell, "nagelkerke", "what is expected of the model: nagelkerke, "
                 "cox_snell or c_statistic")  # fmt: skip
    check_cox_snell(r2, prevalence)
    return r2


def logistic_shrinkage(n: int, p: int, cox_snell: float) -> float:
    r"""Expected shrinkage S of a logistic model: :math:`n = p / ((S - 1) \ln(1 - R^2 / S))`."""
    if _people_for(p, cox_snell, cox_snell * (1.0 + 1e-9)) >= n:
        return 0.0
    # Halving, not Newton: people needed rise without end as S nears 1.
    low, high = cox_snell * (1.0 + 1e-9), 1.0 - 1e-12
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _people_for(p, cox_snell, middle) <= n else (low, middle)
    return low


def _for_shrinkage(p: int, cox_snell: float, shrinkage: float) -> int:
    if shrinkage <= cox_snell:
        raise ConfigError(
            f"a shrinkage of {shrinkage:g} is no more than the Cox-Snell R2 of {cox_snell:.3g}",
            column="shrinkage",
            advice="ask for more, usually 0.9",
        )
    return math.ceil(tidy(_people_for(p, cox_snell, shrinkage)))


def _people_for(p: int, cox_snell: float, shrinkage: float) -> float:
    return p / ((shrinkage - 1.0) * math.log1p(-cox_snell / shrinkage))


def _for_risk_error(p: int, phi: float, error: float) -> float:
    share = min(phi, 1.0 - phi)
    log_n = -0.508 + 0.259 * math.log(share) + 0.504 * math.log(p) - math.log(error)
    return math.exp(log_n / 0.544)


def _assumptions(
    answer: SampleSize,
    needed: Callable[[int, SampleSizeSettings], int],
    expected: SampleSizeSettings,
) -> tuple[Assumption, ...]:
    """People needed when each assumption is a little off, the most telling first."""
    p = answer.n_parameters or 1
    found = []
    for name, value, low, high in _neighbours(answer):
        try:
            n_low = needed(p, changed(expected, name, low))
            n_high = needed(p, changed(expected, name, high))
        except ConfigError:  # no model can have that; nothing to compare with
            continue
        found.append(
            Assumption(name=name, value=value, low=low, n_low=n_low, high=high, n_high=n_high)
        )
    # Parameters are the one assumption that the analyst can change.
    fewer, more = max(1, round(0.8 * p)), max(p + 1, round(1.2 * p))
    found.append(
        Assumption(name="parameters", value=p, low=fewer, n_low=needed(fewer, expected),
                   high=more, n_high=needed(more, expected))
    )  # fmt: skip
    return tuple(sorted(found, key=lambda row: -row.swing))


def _neighbours(answer: SampleSize) -> list[tuple[str, float, float, float]]:
    given = dict(answer.given)
    if answer.kind == "continuous":
        r2, mean, sd = given["r2"], given["mean"], given["sd"]
        low, high = sorted((0.9 * mean, 1.1 * mean))
        return [
            ("r2", r2, *beside(r2)),
            ("mean", mean, low, high),
            ("sd", sd, 0.9 * sd, 1.1 * sd),
        ]
    nagelkerke, phi = given["nagelkerke"], given["prevalence"]
    return [
        ("nagelkerke", round(nagelkerke, 4), *beside(nagelkerke)),
        ("prevalence", phi, *beside(phi)),
    ]


def _curve(kind: str, p: int, expected: SampleSizeSettings) -> tuple[tuple[float, int], ...]:
    name = "r2" if kind == "continuous" else "nagelkerke"
    build = _continuous if kind == "continuous" else _binary
    points = []
    for strength in CURVE:
        try:
            points.append((strength, build(p, changed(expected, name, strength), None).n_required))
        except ConfigError:
            continue
    return tuple(points)
