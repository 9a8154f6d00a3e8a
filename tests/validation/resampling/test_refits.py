"""Refits on resamples: what each leaves behind, and how many may be refused."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from least_squares import LeastSquares, fifty_people


def resamples(n):
    return draw_resamples(np.arange(50), n_resamples=n, seed=1)


def refusing(numbers, code="DEGENERATE", reasons=("singular",)):
    """Least squares that refuses some resamples, each with one of the reasons."""
    procedure = LeastSquares(*fifty_people())

    def fit(resample):
        if resample.number in numbers:
            raise InputError(reasons[resample.number % len(reasons)], code=code)
        return procedure(resample)

    return fit


def test_each_refit_leaves_predictions_draws_and_coefficients():
    drawn = resamples(3)
    found = refit_all(LeastSquares(*fifty_people()), drawn)
    one = LeastSquares(*fifty_people())(drawn[1])
    assert found.numbers == (0, 1, 2)
    np.testing.assert_array_equal(found.predicted[1], one.predicted)
    np.testing.assert_array_equal(found.coefficients[1], one.coefficients)
    np.testing.assert_array_equal(found.counts[1], drawn[1].counts)


def test_a_tenth_may_be_refused_and_is_counted():
    found = refit_all(refusing({7}), resamples(10))
    assert (found.n_refused, found.n_resamples) == (1, 9)
    assert 7 not in found.numbers
    assert found.predicted.shape == (9, 50)


def test_too_many_refusals_are_an_error():
    with pytest.raises(InputError, match="could not be fitted on 2 of 10 resamples"):
        refit_all(refusing({3, 7}), resamples(10))


def test_why_is_counted_the_most_frequent_first():
    procedure = refusing({1, 2, 3, 5}, reasons=("no spread", "one class"))
    with pytest.raises(InputError, match=r"4 of 10 resamples: one class \(3\), no spread \(1\)"):
        refit_all(procedure, resamples(10))


def test_a_checkpoint_keeps_why(tmp_path):
    def never(resample):
        raise AssertionError

    kept = Checkpoint(tmp_path / "refits", "study")
    for procedure in (refusing({3, 7}), never):
        with pytest.raises(InputError, match="2 of 10 resamples: singular"):
            refit_all(procedure, resamples(10), checkpoint=kept)


def test_of_folds_none_may_be_refused():
    with pytest.raises(InputError, match="could not be fitted on 1 of 20 folds"):
        refit_all(refusing({3}), resamples(20), every=True, name="fold")


def test_another_refusal_is_not_swallowed():
    with pytest.raises(InputError, match="singular"):
        refit_all(refusing({3}, code="OTHER"), resamples(10))


def test_coefficients_of_different_length_are_not_kept():
    def of_its_own_length(resample):
        return Refit(np.zeros(50), np.zeros(2 + resample.number % 2))

    assert refit_all(of_its_own_length, resamples(4)).coefficients is None
    assert refit_all(lambda resample: Refit(np.zeros(50)), resamples(4)).coefficients is None


def test_some_rows_are_taken_of_every_refit():
    found = refit_all(LeastSquares(*fifty_people()), resamples(3))
    known = np.arange(50) % 5 > 0
    some = found.of_rows(known)
    np.testing.assert_array_equal(some.predicted, found.predicted[:, known])
    np.testing.assert_array_equal(some.counts, found.counts[:, known])
    assert found.of_rows(np.ones(50, dtype=bool)) is found
