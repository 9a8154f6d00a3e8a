"""What an updated model predicts of the people that its parent was developed on."""

from __future__ import annotations

import dataclasses

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.features.reference_population import reference_population
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet, TrainingSummary
from hiprisk.validation.external.case_mix import has_reference_population

REFERENCE_SIZE = 5_000


def with_updated_predictions(updated: Sheet, parent: Sheet) -> Sheet:
    """The updated sheet with its own predictions of the first visit, in place of the parent's.

    `drift` sets predictions against them: the parent's would call the update itself a drift. The
    people are no longer at hand, so the parent's summary is carried along by what both models
    predict of the sheet's normal model of these people, quantile by quantile; exact for a line.

    Parameters
    ----------
    updated, parent : Sheet
        As they are after and before the update.
    """
    visit = parent.first_visit
    if visit is None or updated.first_visit is None or not has_reference_population(parent):
        return updated
    old, new = (
        np.sort(SheetEvaluator(sheet).predict_numeric(_normal_people(sheet)).predicted)
        for sheet in (parent, updated)
    )
    # A parent whose predictions do not vary gives no scale.
    ratio = float(new.std() / old.std()) if old.std() > 0 else 1.0
    return dataclasses.replace(
        updated,
        first_visit=dataclasses.replace(
            updated.first_visit,
            predictions=_carried(visit.predictions, old, new, ratio),
            mean_prediction=visit.mean_prediction + float(new.mean() - old.mean()),
            sd_prediction=visit.sd_prediction * ratio,
        ),
    )


def _normal_people(sheet: Sheet) -> list[Floats]:
    return reference_population(sheet, n_people=REFERENCE_SIZE)


def _carried(summary: TrainingSummary, old: Floats, new: Floats, ratio: float) -> TrainingSummary:
    def moved(value: float | None) -> float | None:
        return None if value is None else float(np.interp(value, old, new))

    edges = np.interp(np.array(summary.edges), old, new)
    # Bounds may bring edges together: their people then stand in one bin.
    distinct, place = np.unique(edges, return_inverse=True)
    inside = np.bincount(place, weights=summary.shares[: len(edges)], minlength=len(distinct))
    return dataclasses.replace(
        summary,
        low=moved(summary.low),
        high=moved(summary.high),
        median=moved(summary.median),
        iqr=None if summary.iqr is None else summary.iqr * ratio,
        edges=tuple(map(float, distinct)),
        shares=(*map(float, inside), *summary.shares[len(edges) :]),
    )
