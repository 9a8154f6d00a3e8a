"""What the association table is about: exposure, strata, clusters and a negative control."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Name, refuse


def _nothing(value: object) -> object:
    """Let ``strata: none`` say that there are none."""
    return None if value == "none" else value


OptionalName = Annotated[Name | None, BeforeValidator(_nothing)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NegativeControlSettings:
    """Where the exposure cannot have an effect, so that what is found there is bias or chance.

    Attributes
    ----------
    stratum : str, optional
        Level of the strata in which no effect is expected.
    outcome : str, optional
        In place of a stratum: a variable that the exposure cannot change.
        Example: ``grip_strength_kg``
    level : str, optional
        Level that counts as the event, where that variable is a category.
        Example: ``"yes"``
    reason : str
        Why no effect is expected; printed beside the result.
        Example: ``low back pain cannot change it``
    """

    stratum: str | None = None
    outcome: Name | None = None
    level: str | None = None
    reason: str

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.stratum is None) == (self.outcome is None):
            raise refuse("a negative control is either a stratum or an outcome")
        if self.level is not None and self.outcome is None:
            raise refuse("level belongs to the outcome of a negative control")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AssociationSettings:
    """The effect that a cohort paper's table reports, declared before anything is fitted.

    Attributes
    ----------
    exposure : str
        Dictionary variable or derived feature.
    level : str, optional
        For a category: the level whose effect is wanted.
    reference : str, optional
        For a category: the level it is compared with; the first level where it is not stated.
        Example: ``"no"``
    per : float
        For a number: the difference of exposure that the effect is reported for.
    baseline : str, optional
        Score at the first visit that a further row of the table adjusts for.
    strata : str, optional
        Category by whose levels the effect is reported, and compared.
    cluster : str
        Whose rows are not independent: ``person`` (two hips), ``site``, or ``none``.
    standard_errors : str
        Where no row shares a cluster: ``robust`` (HC3) or ``model``.
    estimator : str
        Of a binary outcome: ``maximum_likelihood``, or ``firth`` where separation leaves that
        without a finite estimate.
    splines : dict of str to int
        Confounders or baseline with restricted cubic splines, and their number of knots.
    auxiliary : tuple of str
        Variables that inform the imputation, beside ``imputation.auxiliary``.
    negative_control : NegativeControlSettings, optional
        Where no effect can be.
    """

    exposure: Name
    level: str | None = None
    reference: str | None = None
    per: float = Field(default=1.0, gt=0)
    baseline: OptionalName = None
    strata: OptionalName = None
    cluster: Literal["person", "site", "none"] = "person"
    standard_errors: Literal["robust", "model"] = "robust"
    estimator: Literal["maximum_likelihood", "firth"] = "maximum_likelihood"
    splines: dict[Name, int] = Field(default_factory=dict)
    auxiliary: tuple[Name, ...] = ()
    negative_control: Annotated[NegativeControlSettings | None, BeforeValidator(_nothing)] = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if any(not 3 <= knots <= 7 for knots in self.splines.values()):
            raise refuse("a restricted cubic spline has 3 to 7 knots")
        if self.exposure in self.splines:
            raise refuse("the exposure has a linear effect and cannot have a spline")
        if self.exposure in (self.baseline, self.strata):
            raise refuse("the exposure cannot be the baseline or the strata as well")
        if self.level is not None and self.level == self.reference:
            raise refuse("level and reference are the same")
        control = self.negative_control
        if control is not None and control.stratum is not None and self.strata is None:
            raise refuse("a negative-control stratum needs strata")
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable or derived feature that the section names."""
        control = self.negative_control
        named = (self.exposure, self.baseline, self.strata, *self.auxiliary)
        return tuple(
            name for name in (*named, control.outcome if control else None) if name is not None
        )
