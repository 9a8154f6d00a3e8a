"""Errors of expected figures by the refits of a sheet."""

import dataclasses

import numpy as np
import pytest

from hiprisk.validation.expected.people import ScoredPeople
from hiprisk.validation.expected.predictive import OUTCOME, expected_figures
from hiprisk.validation.expected.refits import estimated_anew, refit_errors
from ordinal_sheet import ordinal_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet


def with_refits(sheet, refits):
    return dataclasses.replace(sheet, model=dataclasses.replace(sheet.model, refits=refits))


def errors_of(sheet, frame):
    return refit_errors(ScoredPeople.of(sheet, frame, (0.2,)), seed=0)


def own_coefficients(sheet):
    model = sheet.model
    return (model.intercept, *(c for term in model.terms for c in term.coefficients))


def test_refits_that_are_the_model_itself_err_by_nothing(frame):
    for sheet in (small_sheet(), small_sheet(kind="binary")):
        errors = errors_of(with_refits(sheet, (own_coefficients(sheet),) * 2), frame)
        assert len(errors) == 2
        # Not coverage: 2.5 % of this small law lie on its lowest quantile, an interval's very end.
        off = [abs(v) for one in errors for (_, name), v in one.items() if "coverage" not in name]
        assert max(off) < 1e-9


def test_an_ordinal_refit_that_is_the_model_itself(frame):
    model = ordinal_sheet().model
    own = (*model.intercepts, *(c for term in model.terms for c in term.coefficients))
    errors = errors_of(ordinal_sheet(refits=(own,)), frame)
    assert max(abs(value) for value in errors[0].values()) < 1e-9


def test_a_refit_with_a_higher_intercept_expects_more(frame):
    sheet = small_sheet()
    own = own_coefficients(sheet)
    moved = tuple((own[0] + step, *own[1:]) for step in (-3.0, 3.0))
    low, high = errors_of(with_refits(sheet, moved), frame)
    assert low[OUTCOME, "mean_outcome"] < 0.0 < high[OUTCOME, "mean_outcome"]
    # Were the sheet right, either refit would be off by 3 points: it expects too small an error.
    assert low["worsening", "event_rate"] < 0.0 < high["worsening", "event_rate"]


def test_of_a_risk_the_error_is_the_refits_figure_less_that_under_the_sheet(frame):
    sheet = small_sheet(kind="binary")
    own = own_coefficients(sheet)
    steeper = (own[0] - 1.0, *(1.5 * c for c in own[1:]))
    refitted = dataclasses.replace(
        sheet,
        model=dataclasses.replace(
            sheet.model,
            intercept=steeper[0],
            terms=_with_coefficients(sheet.model.terms, steeper[1:]),
            refits=None,
        ),
    )
    people, other = (ScoredPeople.of(one, frame, (0.2,)) for one in (sheet, refitted))
    (found,) = errors_of(with_refits(sheet, (steeper,)), frame)
    expected = expected_figures(other.predictive(), other.predictive(), (0.2,))
    right = expected_figures(other.predictive(), people.predictive(), (0.2,))
    for place, error in found.items():
        assert error == pytest.approx(expected[place] - right[place], abs=1e-12)
    # Too steep a refit expects a C statistic that is too high.
    assert found[OUTCOME, "c_statistic"] > 0.0


def _with_coefficients(terms, coefficients):
    found, place = [], 0
    for term in terms:
        width = len(term.coefficients)
        found.append(
            dataclasses.replace(term, coefficients=tuple(coefficients[place : place + width]))
        )
        place += width
    return tuple(found)


def test_trees_and_sheets_without_refits_have_none(frame):
    assert errors_of(tree_sheet(), frame) == []
    assert errors_of(with_refits(small_sheet(), None), frame) == []


def test_a_scatter_estimated_anew_lies_about_the_sheets():
    own = small_sheet().distribution
    rng = np.random.default_rng(0)
    scales = [np.mean(estimated_anew(own, 1_000, rng).scales) for _ in range(40)]
    sd = np.sqrt(
        np.mean(np.interp((np.arange(999) + 0.5) / 999, own.probabilities, own.quantiles) ** 2)
    )
    assert np.mean(scales) == pytest.approx(np.mean(own.scales) * sd, rel=0.05)
    assert np.std(scales) > 0.0
    assert estimated_anew(own, None, rng) is own
    # Levels of 20 and 60 are the middles of two halves: between them lie 4 of 8 parts.
    levels = estimated_anew(own, 1_000, rng).levels
    assert levels == pytest.approx((20.0, 25.0, 35.0, 45.0, 55.0, 60.0))
