"""Fits of many resamples at once: those of the functions of one resample, refusals too."""

import numpy as np
import pytest

from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.validation.resampling import cross_products, same_design
from hiprisk.validation.resampling.refits import RefitsRefusedError, refit_all, refit_in_parts
from hiprisk.validation.resampling.resamples import (
    Refit,
    counts_of,
    draw_resamples,
    resamples_from_indices,
)
from hiprisk.validation.resampling.same_design import SameDesign

N = 60
FITS = {"identity": fit_ols, "logit": fit_logistic}


def people(link, *, n=N, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal((0.0, 1950.0, 40.0), (1.0, 10.0, 0.2), (n, 3))
    lp = 0.7 * x[:, 0] + 0.03 * (x[:, 1] - 1950.0)
    y = lp + rng.normal(size=n)
    return x, y if link == "identity" else (y > 0.0).astype(float)


def drawn(n=N, n_resamples=12, seed=1):
    resamples = draw_resamples(np.arange(n), n_resamples=n_resamples, seed=seed)
    return resamples, counts_of(resamples, n)


class Procedure:
    """As `SameDesign` has it, and one resample at a time."""

    def __init__(self, x, y, link):
        self.x, self.y, self.link = x, y, link
        self.same_design = SameDesign(x, y, link)

    def __call__(self, resample):
        known = ~np.isnan(self.y)
        weights = resample.counts[known].astype(float)
        fit = FITS[self.link](self.x[known], self.y[known], weights=weights)
        lp = fit.coefficients[0] + self.x @ fit.coefficients[1:]
        return Refit(1 / (1 + np.exp(-lp)) if self.link == "logit" else lp, fit.coefficients)


class OneByOne(Procedure):
    same_design = None

    def __init__(self, x, y, link):
        self.x, self.y, self.link = x, y, link


@pytest.mark.parametrize("link", ["identity", "logit"])
@pytest.mark.parametrize("n_unknown", [0, 5])
@pytest.mark.parametrize(("held", "wide"), [(10_000, 80), (300, 80), (300, 3)])
def test_coefficients_are_those_of_one_resample_at_a_time(link, n_unknown, held, wide, monkeypatch):
    monkeypatch.setattr(cross_products, "MAX_KEPT", held)
    monkeypatch.setattr(cross_products, "WIDE", wide)
    monkeypatch.setattr(cross_products, "PEOPLE_OF_PART", 25)
    monkeypatch.setattr(same_design, "BLOCK", 5 * N)
    x, y = people(link)
    y[:n_unknown] = np.nan
    resamples, counts = drawn()
    found = SameDesign(x, y, link).coefficients(counts)
    expected = [OneByOne(x, y, link)(one).coefficients for one in resamples]
    assert found == pytest.approx(np.array(expected), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("link", ["identity", "logit"])
def test_refits_are_the_same_whichever_way(link):
    x, y = people(link)
    resamples, _ = drawn()
    together, alone = (refit_all(kind(x, y, link), resamples) for kind in (Procedure, OneByOne))
    assert together.predicted == pytest.approx(alone.predicted, rel=1e-9, abs=1e-9)
    assert (together.counts == alone.counts).all()
    assert together.numbers == alone.numbers


def test_a_resample_without_a_fit_is_left_to_the_function_of_one():
    # In the second resample the column does not vary, in the third the classes are separated, in
    # the fourth there is one class.
    x = np.array([[0.0], [0.0], [1.0], [2.0], [3.0], [4.0]])
    y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    rows = [[0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 1, 0], [0, 0, 2, 3, 3, 5], [0, 0, 2, 2, 4, 4]]
    resamples = resamples_from_indices([*rows, *[rows[0]] * 36])
    counts = counts_of(resamples, 6)
    found = SameDesign(x, y, "logit").coefficients(counts)
    assert np.flatnonzero(np.isnan(found).any(axis=1)).tolist() == [1, 2, 3]
    together, alone = (refit_all(kind(x, y, "logit"), resamples) for kind in (Procedure, OneByOne))
    assert together.n_refused == alone.n_refused == 3
    assert together.numbers == alone.numbers


def test_too_many_refusals_are_said_after_the_last_part(monkeypatch):
    monkeypatch.setattr(same_design, "MAX_COUNTS", 18)
    x = np.array([[0.0], [0.0], [1.0], [2.0], [3.0], [4.0]])
    y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    resamples = resamples_from_indices([[0, 1, 2, 3, 4, 5]] * 6 + [[0, 0, 2, 2, 4, 4]] * 3)
    parts = refit_in_parts(Procedure(x, y, "logit"), resamples)
    assert [part.n_resamples for part in (next(parts), next(parts), next(parts))] == [3, 3, 0]
    with pytest.raises(RefitsRefusedError, match="on 3 of 9 resamples: the outcome has one class"):
        next(parts)


def test_parts_are_joined_also_where_one_was_refused_altogether(monkeypatch):
    x = np.array([[0.0], [0.0], [1.0], [2.0], [3.0], [4.0]])
    y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    resamples = resamples_from_indices([[0, 0, 2, 2, 4, 4]] * 3 + [[0, 1, 2, 3, 4, 5]] * 36)
    whole = refit_all(Procedure(x, y, "logit"), resamples)
    monkeypatch.setattr(same_design, "MAX_COUNTS", 18)
    parts = refit_all(Procedure(x, y, "logit"), resamples)
    assert (parts.n_refused, parts.numbers) == (3, tuple(range(3, 39)))
    assert parts.predicted == pytest.approx(whole.predicted)
    assert parts.coefficients == pytest.approx(whole.coefficients)
    assert (parts.counts == whole.counts).all()


def test_nearly_dependent_columns_are_left_to_the_function_of_one():
    x, y = people("identity")
    x[:, 2] = x[:, 0] + 1e-6 * x[:, 2]
    _, counts = drawn()
    assert np.isnan(SameDesign(x, y, "identity").coefficients(counts)).all()


def test_predictions_stay_inside_the_bounds():
    x, y = people("identity")
    design = SameDesign(x, y, "identity", bounds=(-0.5, 0.5))
    predicted = design.predicted(design.coefficients(drawn()[1]))
    assert (predicted.min(), predicted.max()) == (-0.5, 0.5)


def test_progress_is_of_resamples(monkeypatch):
    monkeypatch.setattr(same_design, "MAX_COUNTS", 5 * N)
    told = []
    x, y = people("identity")
    refit_all(Procedure(x, y, "identity"), drawn()[0], progress=lambda *done: told.append(done))
    assert told == [(5, 12), (10, 12), (12, 12)]
