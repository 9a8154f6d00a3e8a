"""Numbers that stand for "missing" and were read as values."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.checks.missing_codes import sentinel_findings
from hiprisk.cohort.checks.rules import check_cohort
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort


def checked(columns, *, grain="person", stacked=False, unreadable=None, source=None):
    frame = pd.DataFrame(columns)
    return check_cohort(
        frame, unreadable=unreadable or {}, grain=grain, stacked=stacked, source=source or {}
    )


def codes(findings):
    return {(finding.code, finding.column): finding for finding in findings}


def test_a_sentinel_inside_the_range_is_a_warning():
    values = np.r_[np.linspace(0, 8, 60), np.full(6, 99.0)]
    finding = codes(checked({"odi_0_100": values}))["SENTINEL_SUSPECT", "odi_0_100"]
    assert finding.count == 6
    assert 'missing: ["99"]' in finding.advice


def test_an_honest_value_is_no_sentinel():
    values = np.r_[np.linspace(0, 100, 60), np.full(6, 99.0)]
    assert ("SENTINEL_SUSPECT", "odi_0_100") not in codes(checked({"odi_0_100": values}))


def test_a_sentinel_piled_up_among_other_values_is_a_warning():
    values = simulate_cohort("stupar", n=400, seed=3).frame["womac_function_0_100"].to_numpy()
    assert ("SENTINEL_SUSPECT", "womac_function_0_100") not in codes(
        checked({"womac_function_0_100": values})
    )
    planted = np.array(values, dtype=float)
    planted[::10] = 99.0
    finding = codes(checked({"womac_function_0_100": planted}))[
        "SENTINEL_SUSPECT", "womac_function_0_100"
    ]
    assert finding.severity == "warning"
    assert finding.count == 40
    assert "times as often as any value near it" in finding.message


@pytest.mark.parametrize(
    "values",
    [
        # A natural heap at the end of the scale, beside a sentinel that comes as often as others.
        np.r_[np.arange(60.0, 99.0), np.full(30, 100.0), np.full(12, 99.0)],
        # Whole numbers of few values: nothing to compare with.
        np.r_[np.tile(np.arange(0.0, 9.0), 2), np.full(30, 9.0)],
    ],
)
def test_natural_heaps_are_no_sentinels(values):
    assert ("SENTINEL_SUSPECT", "odi_0_100") not in codes(checked({"odi_0_100": values}))


@pytest.mark.parametrize("seed", range(6))
def test_no_simulated_cohort_raises_a_false_alarm(seed):
    frame = simulate_cohort("stupar", n=400, seed=seed).frame
    for name in frame.columns:
        variable = load_dictionary().get(name)
        if variable is not None and variable.kind == "number":
            for values in (frame[name].to_numpy(float), np.round(frame[name].to_numpy(float))):
                assert not list(sentinel_findings(variable, values)), name
