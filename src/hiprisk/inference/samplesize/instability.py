"""How unstable a model will be that is developed on so many people: by simulation.

A population is assumed whose truth is known. Again and again a study of the given size is drawn
from it, a model is fitted without penalty, and its predictions for the same people are compared.

References
----------
.. [1] Riley, Collins (2023). Biom J 65(8), 2200302. doi:10.1002/bimj.202200302
.. [2] Riley et al. (2023). Sample size for developing a clinical prediction model to target
   stable and precise individual predictions (the idea of simulating before there are data).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from hiprisk.arrays import Floats
from hiprisk.bootstrap import percentiles
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import SampleSizeSettings, StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import Design
from hiprisk.inference.samplesize.assumptions import stated
from hiprisk.inference.samplesize.development import expected_cox_snell
from hiprisk.inference.samplesize.parameters import candidate_splines
from hiprisk.inference.samplesize.risks import risks_from_cox_snell
from hiprisk.learning.linear import TermPlan, basis_matrix, plan_terms
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import Progress, run_parallel
from hiprisk.seeding import rng_for

N_PEOPLE = 1000
# Numbers of a study (people times parameters) that are drawn and fitted in full.
LARGEST_STUDY = 5_000_000
# Simulated studies, not resamples: that some cannot be fitted is part of what is found.
MAX_FAILED_SHARE = 0.2
# People beyond the parameters without whom nothing can be fitted at all.
MIN_BEYOND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A quantity over simulated studies or over people: its median and central 95 %."""

    name: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Instability:
    """What to expect of a model developed on so many people.

    Attributes
    ----------
    unit : str
        Of the predictions.
    mape : Spread
        Over people: mean absolute difference of a person's prediction and their true mean or risk.
    width : Spread
        Over people: width of the central 95 % of a person's predictions.
    slope : Spread
        Over simulated studies: calibration slope in the population.
    explained : Spread
        Over simulated studies: squared correlation of the linear predictor with the truth.
    n_refused : int
        Simulated studies in which no model could be fitted.
    truth, lowest, highest : tuple of float
        Of up to 200 people, ascending by truth: what is true, and the central 95 % of predictions.
    """

    kind: OutcomeKind
    source: str
    n: int
    n_parameters: int
    n_simulations: int
    n_refused: int
    unit: str
    mape: Spread
    width: Spread
    slope: Spread
    explained: Spread
    truth: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]

    def estimates(self) -> Iterator[Estimate]:
        """Median and central 95 % of each quantity, over people or over simulated studies."""
        for one in self._spreads():
            yield Estimate(
                name=f"instability_{one.name}", value=one.median, low=one.low, high=one.high
            )

    def to_frame(self) -> pd.DataFrame:
        """One row a quantity: median and central 95 %."""
        rows = [dataclasses.asdict(spread) for spread in self._spreads()]
        return pd.DataFrame(rows, columns=["name", "median", "low", "high"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **{
                name: getattr(self, name)
                for name in ("kind", "source", "n", "n_parameters", "n_simulations", "n_refused",
                             "unit")
            },
            **{
                spread.name: {"value": spread.median, "low": spread.low, "high": spread.high}
                for spread in self._spreads()
            },
            "people": {
                "truth": list(self.truth),
                "lowest": list(self.lowest),
                "highest": list(self.highest),
            },
            "sentences": list(self.sentences()),
        }  # fmt: skip

    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        digits = 1 if self.kind == "continuous" else 3
        said = [
            f"Expected of an unpenalised model with {self.n_parameters} parameters developed on "
            f"{self.n:,} people: the mean absolute error of a person's prediction from sampling "
            f"error alone is {self.mape.median:.{digits}f} {self.unit} (median over people), and "
            f"{self.mape.high:.{digits}f} or more for 1 person in 40.",
            f"The central 95 % of a person's predictions over simulated studies is "
            f"{self.width.median:.{digits}f} {self.unit} wide (median over people).",
            f"The calibration slope in new people is {self.slope.median:.2f} (median), and between "
            f"{self.slope.low:.2f} and {self.slope.high:.2f} in 95 % of simulated studies.",
        ]
        if self.n_refused:
            said.append(
                f"In {self.n_refused} of {self.n_simulations} simulated studies no model could be "
                "fitted (separated outcomes). They are left out, so these figures are optimistic."
            )
        return tuple(said)

    def _spreads(self) -> tuple[Spread, ...]:
        return self.mape, self.width, self.slope, self.explained


@dataclass(frozen=True)
class _Study:
    """Columns and outcome of one simulated study."""

    columns: Floats
    outcome: Floats


@dataclass(frozen=True)
class _Population:
    """People whom every simulated model predicts, and their truth on the linear predictor."""

    columns: Floats
    lp: Floats


# People of a study, or its coefficients at once.
Draw = Callable[[int], _Study | Floats]


def expected_instability(
    kind: OutcomeKind,
    n: int,
    n_parameters: int,
    expected: SampleSizeSettings,
    *,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> Instability:
    """Instability in a population of normal predictors with an assumed strength.

    Parameters
    ----------
    kind : str
        Of the outcome.
    n : int
        People with a known outcome in each simulated study.
    n_parameters : int
    expected : SampleSizeSettings
        As for `development_size`; `simulations` says how many studies are drawn.
    seed : int
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional

    Notes
    -----
    Without a penalty the distribution of the predictions depends on the predictors only through how
    many they are and what all together explain, so one carries the whole effect. Of studies of more
    than `LARGEST_STUDY` numbers the coefficients are drawn from their large-sample distribution.
    """
    _check_size(n, n_parameters)
    centre, slope, scale = _truth_of(kind, expected)
    rng = rng_for(seed, "samplesize", "population")
    columns = rng.standard_normal((N_PEOPLE, n_parameters))
    population = _Population(columns, centre + slope * columns[:, 0])
    source = f"{n_parameters} normal predictors"
    if n * n_parameters > LARGEST_STUDY:
        draw = _large_sample(kind, n, population, (centre, slope, scale), seed)
        source += ", coefficients from their large-sample distribution"
    else:
        draw = partial(_draw_normal, kind, n, n_parameters, (centre, slope, scale), seed)
    unit = "points" if kind == "continuous" else "in risk"
    return _simulate(
        kind, draw, population, n=n, source=source, unit=unit,
        n_simulations=expected.simulations, workers=workers, progress=progress,
    )  # fmt: skip


def _truth_of(kind: OutcomeKind, expected: SampleSizeSettings) -> tuple[float, float, float]:
    """Intercept, effect of the one predictor, and residual standard deviation."""
    if kind == "continuous":
        r2 = stated(expected.r2, "r2", "the adjusted R2 that is expected of the model")
        sd = stated(expected.sd, "sd", "the standard deviation of the outcome")
        mean = expected.mean if expected.mean is not None else 0.0
        return mean, float(np.sqrt(r2)) * sd, float(np.sqrt(1.0 - r2)) * sd
    phi = stated(expected.prevalence, "prevalence", "the share of people with the event")
    lp = risks_from_cox_snell(expected_cox_snell(expected, phi), phi)
    mean = float(lp.share @ lp.lp)
    return mean, float(np.sqrt(lp.share @ (lp.lp - mean) ** 2)), 0.0


def _draw_normal(
    kind: OutcomeKind, n: int, p: int, truth: tuple[float, float, float], seed: int, number: int
) -> _Study:
    centre, slope, scale = truth
    rng = rng_for(seed, "samplesize", "study", number)
    # One predictor has all of the effect and the others none: by rotation this is as general as any
    # spread of it.
    columns = rng.standard_normal((n, p))
    lp = centre + slope * columns[:, 0]
    if kind == "continuous":
        return _Study(columns, lp + scale * rng.standard_normal(n))
    return _Study(columns, (rng.random(n) < expit(lp)).astype(np.float64))


def _large_sample(
    kind: OutcomeKind,
    n: int,
    people: _Population,
    truth: tuple[float, float, float],
    seed: int,
) -> Draw:
    """Coefficients as n people's fits have them: normal, with the covariance of the information.

    Of a large study nothing else is left of its people, and each takes as long as the real fit.
    """
    centre, slope, scale = truth
    design = np.column_stack([np.ones(len(people.columns)), people.columns])
    risk = expit(people.lp)
    # What one person tells; of a linear model the residual variance takes the place of p (1 - p).
    each = np.full(len(risk), scale**-2.0) if kind == "continuous" else risk * (1.0 - risk)
    information = (design * each[:, np.newaxis]).T @ design / len(design)
    middle = np.zeros(design.shape[1])
    middle[:2] = centre, slope
    root: Floats = np.linalg.cholesky(np.linalg.inv(information) / n).astype(np.float64)
    return partial(_draw_coefficients, middle, root, seed)


def _draw_coefficients(middle: Floats, root: Floats, seed: int, number: int) -> Floats:
    rng = rng_for(seed, "samplesize", "study", number)
    return np.asarray(middle + root @ rng.standard_normal(len(middle)))


def simulated_instability(
    config: StudyConfig,
    design: Design,
    *,
    n: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Instability:
    """Instability in the config's simulated cohort: its own predictors and its own truth.

    The model has every spline term that tuning may choose, as `count_parameters` counts them.

    Parameters
    ----------
    config : StudyConfig
        With `cohort.simulate` and a continuous outcome that the simulator knows.
    design : Design
        Of the config's predictors.
    n : int, optional
        People with a known outcome in each simulated study; the config's if unset.

    Raises
    ------
    ConfigError
        If the config simulates no cohort, or not this outcome.
    """
    asked = config.cohort.simulate
    if asked is None or config.outcome.variable != "womac_function_followup_0_100":
        raise ConfigError(
            "the truth is known only of a simulated cohort's womac_function_followup_0_100",
            column="cohort.simulate",
            advice="state samplesize.r2, mean and sd, and simulate normal predictors",
        )
    size = asked.n if n is None else n
    frame, truth = _complete_cohort(config, N_PEOPLE, 0)
    inputs = design.model_inputs(design.numeric(frame))
    n_knots, splines = candidate_splines(config)
    plan = plan_terms(design.inputs, [inputs], splines=splines, n_knots=n_knots)
    columns = basis_matrix(plan, inputs)
    _check_size(size, columns.shape[1])
    draw = partial(_draw_cohort, config, design, plan, size)
    return _simulate(
        "continuous", draw, _Population(columns, truth), n=size,
        source=f"simulated cohort ({asked.preset})", unit=config.outcome.unit.split()[0],
        n_simulations=config.samplesize.simulations, workers=workers, progress=progress,
    )  # fmt: skip


def _draw_cohort(
    config: StudyConfig, design: Design, plan: Sequence[TermPlan], n: int, number: int
) -> _Study:
    frame, _ = _complete_cohort(config, n, number + 1)
    outcome = frame["womac_function_followup_0_100"].to_numpy(dtype=np.float64)
    return _Study(basis_matrix(plan, design.model_inputs(design.numeric(frame))), outcome)


def _complete_cohort(config: StudyConfig, n: int, number: int) -> tuple[pd.DataFrame, Floats]:
    """People without missing values or hip replacement, and their true means."""
    asked = config.cohort.simulate
    assert asked is not None
    # Number 0 is the population, 1 and up are the studies: none draws the people of another.
    seed = int(rng_for(config.seed, "samplesize", "cohort", number).integers(0, 2**31))
    cohort = simulate_cohort(
        asked.preset, n=n, seed=seed, lbp_effect=asked.lbp_effect, missing=False
    )
    return cohort.truth.complete, cohort.truth.conditional_mean


def _check_size(n: int, n_parameters: int) -> None:
    if n < n_parameters + MIN_BEYOND:
        raise ConfigError(
            f"{n} people are too few to fit {n_parameters} parameters at all",
            column="n",
            advice=f"at least {n_parameters + MIN_BEYOND}, and many more for a useful model",
        )


def _simulate(
    kind: OutcomeKind,
    draw: Draw,
    population: _Population,
    *,
    n: int,
    source: str,
    unit: str,
    n_simulations: int,
    workers: int,
    progress: Progress | None,
) -> Instability:
    one = partial(_one_study, kind, draw, population.columns)
    found = run_parallel(one, list(range(n_simulations)), workers=workers, progress=progress)
    fitted = [lp for lp in found if lp is not None]
    n_refused = len(found) - len(fitted)
    if n_refused > MAX_FAILED_SHARE * len(found):
        raise InputError(
            f"no model could be fitted in {n_refused} of {len(found)} simulated studies",
            code="DEGENERATE",
            advice="so few people or events cannot carry so many parameters",
        )
    lps = np.array(fitted)
    shown, truth = (lps, population.lp) if kind == "continuous" else (
        expit(lps), expit(population.lp))  # fmt: skip
    low, high = percentiles(shown, level=0.95)
    # About 200 people from the lowest truth to the highest are enough to draw.
    places = np.argsort(truth, kind="stable")[:: max(1, len(truth) // 200)]
    slopes = [_slope(kind, population.lp, lp) for lp in lps]
    explained = [float(np.corrcoef(population.lp, lp)[0, 1] ** 2) for lp in lps]
    return Instability(
        kind=kind,
        source=source,
        n=n,
        n_parameters=population.columns.shape[1],
        n_simulations=n_simulations,
        n_refused=n_refused,
        unit=unit,
        mape=_spread("mape", np.abs(shown - truth).mean(axis=0)),
        width=_spread("interval_width", high - low),
        slope=_spread("calibration_slope", np.array(slopes)),
        explained=_spread("explained_of_truth", np.array(explained)),
        truth=tuple(map(float, truth[places])),
        lowest=tuple(map(float, low[places])),
        highest=tuple(map(float, high[places])),
    )


def _one_study(kind: OutcomeKind, draw: Draw, people: Floats, number: int) -> Floats | None:
    """Linear predictors that the model of one simulated study gives to everybody."""
    study = draw(number)
    if not isinstance(study, _Study):
        return np.asarray(study[0] + people @ study[1:])
    fit = fit_ols if kind == "continuous" else fit_logistic
    try:
        fitted = fit(study.columns, study.outcome)
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        return None
    return np.asarray(fitted.coefficients[0] + people @ fitted.coefficients[1:])


def _slope(kind: OutcomeKind, truth: Floats, predicted: Floats) -> float:
    """Calibration slope of a linear predictor in the population."""
    if kind == "continuous":
        return float(np.cov(truth, predicted)[0, 1] / predicted.var(ddof=1))
    # The expected outcome takes the place of the observed: the limit of ever more outcomes.
    risk = expit(truth)
    inside = logit(expit(predicted))
    return float(fit_logistic(inside[:, np.newaxis], risk).coefficients[1])


def _spread(name: str, values: Floats) -> Spread:
    low, high = percentiles(values, level=0.95)
    return Spread(name=name, median=float(np.median(values)), low=float(low), high=float(high))
