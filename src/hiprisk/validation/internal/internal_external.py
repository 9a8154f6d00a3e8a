"""Internal-external cross-validation: fitted without a site, evaluated in it, pooled over sites.

References
----------
.. [1] Royston, Parmar, Sylvester (2004). Stat Med 23(6), 907-926.
.. [2] Steyerberg, Harrell (2016). J Clin Epidemiol 69, 245-247. doi:10.1016/j.jclinepi.2015.04.005
.. [3] Debray et al. (2017). BMJ 356, i6460: C pooled as log odds, O:E as log.
.. [4] Snell, Ensor, Debray (2018). Stat Methods Med Res 27(11), 3505-3522.
.. [5] Efron, Stein (1981). Ann Stat 9(3), 586-596: the jackknife's variance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.pooled import back_transform, transform
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import Progress, one_thread
from hiprisk.validation.internal.internal_external_results import (
    ExcludedSite,
    InternalExternal,
    PooledMetric,
    SiteValue,
)
from hiprisk.validation.internal.random_effects import random_effects
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import Procedure, leave_out
from hiprisk.validation.sites.calibration import clustered_calibration
from hiprisk.validation.sites.calibration_results import ClusteredCalibration
from hiprisk.validation.sites.minimum_size import (
    MinimumSiteSize,
    ShownCounts,
    is_binary,
    shown_counts,
)

N_JACKKNIFE_BLOCKS = 200


def internal_external(
    procedure: Procedure,
    observed: Floats,
    *,
    sites: Integers,
    labels: Sequence[str],
    groups: Integers,
    metrics: Sequence[Metric],
    smallest: MinimumSiteSize | None = None,
    smallest_cell: int = 10,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    level: float = 0.95,
) -> InternalExternal:
    """Evaluate a procedure in each site by a fit to the other sites.

    Parameters
    ----------
    procedure : callable
        As for the bootstrap: everybody but the site to predictions of all rows. It must not be
        given knots or settings that were found on all people.
    observed : ndarray, shape (n_rows,)
        NaN where unknown.
    sites : ndarray of int, shape (n_rows,)
        Position of each row's site in `labels`.
    labels : sequence of str
        Names of the sites.
    groups : ndarray of int, shape (n_rows,)
        Person of each row. Rows of a person elsewhere leave with the site.
    metrics : sequence of Metric
        Names in `SCALES` are pooled on that scale.
    smallest : MinimumSiteSize, optional
    smallest_cell : int
        Least number of people, events and non-events of a site that may be shown.
    workers : int
    progress : callable, optional
    checkpoint : Checkpoint, optional
    level : float
        Of all intervals.

    Raises
    ------
    InputError
        If fewer than two sites are large enough, or a model cannot be fitted without one of them.

    Notes
    -----
    A site's standard error is the jackknife's over its persons (over blocks of persons where there
    are more than 200), on the scale of pooling.
    """
    rule = smallest or MinimumSiteSize()
    known = ~np.isnan(observed)
    shown = shown_counts(
        observed[known], groups[known], sites[known], labels,
        binary=is_binary(observed[known]), smallest=smallest_cell,
    )  # fmt: skip
    large, left_out = _sites_to_evaluate(observed, known, sites, labels, rule, shown)
    if len(large) < 2:
        raise InputError(
            f"{len(large)} of {len(labels)} sites are large enough; internal-external validation "
            "needs two",
            code="FEW_SITES",
            advice=f"a site needs {rule.in_words(binary=is_binary(observed[known]))}",
        )
    fits = refit_all(
        procedure,
        # By person, not by row: somebody treated in two sites must not be on both sides.
        [leave_out(np.isin(groups, groups[sites == site]), number=site) for site in large],
        workers=workers, progress=progress, checkpoint=checkpoint, every=True, name="site",
    )  # fmt: skip
    values: list[SiteValue] = []
    own = np.full(len(observed), np.nan)
    for site, predicted in zip(large, fits.predicted, strict=True):
        here = known & (sites == site)
        found, refused = _evaluate_site(
            observed[here], predicted[here], groups[here],
            label=labels[site], n_people=_unless_hidden(shown, labels[site], here),
            metrics=metrics, level=level,
        )  # fmt: skip
        values += found
        left_out += refused
        own[here] = predicted[here]
    judged = np.isfinite(own)
    curves, lacking = _calibration(
        observed[judged], own[judged], sites=np.searchsorted(large, sites[judged]),
        labels=[labels[site] for site in large], groups=groups[judged], rule=rule,
        shown=shown, level=level,
    )  # fmt: skip
    return InternalExternal(
        sites=tuple(values),
        pooled=tuple(_pooled(values, metrics, level=level)),
        left_out=tuple(left_out),
        rule=rule.in_words(binary=is_binary(observed[known])),
        level=level,
        clustered_calibration=curves,
        not_available=lacking,
    )


def _calibration(
    observed: Floats,
    predicted: Floats,
    *,
    sites: Integers,
    labels: Sequence[str],
    groups: Integers,
    rule: MinimumSiteSize,
    shown: ShownCounts,
    level: float,
) -> tuple[ClusteredCalibration | None, dict[str, str]]:
    """Calibration curves by site and their summary, or why there is none."""
    kind: OutcomeKind = "binary" if is_binary(observed) else "continuous"
    try:
        return clustered_calibration(
            observed, predicted, sites=sites, labels=labels, groups=groups, kind=kind,
            smallest=rule, shown=shown, level=level,
        ), {}  # fmt: skip
    except InputError as refusal:
        return None, {"clustered_calibration": refusal.reason}


def _sites_to_evaluate(
    observed: Floats,
    known: Bools,
    sites: Integers,
    labels: Sequence[str],
    rule: MinimumSiteSize,
    shown: ShownCounts,
) -> tuple[list[int], list[ExcludedSite]]:
    large, left_out = [], []
    binary = is_binary(observed[known])
    for site, label in enumerate(labels):
        here = known & (sites == site)
        shortfall = rule.shortfall(observed[here], binary=binary)
        if shortfall is None:
            large.append(site)
            continue
        n_people = _unless_hidden(shown, label, here)
        n, rest = shortfall
        reason = f"{'too few' if n_people is None else n} {rest}"
        left_out.append(ExcludedSite(site=label, n_people=n_people, reason=reason))
    return large, left_out


def _unless_hidden(shown: ShownCounts, label: str, here: Bools) -> int | None:
    """Rows of a site whose number of people may be shown."""
    return None if shown[label][0] is None else int(here.sum())


def _evaluate_site(
    y: Floats,
    predicted: Floats,
    groups: Integers,
    *,
    label: str,
    n_people: int | None,
    metrics: Sequence[Metric],
    level: float,
) -> tuple[list[SiteValue], list[ExcludedSite]]:
    found, left_out = [], []
    errors = jackknife_errors(y, predicted, groups, metrics=metrics)
    for metric in metrics:
        name, scale = metric.name, metric.pooling_scale
        try:
            value = metric.function(y, predicted)
        except InputError as refusal:
            reason = refusal.reason
            left_out.append(ExcludedSite(site=label, n_people=n_people, reason=reason, metric=name))
            continue
        center, error = float(transform(np.array(value), scale)), errors[name]
        # An error of 0 would give one site all the weight when sites are pooled.
        if not (np.isfinite(center) and np.isfinite(error) and error > 0.0):
            reason = "no standard error: one person decides it"
            left_out.append(ExcludedSite(site=label, n_people=n_people, reason=reason, metric=name))
            continue
        reach = float(norm.ppf(1.0 - (1.0 - level) / 2.0)) * error
        found.append(
            SiteValue(
                site=label,
                n_people=n_people,
                metric=name,
                value=value,
                low=back_transform(center - reach, scale),
                high=back_transform(center + reach, scale),
                standard_error=error,
            )
        )
    return found, left_out


def jackknife_errors(
    y: Floats, predicted: Floats, groups: Integers, *, metrics: Sequence[Metric]
) -> dict[str, float]:
    """Standard error of every metric on its scale of pooling, by leaving out person after person.

    Parameters
    ----------
    y, predicted : ndarray, shape (n_rows,)
    groups : ndarray of int, shape (n_rows,)
        Person of each row; more than 200 persons are left out in 200 blocks.
    metrics : sequence of Metric

    Returns
    -------
    dict of str to float
        NaN where the metric cannot be computed without one of them.
    """
    persons, place = np.unique(groups, return_inverse=True)
    # Beyond 200 persons blocks say as much as single persons, at a cost that no longer grows.
    block = place % min(len(persons), N_JACKKNIFE_BLOCKS)
    n_blocks = int(block.max()) + 1
    weights = (block != np.arange(n_blocks)[:, np.newaxis]).astype(np.float64)
    with one_thread():
        (evaluated,) = evaluate_predictions(
            y,
            np.broadcast_to(predicted, (n_blocks, len(y))),
            metrics=metrics,
            weightings=[weights],
        )
    errors = {}
    for metric in metrics:
        scaled = transform(evaluated.values[metric.name], metric.pooling_scale)
        spread = np.sum((scaled - scaled.mean()) ** 2) if np.isfinite(scaled).all() else np.nan
        errors[metric.name] = float(np.sqrt((n_blocks - 1) / n_blocks * spread))
    return errors


def _pooled(
    values: Sequence[SiteValue], metrics: Sequence[Metric], *, level: float
) -> list[PooledMetric]:
    pooled = []
    for metric in metrics:
        own = [value for value in values if value.metric == metric.name]
        if len(own) < 2:
            continue
        scale = metric.pooling_scale
        result = random_effects(
            transform(np.array([value.value for value in own]), scale),
            np.array([value.standard_error for value in own]) ** 2,
            level=level,
        )
        low, high = result.new_low, result.new_high
        pooled.append(
            PooledMetric(
                metric=metric.name,
                scale=scale,
                value=back_transform(result.value, scale),
                low=back_transform(result.low, scale),
                high=back_transform(result.high, scale),
                new_low=None if low is None else back_transform(low, scale),
                new_high=None if high is None else back_transform(high, scale),
                tau2=result.tau2,
                i2=result.i2,
                n_sites=result.n_sites,
            )
        )
    return pooled
