"""What can be known before anything is fitted."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.evidence.early_findings import early_findings


def prepared(
    outcome, *, kind="binary", events=(), baseline=None, persons=None, sites=None,
    families=("mean", "linear"),
):  # fmt: skip
    n = len(outcome)
    declared = SimpleNamespace(
        kind=kind, variable="y", label="worse", events=events,
        baseline=None if baseline is None else "before",
    )  # fmt: skip
    frame = pd.DataFrame({"before": np.zeros(n) if baseline is None else baseline})
    return SimpleNamespace(
        config=SimpleNamespace(
            outcome=declared,
            blocks={"core": ("age_years",)},
            families=SimpleNamespace(named=lambda: dict.fromkeys(families)),
        ),
        design=SimpleNamespace(columns=(), n_imputed=0),
        dictionary={},
        selection=SimpleNamespace(development=SimpleNamespace(frame=frame)),
        data=SimpleNamespace(
            outcome=np.asarray(outcome, dtype=float),
            groups=np.arange(n) if persons is None else np.asarray(persons),
            columns=np.zeros((n, 0)),
            sites=sites,
        ),
    )


def codes(study, **how):
    return [found.code for found in early_findings(study, **how)]


def test_few_people_with_the_event_are_counted_once_a_person():
    # Eleven rows with the event are of six people; one outcome is unknown.
    outcome = np.r_[np.ones(11), np.zeros(60), np.nan]
    persons = np.r_[np.arange(11) // 2, np.arange(100, 160), 200]
    (found,) = early_findings(prepared(outcome, persons=persons))
    assert found.code == "FEW_EVENTS"
    assert found.message.startswith("worse: 6 people of 66 with the event")
    assert codes(prepared(np.r_[np.ones(10), np.zeros(60)])) == []


def test_few_without_the_event_are_few_as_well_and_not_shown_where_published():
    study = prepared(np.r_[np.ones(60), np.zeros(3)])
    (found,) = early_findings(study)
    assert "3 people of 63 without the event" in found.message
    (found,) = early_findings(study, published=True)
    assert "fewer than 5 people of 63 without the event" in found.message


def test_an_event_of_a_score_is_counted_from_its_bound():
    event = SimpleNamespace(
        name="worsening", label="worse by 10", direction="above", reference="baseline", value=10.0
    )
    study = prepared(
        np.r_[np.full(6, 60.0), np.full(60, 50.0)], kind="continuous", events=(event,),
        baseline=np.full(66, 50.0),
    )  # fmt: skip
    (found,) = early_findings(study)
    assert found.message.startswith("worse by 10: 6 people of 66 with the event")


@pytest.mark.parametrize(("n", "said"), [(30, "93.5 %"), (38, "94.9 %")])
def test_a_quantile_that_does_not_exist_at_this_n_is_said(n, said):
    (found,) = early_findings(prepared(np.arange(n), kind="continuous"))
    assert (found.code, said in found.message) == ("FEW_RESIDUALS", True)


def test_39_residuals_have_a_95_percent_interval():
    assert codes(prepared(np.arange(39), kind="continuous")) == []


def test_an_ordinal_model_has_no_residuals_that_could_be_too_few():
    few = np.arange(30)
    assert codes(prepared(few, kind="continuous", families=("mean", "ordinal"))) == []
    both = prepared(few, kind="continuous", families=("mean", "linear", "ordinal"))
    assert codes(both) == ["FEW_RESIDUALS"]


def test_an_outcome_that_runs_against_its_baseline_is_said_before_anything_is_fitted():
    study = prepared(np.arange(40), kind="continuous", baseline=-np.arange(40.0))
    study.selection.development.frame["y"] = np.arange(40.0)
    (found,) = early_findings(study)
    assert (found.code, found.column, found.count) == ("DIRECTION_SUSPECT", "y", 40)


def test_few_sites_are_said_where_they_have_intercepts():
    outcome = np.r_[np.ones(60), np.zeros(60)]
    # People without a site are none, nor is the site of those whose outcome is unknown.
    four = np.tile([0, 1, 2, 3, -1], 24)
    (found,) = early_findings(prepared(outcome, sites=four))
    assert (found.code, found.column) == ("FEW_SITES", "site")
    assert found.message.startswith("4 sites say little of how far sites differ")
    unknown = np.where(np.tile([0, 1, 2, 3, 4], 24) == 4, np.nan, outcome)
    assert codes(prepared(unknown, sites=np.tile([0, 1, 2, 3, 4], 24))) == ["FEW_SITES"]
    assert codes(prepared(outcome, sites=np.tile([0, 1, 2, 3, 4], 24))) == []
