"""Calibration in new people site by site."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.sites.calibration import clustered_calibration
from hiprisk.validation.sites.calibration_results import ClusteredCalibration

SITE = "site"


def calibration_by_site(
    people: ValidationCohort, outcome: OutcomeSettings, by: Sequence[str] | None
) -> tuple[ClusteredCalibration | None, str | None]:
    """Calibration curves of the sites and their summary, or why there are none.

    Parameters
    ----------
    people : ValidationCohort
        Of whom the site may be known.
    outcome : OutcomeSettings
    by : sequence of str or None
        Variables by which people are evaluated; where it is given, the site must be among them.

    Returns
    -------
    tuple
        Curves or None; and a sentence where there are sites but no curves. Sites are numbered in
        order of first appearance, as in internal-external cross-validation.
    """
    asked = by is None or SITE in by
    if not asked or SITE not in people.frame.columns or people.sampling is not None:
        return None, None
    codes, names = pd.factorize(people.frame[SITE])
    if len(names) < 2:
        return None, None
    try:
        found = clustered_calibration(
            people.observed, people.predicted, sites=codes, kind=outcome.kind,
            labels=[f"site {number + 1}" for number in range(len(names))], groups=people.groups,
        )  # fmt: skip
    except InputError as refusal:
        return None, f"No calibration curves by site: {refusal.reason}."
    return found, None
