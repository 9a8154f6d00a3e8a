"""What a study expects before it begins, from which its sample size follows."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Inside, refuse
from hiprisk.errors import ConfigError
from hiprisk.spelling import did_you_mean
from hiprisk.yaml_settings import plain_reason

Positive = Annotated[float, Field(gt=0.0)]
# Beyond these nearly everybody has a risk of 0 or 1, or all have the same.
BetaParameter = Annotated[float, Field(ge=0.05, le=10_000.0)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ExternalTargets:
    """How narrow the 95 % CIs of an external validation must be, end to end.

    Attributes
    ----------
    r2_width, slope_width : float
        Of R2 and of the calibration slope.
    mean_width : float, optional
        Of the mean error, in units of the outcome; a quarter of its standard deviation if unset.
        Example: ``4``
    oe_width, c_width, net_benefit_width, curve_width : float
        Of observed over expected, of the C statistic, of the standardised net benefit, and of the
        calibration curve over the central 95 % of the risks.
    threshold : float, optional
        Threshold probability; without it net benefit is not considered. Example: ``0.2``
    sensitivity, specificity : float, optional
        At the threshold; read off the distribution of risks if unset. Example: ``0.8``
    lp_mean : float, optional
        Mean of a normal linear predictor of a binary outcome (log odds). Example: ``-1.2``
    lp_sd : float, optional
        Its standard deviation. Example: ``0.9``
    risk_alpha, risk_beta : float, optional
        Of a beta distribution of the risks, in place of `lp_mean` and `lp_sd`. Without either the
        distribution of the risks follows from the C statistic or R2 and the prevalence.
        Example: ``2.5``
    """

    r2_width: Positive = 0.1
    mean_width: Positive | None = None
    slope_width: Positive = 0.2
    oe_width: Positive = 0.2
    c_width: Positive = 0.1
    net_benefit_width: Positive = 0.2
    curve_width: Positive = 0.1
    threshold: Inside | None = None
    sensitivity: Inside | None = None
    specificity: Inside | None = None
    lp_mean: float | None = None
    lp_sd: Positive | None = None
    risk_alpha: BetaParameter | None = None
    risk_beta: BetaParameter | None = None

    @model_validator(mode="after")
    def _pairs_are_whole(self) -> Self:
        if (self.lp_mean is None) != (self.lp_sd is None):
            raise refuse("lp_mean and lp_sd belong together")
        if (self.risk_alpha is None) != (self.risk_beta is None):
            raise refuse("risk_alpha and risk_beta belong together")
        if self.lp_mean is not None and self.risk_alpha is not None:
            raise refuse("state lp_mean and lp_sd, or risk_alpha and risk_beta, not both")
        if (self.sensitivity is None) != (self.specificity is None):
            raise refuse("sensitivity and specificity belong together")
        if self.sensitivity is not None and self.threshold is None:
            raise refuse("sensitivity and specificity need a threshold")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SampleSizeSettings:
    """What is expected of the model, and how well it must be estimated.

    Attributes
    ----------
    r2 : float, optional
        Expected adjusted R2 of a continuous outcome. Example: ``0.3``
    cox_snell : float, optional
        Expected R2 of Cox and Snell of a binary outcome. Example: ``0.15``
    nagelkerke : float, optional
        Or that of Nagelkerke. Example: ``0.2``
    c_statistic : float, optional
        Or the C statistic. Example: ``0.75``
    prevalence : float, optional
        Of a binary outcome; read off the cohort if unset. Example: ``0.3``
    mean : float, optional
        Of a continuous outcome; read off the cohort if unset. Example: ``32``
    sd : float, optional
        Of a continuous outcome; read off the cohort if unset. Example: ``20``
    parameters : int, optional
        Candidate parameters; counted from the design if unset. Example: ``18``
    shrinkage : float
        Smallest expected shrinkage factor.
    optimism : float
        Largest difference of apparent and adjusted (Nagelkerke) R2.
    margin : float
        Largest relative error of the residual standard deviation and of the mean.
    risk_margin, risk_error : float
        Half-width of the interval of the overall risk; mean absolute error of the risks.
    simulations : int
        Of development at the study's size, for the expected instability.
    external : ExternalTargets
        How precise an external validation must be.
    """

    r2: Inside | None = None
    cox_snell: Inside | None = None
    nagelkerke: Inside | None = None
    c_statistic: Annotated[float, Field(gt=0.5, lt=1.0)] | None = None
    prevalence: Inside | None = None
    mean: float | None = None
    sd: Positive | None = None
    parameters: Annotated[int, Field(ge=1, le=10_000)] | None = None
    shrinkage: Inside = 0.9
    optimism: Inside = 0.05
    margin: Inside = 0.1
    risk_margin: Inside = 0.05
    risk_error: Inside = 0.05
    simulations: Annotated[int, Field(ge=20, le=100_000)] = 200
    external: ExternalTargets = ExternalTargets()

    @model_validator(mode="after")
    def _one_strength(self) -> Self:
        given = (self.r2, self.cox_snell, self.nagelkerke, self.c_statistic)
        if sum(value is not None for value in given) > 1:
            raise refuse("state one of r2, cox_snell, nagelkerke and c_statistic")
        return self


def expectations(**values: Any) -> SampleSizeSettings:
    """What is expected of a study, checked as the `sample_size` of a config is.

    Parameters
    ----------
    **values : float, int or mapping
        By the names of `SampleSizeSettings`; `external` is a mapping of those of
        `ExternalTargets`.

    Raises
    ------
    ConfigError
        If a name is not known or a value leaves its limits.

    Examples
    --------
    >>> expectations(prevalence=0.2, c_statistic=0.75).shrinkage
    0.9
    """
    try:
        return TypeAdapter(SampleSizeSettings).validate_python(values)
    except ValidationError as invalid:
        problem = invalid.errors(include_url=False, include_input=False)[0]
        place = [str(part) for part in problem["loc"]]
        known = SampleSizeSettings if len(place) == 1 else ExternalTargets
        raise ConfigError(
            plain_reason(problem),
            column=".".join(place) or None,
            advice=did_you_mean(place[-1], [one.name for one in fields(known)])
            if problem["type"].startswith("unexpected")
            else None,
        ) from None
