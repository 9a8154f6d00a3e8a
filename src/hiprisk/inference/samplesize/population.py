"""How risks are spread among the people of an external validation, and how common the event is.

The spread may be stated: mean and SD of a normal linear predictor, or a beta distribution of the
risks. It then implies a prevalence and a C statistic for a calibrated model. A stated prevalence is
compared with the implied one by the odds ratio of the two, so that 0.02 and 0.98 are treated alike.
"""

from __future__ import annotations

import dataclasses

from hiprisk.config import ExternalTargets, SampleSizeSettings, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize.assumptions import stated
from hiprisk.inference.samplesize.development import expected_cox_snell
from hiprisk.inference.samplesize.risks import (
    RiskDistribution,
    beta_risks,
    normal_risks,
    risks_from_c,
    risks_from_cox_snell,
)
from hiprisk.outcome_kind import OutcomeKind

# Published means and SDs have two or three digits, which moves the odds by up to 5 %; past a
# quarter the model would be as miscalibrated as no validation plans for, or a number is wrong.
TOLD_ODDS_RATIO = 1.05
GREATEST_ODDS_RATIO = 1.25
TOLD_C_DIFFERENCE = 0.05
# Implied by stated risks; below it, or as near to 1, there is no information on calibration.
LEAST_PREVALENCE = 1e-6
# Expectations that a study of the kind has no use for.
OF_THE_OTHER_KIND = {
    "continuous": ("cox_snell", "nagelkerke", "c_statistic", "prevalence"),
    "binary": ("r2", "mean", "sd"),
}
_DESCRIPTIONS = {
    "linear predictor": ("lp_mean", "lp_sd"),
    "beta distribution": ("risk_alpha", "risk_beta"),
}


def description(targets: ExternalTargets) -> tuple[tuple[str, float], ...]:
    """What was stated of the distribution of the risks, by name; empty where nothing was."""
    names = [name for pair in _DESCRIPTIONS.values() for name in pair]
    return tuple((name, getattr(targets, name)) for name in names
                 if getattr(targets, name) is not None)  # fmt: skip


def stated_risks(targets: ExternalTargets) -> RiskDistribution | None:
    """Risks as they were stated; None where nothing was.

    Raises
    ------
    ConfigError
        If nobody, or everybody, would have the event: no validation could be planned.
    """
    if targets.lp_mean is not None and targets.lp_sd is not None:
        risks = normal_risks(targets.lp_mean, targets.lp_sd)
    elif targets.risk_alpha is not None and targets.risk_beta is not None:
        risks = beta_risks(targets.risk_alpha, targets.risk_beta)
    else:
        return None
    if not LEAST_PREVALENCE < risks.prevalence < 1.0 - LEAST_PREVALENCE:
        raise ConfigError(
            f"the {_described_by(targets)} implies that {_share_in_words(risks.prevalence)} have "
            "the event",
            column="samplesize.external",
            advice="give the mean of the log odds, or parameters, of people of whom some have it",
        )
    return risks


def _share_in_words(prevalence: float) -> str:
    return "almost all" if prevalence > 0.5 else "almost none"


def expected_risks(expected: SampleSizeSettings, prevalence: float) -> RiskDistribution:
    """Risks in the new people, from whichever description was stated."""
    risks = stated_risks(expected.external)
    if risks is not None:
        return risks
    if expected.c_statistic is not None:
        return risks_from_c(expected.c_statistic, prevalence)
    return risks_from_cox_snell(expected_cox_snell(expected, prevalence), prevalence)


def expected_prevalence(expected: SampleSizeSettings) -> float:
    """The stated prevalence, else the one that the stated distribution of the risks implies.

    Raises
    ------
    ConfigError
        If neither is there, or the two contradict each other.
    """
    risks = stated_risks(expected.external)
    if risks is None:
        return stated(expected.prevalence, "prevalence", "the share of people with the event")
    if expected.prevalence is None:
        return risks.prevalence
    ratio = _odds_ratio(expected.prevalence, risks.prevalence)
    if max(ratio, 1.0 / ratio) > GREATEST_ODDS_RATIO:
        raise ConfigError(
            f"a prevalence of {expected.prevalence:g} contradicts the "
            f"{_described_by(expected.external)}, which implies {risks.prevalence:.3g} (odds ratio "
            f"{ratio:.2f}, allowed are {1.0 / GREATEST_ODDS_RATIO:g} to {GREATEST_ODDS_RATIO:g})",
            column="samplesize.prevalence",
            advice="describe the people of the validation, or leave the prevalence out: the "
            "implied one is then used",
        )
    return expected.prevalence


def notes_on_risks(expected: SampleSizeSettings) -> tuple[str, ...]:
    """What the stated distribution of the risks implies, where that is not what was stated."""
    risks = stated_risks(expected.external)
    if risks is None:
        return ()
    name, notes = _described_by(expected.external), []
    phi, c = expected.prevalence, expected.c_statistic
    ratio = 1.0 if phi is None else _odds_ratio(phi, risks.prevalence)
    if phi is None:
        notes.append(f"The prevalence is not stated: the {name} implies {risks.prevalence:.3g}.")
    elif max(ratio, 1.0 / ratio) > TOLD_ODDS_RATIO:
        notes.append(
            f"The stated prevalence is {phi:g}; the {name} implies {risks.prevalence:.3g} (odds "
            f"ratio {ratio:.2f}). Observed over expected and the C statistic are sized for the "
            f"stated prevalence, the calibration slope for the {name}."
        )
    if c is not None and abs(c - risks.c_statistic) > TOLD_C_DIFFERENCE:
        notes.append(
            f"The stated C statistic is {c:g}; the {name} implies {risks.c_statistic:.3g} for a "
            "calibrated model."
        )
    return tuple(notes)


def in_new_people(declared: SampleSizeSettings, found: SampleSizeSettings) -> SampleSizeSettings:
    """Expectations of the new people: where their risks are stated, a cohort's prevalence is not.

    Parameters
    ----------
    declared : SampleSizeSettings
        As in the config.
    found : SampleSizeSettings
        The same, with what the cohort of the study adds.
    """
    if not description(declared.external):
        return found
    return dataclasses.replace(found, prevalence=declared.prevalence)


def check_stated_risks(config: StudyConfig) -> None:
    """Refuse expectations that contradict the study, before anything is read.

    Raises
    ------
    ConfigError
        If an expectation is of the other kind of outcome, or the stated prevalence is another one
        than that of the stated distribution of the risks.
    """
    declared = config.samplesize
    check_binary(config.outcome.kind, declared.external)
    _check_kind(declared, config.outcome.kind)
    if description(declared.external):
        expected_prevalence(declared)


def _check_kind(declared: SampleSizeSettings, kind: OutcomeKind) -> None:
    """Refuse expectations of the other kind of outcome, which nothing would use."""
    other = "binary" if kind == "continuous" else "continuous"
    right = "r2" if kind == "continuous" else "nagelkerke, cox_snell or c_statistic"
    for name in OF_THE_OTHER_KIND[kind]:
        if getattr(declared, name) is not None:
            raise ConfigError(
                f"{name} is of a {other} outcome, and the outcome is {kind}",
                column=f"samplesize.{name}",
                advice=f"leave it out; what is expected of such a model is stated as {right}",
            )


def check_binary(kind: str, targets: ExternalTargets) -> None:
    """Refuse a distribution of the risks of a continuous outcome, which has none."""
    given = description(targets)
    if kind != "binary" and given:
        names = " and ".join(name for name, _ in given)
        raise ConfigError(
            f"{names} describe the risks of a binary outcome, and the outcome is {kind}",
            column="samplesize.external",
            advice="leave them out: R2 and SD of the outcome describe a continuous outcome",
        )


def _described_by(targets: ExternalTargets) -> str:
    first = description(targets)[0][0]
    return next(name for name, pair in _DESCRIPTIONS.items() if first in pair)


def _odds_ratio(prevalence: float, implied: float) -> float:
    """Odds of the implied prevalence over those of the stated one."""
    return implied / (1.0 - implied) * (1.0 - prevalence) / prevalence
