"""Derivatives of the cumulative likelihood against finite differences, and its blocks."""

import numpy as np
import pytest

from hiprisk.learning.ordinal.likelihood import derivatives, log_likelihood, ordinal_data
from hiprisk.learning.ordinal.links import LINKS

RNG = np.random.default_rng(3)
COLUMNS = RNG.normal(size=(30, 2))
LEVEL = np.r_[np.arange(5), RNG.integers(0, 5, 25)]
POINT = np.array([1.2, 0.4, -0.3, -1.1, 0.3, -0.2])
DATA = ordinal_data(COLUMNS, LEVEL)


def _score(point, link):
    own = derivatives(DATA, link, point[:4], DATA.columns @ point[4:])
    return np.concatenate([own.intercepts, own.coefficients])


def _dense(information):
    band = information.band
    corner = np.diag(band[0]) + np.diag(band[1, :-1], 1) + np.diag(band[1, :-1], -1)
    return np.block([[corner, information.border], [information.border.T, information.corner]])


@pytest.mark.parametrize("name", LINKS)
def test_score_and_information_are_the_derivatives(name):
    link, steps = LINKS[name], 1e-5 * np.eye(6)
    value = [
        log_likelihood(DATA, link, moved[:4], DATA.columns @ moved[4:])
        for step in steps
        for moved in (POINT + step, POINT - step)
    ]
    # Central differences leave about the square of the step.
    assert _score(POINT, link) == pytest.approx(
        (np.array(value[::2]) - value[1::2]) / 2e-5, abs=1e-6
    )
    slopes = [(_score(POINT + step, link) - _score(POINT - step, link)) / 2e-5 for step in steps]
    own = derivatives(DATA, link, POINT[:4], DATA.columns @ POINT[4:])
    assert _dense(own.information) == pytest.approx(-np.array(slopes), abs=1e-6)


def test_the_blocks_solve_as_the_whole_matrix_does():
    own = derivatives(DATA, LINKS["logit"], POINT[:4], DATA.columns @ POINT[4:])
    solved = np.concatenate(own.information.solve(own.intercepts, own.coefficients))
    whole = np.linalg.solve(_dense(own.information), _score(POINT, LINKS["logit"]))
    assert solved == pytest.approx(whole, rel=1e-10)


def test_a_value_without_a_chance_has_no_likelihood():
    ascending = np.array([-1.0, 0.0, 1.0, 2.0])
    assert log_likelihood(DATA, LINKS["logit"], ascending, np.zeros(30)) == -np.inf
