"""Where the knots of a restricted cubic spline lie."""

from __future__ import annotations

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError

# Harrell (2015), Regression Modeling Strategies, 2nd ed., table 2.3.
QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.50, 0.6583, 0.8167, 0.975),
}


def default_knots(values: Floats, n_knots: int) -> tuple[float, ...]:
    """Knots at Harrell's default quantiles.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows,)
        Known values of one column.
    n_knots : int
        3 to 7.

    Returns
    -------
    tuple of float
        Ascending; fewer than asked for where quantiles coincide, and empty (a straight line)
        where fewer than three are left.

    Raises
    ------
    ConfigError
        If `n_knots` is not 3 to 7.

    References
    ----------
    .. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., table 2.3.
    """
    if n_knots not in QUANTILES:
        raise ConfigError(
            f"a restricted cubic spline has 3 to 7 knots, got {n_knots}", column="spline_knots"
        )
    knots = tuple(float(knot) for knot in np.unique(np.quantile(values, QUANTILES[n_knots])))
    return knots if len(knots) >= 3 else ()
