"""Where a cohort comes from, who of it takes part, and how its people were sampled."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Share, refuse


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SimulateSettings:
    """A simulated cohort in place of a file.

    Attributes
    ----------
    preset : str
        What is simulated: ``stupar`` (after Stupar et al. 2010) or ``primary-care``.
    n : int
        People, before any is excluded.
    seed : int
        Of the simulation; the seed of the study is another.
    lbp_effect : float
        Points by which low back pain makes the outcome worse.
    knee_share : float
        Share of people with osteoarthritis of the knee in place of the hip.
    n_sites : int
        Centres that people are spread over.
    site_sd : float
        Standard deviation of the centres' effects on the outcome, in its points.
    """

    preset: Literal["stupar", "primary-care"]
    n: int = Field(ge=20)
    seed: int = Field(ge=0)
    lbp_effect: float = 5.0
    knee_share: Share = 0.0
    n_sites: int = Field(default=10, ge=1)
    site_sd: float = Field(default=0.0, ge=0)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CohortSettings:
    """Where the cohort comes from and who of it takes part.

    Attributes
    ----------
    simulate : SimulateSettings, optional
        Simulate the cohort; then `file` is not read.
    file : str or tuple of str, optional
        A cohort file, or files that are read as one; a relative path starts at the folder of the
        config.
    encoding : str, optional
        Of the file's texts, where they are not UTF-8, in place of what the mapping states.
        Example: ``cp1252``
    mapping : str, optional
        Column mapping of the file, relative as above; without it the file uses dictionary names.
    dictionary : str, optional
        The study's own variables and how it redefines packaged ones, relative as above.
        Example: ``cohort.variables.yaml``
    where : mapping of str to tuple of str
        Rows take part whose category has one of these levels.
        Example: ``{joint: [hip]}``
    on_invalid : str
        What to do with values outside the hard range: ``refuse`` the file, set the value
        ``missing``, or ``exclude`` the person.
    """

    simulate: SimulateSettings | None = None
    file: str | tuple[str, ...] | None = None
    encoding: str | None = None
    mapping: str | None = None
    dictionary: str | None = None
    where: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    on_invalid: Literal["refuse", "missing", "exclude"] = "refuse"

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.simulate is not None and self.file is not None:
            raise refuse("give either simulate or file, not both")
        if self.file == ():
            raise refuse("file names no cohort file")
        return self


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class SamplingSettings:
    """Cases and controls sampled apart: their share is not that of the population.

    Attributes
    ----------
    case_control : float or str
        Share of the target population that has the event; ``unknown`` where nobody can tell.
        Example: ``0.12``
    """

    case_control: Annotated[float, Field(gt=0.0, lt=1.0)] | Literal["unknown"]

    @property
    def prevalence(self) -> float | None:
        """In the target population; None where it is not known."""
        return None if isinstance(self.case_control, str) else self.case_control

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"case_control": self.case_control}
