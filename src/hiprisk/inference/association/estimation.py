"""Effects fitted in every completed data set, pooled, and compared between strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import stats

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import HipRiskError, InputError
from hiprisk.features.pooling import pool_estimates
from hiprisk.inference.association.participants import AnalysedPeople
from hiprisk.inference.association.plan import AssociationPlan, Basis
from hiprisk.inference.association.result import (
    ALL,
    AssociationRow,
    NotAvailable,
    StratumDifference,
)
from hiprisk.inference.association.separated import separation_refusal
from hiprisk.inference.effects.clustered import CovarianceKind, Link
from hiprisk.inference.effects.evalue import e_value_of_difference, e_value_of_ratio
from hiprisk.inference.effects.standardisation import Effects, estimate_effects, firth_effects
from hiprisk.learning.logistic.firth import profile_interval
from hiprisk.learning.logistic.separation import SeparationError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.frequency_weights import cluster_sums

MEASURES: dict[Link, tuple[str, ...]] = {
    "identity": ("mean_difference",),
    "logit": ("odds_ratio", "risk_difference", "risk_ratio"),
}
# Risks from Firth's fit are drawn towards one half, so that no marginal effect is made of them.
FIRTH_MEASURES = ("odds_ratio",)
RATIOS = ("odds_ratio", "risk_ratio")


@dataclass(frozen=True, kw_only=True)
class PooledValue:
    """One effect by Rubin's rules, on the log scale where it is a ratio."""

    value: float
    se: float
    df: float
    share_missing: float

    def estimate(self, name: str, *, ratio: bool) -> Estimate:
        """The value with its 95 % interval; back from the log scale where it is a ratio."""
        half = float(stats.t.ppf(0.975, self.df)) * self.se
        ends = np.array([self.value, self.value - half, self.value + half])
        value, low, high = np.exp(ends) if ratio else ends
        return Estimate(name=name, value=float(value), low=float(low), high=float(high))


@dataclass(frozen=True, kw_only=True)
class EstimatedEffects:
    """What can be estimated, and why the rest cannot.

    Attributes
    ----------
    rows : tuple of AssociationRow
    differences : tuple of StratumDifference
    not_available : tuple of NotAvailable
    """

    rows: tuple[AssociationRow, ...]
    differences: tuple[StratumDifference, ...]
    not_available: tuple[NotAvailable, ...]


def estimate_table(plan: AssociationPlan, basis: Basis, people: AnalysedPeople) -> EstimatedEffects:
    """Every model in everybody and in each stratum, and how the strata differ.

    A model that cannot be fitted in everybody is a refusal; in a stratum it is not available there,
    with the reason, and the other strata stand.
    """
    rows: list[AssociationRow] = []
    differences: list[StratumDifference] = []
    lacking: list[NotAvailable] = []
    groups = people.groups()
    for model in plan.models:
        fits: dict[str, list[Effects]] = {}
        for group, mask in groups.items():
            try:
                fits[group] = fit_group(plan, basis, people, mask, model, group=group)
            except InputError as refusal:
                if group == ALL:
                    raise
                lacking.append(NotAvailable(model=model, stratum=group, reason=refusal.reason))
        for group, own in fits.items():
            rows += rows_of(people, groups[group], own, model=model, stratum=group)
        differences += _differences(people, groups, fits, model)
    order = {group: number for number, group in enumerate(groups)}
    # Fitted model by model, read stratum by stratum; the sort keeps the order of the models.
    rows.sort(key=lambda row: order[row.stratum])
    return EstimatedEffects(
        rows=tuple(rows), differences=tuple(differences), not_available=tuple(lacking)
    )


def constant_predictor_notes(
    plan: AssociationPlan, basis: Basis, people: AnalysedPeople
) -> tuple[str, ...]:
    """Which predictors are in no model of a group because they never vary there."""
    fullest = plan.models[list(plan.models)[-1]]
    found = []
    for group, mask in people.groups().items():
        kept = {basis.predictor_of[i] for i in basis.varying(mask, fullest)}
        constant = sorted(fullest - kept)
        if constant:
            found.append(f"Constant in '{group}', so left out there: {', '.join(constant)}.")
    return tuple(found)


def fit_group(
    plan: AssociationPlan,
    basis: Basis,
    people: AnalysedPeople,
    mask: Bools,
    model: str,
    *,
    group: str,
) -> list[Effects]:
    """Effects of one model in one group, one for each completed set."""
    chosen = basis.varying(mask, plan.models[model])
    width = len(plan.contrast.high)
    if not (chosen[:width] == np.arange(width)).all() or len(chosen) < width:
        raise InputError(
            f"the exposure does not vary (model '{model}', group '{group}')",
            code="CONSTANT",
            column=plan.settings.exposure,
            advice="report without strata",
        )
    extra = np.empty((int(mask.sum()), 0))
    # Everybody together: strata may differ in the outcome, and confound the exposure.
    if group == ALL and people.levels and model != "crude":
        extra = np.column_stack(
            [people.strata == number for number in range(1, len(people.levels))]
        ).astype(np.float64)
    outcomes = people.y_of_each or (people.y,) * len(basis.sets)
    designs = [np.column_stack([part[mask][:, chosen], extra]) for part in basis.sets]

    samples = [(design, y[mask]) for design, y in zip(designs, outcomes, strict=True)]
    fitted = partial(_effects, samples, plan, people, clusters=people.clusters[mask])
    try:
        effects = fitted(people.kind)
        # One covariance for all completed sets, or they could not be pooled.
        return effects if len({one.kind for one in effects}) == 1 else fitted("model")
    except SeparationError as refusal:
        names = [*(basis.names[place] for place in chosen), *_strata_names(plan, people, extra)]
        raise separation_refusal(
            *samples[0], names, refusal, plan=plan, model=model, group=group
        ) from refusal
    except HipRiskError as refusal:
        raise InputError(
            f"{refusal.reason} (model '{model}', group '{group}')",
            code=refusal.code,
            advice=refusal.advice or _fewer(model),
        ) from refusal


def _effects(
    samples: Sequence[tuple[Floats, Floats]],
    plan: AssociationPlan,
    people: AnalysedPeople,
    kind: CovarianceKind,
    *,
    clusters: Integers,
) -> list[Effects]:
    """Effects in each completed set, with covariances of one kind where they are not Firth's."""
    if people.firth:
        return [firth_effects(design, y, plan.contrast) for design, y in samples]
    return [
        estimate_effects(design, y, plan.contrast, link=people.link, kind=kind, clusters=clusters)
        for design, y in samples
    ]


def _strata_names(plan: AssociationPlan, people: AnalysedPeople, extra: Floats) -> list[str]:
    levels = people.levels[1:] if extra.shape[1] else ()
    return [f"{plan.settings.strata}={level}" for level in levels]


def _fewer(model: str) -> str:
    return (
        "report without strata" if model == "crude" else "declare fewer confounders, or no strata"
    )


def rows_of(
    people: AnalysedPeople, mask: Bools, fits: Sequence[Effects], *, model: str, stratum: str
) -> list[AssociationRow]:
    """One row a measure, pooled over the completed sets."""
    y = people.y[mask]
    exposed = None if people.exposed is None else int(np.nansum(people.exposed[mask]))
    rows = []
    for position, measure in enumerate(_measures(people)):
        pooled = _pool(
            [fit.values[position] for fit in fits],
            [fit.covariance[position, position] for fit in fits],
            complete_df=fits[0].complete_df,
        )
        row = AssociationRow(
            stratum=stratum,
            model=model,
            measure=measure,
            estimate=_estimate(
                pooled, fits, f"{measure}_{model}_{stratum}", ratio=measure in RATIOS
            ),
            se=pooled.se,
            df=pooled.df,
            share_missing=pooled.share_missing,
            n=int(mask.sum()),
            n_exposed=exposed,
            n_events=int(y.sum()) if people.link == "logit" else None,
            n_clusters=len(np.unique(people.clusters[mask])),
            covariance=fits[0].kind if fits[0].kind != people.kind else None,
        )
        rows.append(_with_e_value(row, outcome_sd=float(np.std(y, ddof=1))))
    return rows


def _measures(people: AnalysedPeople) -> tuple[str, ...]:
    return FIRTH_MEASURES if people.firth else MEASURES[people.link]


def _estimate(pooled: PooledValue, fits: Sequence[Effects], name: str, *, ratio: bool) -> Estimate:
    """The pooled value; with Firth's penalty its interval comes from the profiles."""
    profiles = [fit.firth for fit in fits if fit.firth is not None]
    if not profiles:
        return pooled.estimate(name, ratio=ratio)
    # Without anything imputed the profiles are all the same.
    low, high = profile_interval(profiles if pooled.share_missing else profiles[:1])
    value, low, high = np.exp([pooled.value, low, high])
    return Estimate(name=name, value=float(value), low=float(low), high=float(high))


def _with_e_value(row: AssociationRow, *, outcome_sd: float) -> AssociationRow:
    if row.measure == "mean_difference":
        return replace(row, e_value=e_value_of_difference(row.estimate, outcome_sd=outcome_sd))
    if row.measure == "risk_ratio":
        return replace(row, e_value=e_value_of_ratio(row.estimate))
    return row


def _differences(
    people: AnalysedPeople, groups: dict[str, Bools], fits: dict[str, list[Effects]], model: str
) -> list[StratumDifference]:
    """The effect in the first stratum against that in every other, of those that have one."""
    levels = [level for level in people.levels if level in fits]
    if len(levels) < 2:
        return []
    first, *others = levels
    found = []
    for other in others:
        pairs = list(zip(fits[first], fits[other], strict=True))
        shared = [_shared_covariance(people, groups[first], groups[other], *p) for p in pairs]
        # Degrees of freedom if nothing were missing are the same in every completed set.
        df = _difference_df(people, groups[first] | groups[other], *pairs[0])
        for position, measure in enumerate(_measures(people)):
            pooled = _pool(
                [one.values[position] - two.values[position] for one, two in pairs],
                [
                    one.covariance[position, position]
                    + two.covariance[position, position]
                    - 2.0 * cross[position]
                    for (one, two), cross in zip(pairs, shared, strict=True)
                ],
                complete_df=df,
            )
            found.append(_difference(pooled, model, measure, first, other))
    return found


def _difference(
    pooled: PooledValue, model: str, measure: str, first: str, other: str
) -> StratumDifference:
    # Copies of rows in both strata cancel to the last bit; no two strata of people do.
    if pooled.se == 0.0:
        raise InputError(
            f"'{first}' and '{other}' hold the same people with the same outcome",
            code="DUPLICATE_COLUMN",
            advice="check the rows of the cohort, or report without strata",
        )
    wald = (pooled.value / pooled.se) ** 2
    name = f"{measure}_{model}_{first}_against_{other}"
    return StratumDifference(
        model=model,
        measure=measure,
        stratum=first,
        versus=other,
        estimate=pooled.estimate(name, ratio=measure in RATIOS),
        se=pooled.se,
        df=pooled.df,
        wald=wald,
        p_value=float(stats.f.sf(wald, 1.0, pooled.df)),
    )


def _shared_covariance(
    people: AnalysedPeople, first: Bools, other: Bools, one: Effects, two: Effects
) -> Floats:
    """Covariance of two strata's effects through clusters with rows in both, (n_effects,)."""
    if people.kind != "CR1":
        return np.zeros(len(one.values))
    n_rows, width = len(people.y), len(one.values)
    sums = []
    for mask, fit in ((first, one), (other, two)):
        whole = np.zeros((n_rows, width))
        whole[mask] = fit.influence
        sums.append(cluster_sums(whole, people.clusters))
    return np.asarray(np.einsum("ij,ij->j", *sums))


def _difference_df(people: AnalysedPeople, rows: Bools, one: Effects, two: Effects) -> float:
    if people.kind == "CR1":
        return float(len(np.unique(people.clusters[rows])) - 1)
    return one.complete_df + two.complete_df


def _pool(
    values: Sequence[float], variances: Sequence[float], *, complete_df: float
) -> PooledValue:
    if len(values) == 1 or np.ptp(values) == 0.0 == np.ptp(variances):
        # Nothing that this model uses was imputed.
        return PooledValue(
            value=float(values[0]),
            se=float(np.sqrt(variances[0])),
            df=complete_df,
            share_missing=0.0,
        )
    pooled = pool_estimates(
        np.reshape(values, (-1, 1)), np.reshape(variances, (-1, 1, 1)), complete_df=complete_df
    )
    return PooledValue(
        value=float(pooled.estimate[0]),
        se=float(pooled.se[0]),
        df=float(pooled.df[0]),
        share_missing=float(pooled.share_missing[0]),
    )
