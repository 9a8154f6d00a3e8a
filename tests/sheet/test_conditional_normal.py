"""Conditional draws of what is missing, against the textbook's formulas."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.sheet.conditional_normal import NormalModel, condition

MEAN = np.array([1.0, -2.0, 0.5])
COVARIANCE = np.array([[4.0, 1.0, 0.5], [1.0, 2.0, 0.3], [0.5, 0.3, 1.0]])
NAN = np.nan


def conditioned(*rows):
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return condition(NormalModel.from_covariance(MEAN, COVARIANCE), columns)


def textbook(known, lacking, values):
    """Mean and covariance of the lacking entries: m_1 + S_12 S_22^-1 (x - m_2), and S_11 less."""
    pull = COVARIANCE[np.ix_(lacking, known)] @ np.linalg.inv(COVARIANCE[np.ix_(known, known)])
    mean = MEAN[lacking] + pull @ (values - MEAN[known])
    rest = COVARIANCE[np.ix_(lacking, lacking)] - pull @ COVARIANCE[np.ix_(known, lacking)]
    return mean, rest


@pytest.mark.parametrize(
    ("row", "known", "lacking"),
    [
        ((NAN, 1.0, 2.0), [1, 2], [0]),
        ((3.0, NAN, NAN), [0], [1, 2]),
        ((NAN, NAN, 0.2), [2], [0, 1]),
    ],
)
def test_mean_and_covariance_equal_the_textbooks(row, known, lacking):
    (group,) = conditioned(row)
    mean, covariance = textbook(known, lacking, np.array(row)[known])
    assert np.array(group.means)[:, 0] == pytest.approx(mean, rel=1e-12)
    factor = np.tril(group.factor[:, :, 0])
    assert np.linalg.inv(factor @ factor.T) == pytest.approx(covariance, rel=1e-12)


def test_nothing_known_leaves_mean_and_covariance():
    (group,) = conditioned((NAN, NAN, NAN))
    assert np.array(group.means)[:, 0] == pytest.approx(MEAN, abs=1e-14)
    noise = np.random.default_rng(0).standard_normal((200_000, 3))
    drawn = np.array(group.draw(noise))[:, :, 0]
    # Three Monte-Carlo errors of a covariance of this size.
    assert np.cov(drawn) == pytest.approx(COVARIANCE, abs=0.04)


def test_rows_are_grouped_by_how_much_they_lack_and_complete_ones_left_out():
    groups = conditioned((1.0, 1.0, 1.0), (NAN, 1.0, 1.0), (NAN, NAN, 1.0), (1.0, 1.0, NAN))
    assert [group.rows.tolist() for group in groups] == [[1, 3], [2]]
    assert groups[0].columns.tolist() == [[0, 2]]


def test_a_column_keeps_its_noise_however_much_else_is_missing():
    noise = np.array([[2.0, 0.0, 0.0]])
    alone, both = conditioned((NAN, -2.0, 0.5), (NAN, NAN, 0.5))
    # The first column's number moves the first column: up in both.
    assert alone.draw(noise)[0][0, 0] > alone.means[0][0]
    assert both.draw(noise)[0][0, 0] > both.means[0][0]


def test_a_row_has_the_same_bits_alone_and_among_others():
    rows = [(NAN, float(i) / 7.0, NAN) for i in range(50)]
    (many,) = conditioned(*rows)
    for i in (0, 17, 49):
        (alone,) = conditioned(rows[i])
        assert [m[0] for m in alone.means] == [m[i] for m in many.means]


def test_a_covariance_that_is_none_is_refused():
    with pytest.raises(InputError, match="not positive definite"):
        NormalModel.from_covariance(np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]))
