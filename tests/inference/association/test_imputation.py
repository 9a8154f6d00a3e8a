"""Completed data sets for inference: one value a person, what is known stays."""

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.association.imputation import IncompleteData, impute, stacked


def test_both_rows_of_a_person_are_imputed_alike():
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(60), 2)
    own = rng.normal(size=(60, 1))[person[:]]
    side = rng.normal(size=(120, 1)) + own
    columns = np.column_stack([own, side])
    columns[:20, 0] = np.nan
    columns[40:50, 1] = np.nan
    data = IncompleteData(
        columns=columns, names=("own", "side"), outcome=side[:, 0] + rng.normal(size=120),
        auxiliary=np.empty((120, 0)), persons=person, strata=np.zeros(120, int),
    )  # fmt: skip
    for filled in impute(data, n_imputations=3, method="normal", seed=1):
        assert (filled[0:20:2, 0] == filled[1:20:2, 0]).all()
        assert (filled[40:50:2, 1] != filled[41:50:2, 1]).all()
        known = ~np.isnan(columns)
        assert (filled[known] == columns[known]).all()


def incomplete(columns, *, outcome=None, persons=None, strata=None):
    columns = np.asarray(columns, dtype=float)
    n = len(columns)
    return IncompleteData(
        columns=columns, names=tuple(f"c{i}" for i in range(columns.shape[1])),
        outcome=np.arange(n, dtype=float) if outcome is None else np.asarray(outcome, float),
        auxiliary=np.empty((n, 0)), persons=np.arange(n) if persons is None else persons,
        strata=np.zeros(n, int) if strata is None else strata,
    )  # fmt: skip


def gaps(n=60, seed=0):
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, 2))
    columns[::5, 1] = np.nan
    return columns, columns[:, 0] + rng.normal(size=n)


def test_where_nothing_is_missing_one_set_is_enough():
    columns = np.arange(8.0).reshape(4, 2)
    (only,) = impute(incomplete(columns), n_imputations=1, method="normal", seed=1)
    assert only.tolist() == columns.tolist()


def test_gaps_of_people_without_an_outcome_cost_nothing():
    # The only gap is in a row that is not analysed.
    data = incomplete([[1.0], [2.0], [np.nan]], outcome=[1.0, 2.0, np.nan])
    (only,) = impute(data, n_imputations=5, method="normal", seed=1)
    assert only.tolist() == [[1.0], [2.0]]


def test_one_imputation_of_missing_values_is_refused():
    columns, outcome = gaps()
    with pytest.raises(ConfigError, match="one imputation cannot say what that costs"):
        impute(incomplete(columns, outcome=outcome), n_imputations=1, method="normal", seed=1)


def test_a_column_without_a_value_in_a_stratum_is_named():
    columns, outcome = gaps()
    columns[30:, 1] = np.nan
    strata = np.repeat([0, 1], 30)
    with pytest.raises(InputError, match="no one in a stratum of 30 rows has a value") as refused:
        impute(
            incomplete(columns, outcome=outcome, strata=strata),
            n_imputations=2, method="normal", seed=1,
        )  # fmt: skip
    assert (refused.value.code, refused.value.column) == ("ALL_MISSING", "c1")


@pytest.mark.parametrize("method", ["normal", "chained"])
def test_sets_differ_where_values_were_missing_and_repeat_with_their_seed(method):
    columns, outcome = gaps()
    data = incomplete(columns, outcome=outcome)
    one, two = impute(data, n_imputations=2, method=method, seed=1)
    missing = np.isnan(columns)
    assert (one[missing] != two[missing]).all()
    assert (one[~missing] == columns[~missing]).all()
    again = impute(data, n_imputations=2, method=method, seed=1)
    assert (again[1] == two).all()
    other = impute(data, n_imputations=2, method=method, seed=2)
    assert (other[0][missing] != one[missing]).all()


def test_a_stratum_is_imputed_by_itself():
    columns, outcome = gaps(n=80)
    strata = np.repeat([0, 1], 40)
    whole = impute(
        incomplete(columns, outcome=outcome, strata=strata),
        n_imputations=2, method="normal", seed=1,
    )  # fmt: skip
    # Whatever the second stratum holds, the first is filled as before.
    columns[40:] += 100.0
    moved = impute(
        incomplete(columns, outcome=outcome, strata=strata),
        n_imputations=2, method="normal", seed=1,
    )  # fmt: skip
    assert (whole[0][:40] == moved[0][:40]).all()
    assert moved[0][40:, 1].min() > 90.0


def test_a_value_known_of_one_hip_is_the_other_hips_too():
    columns, outcome = gaps(n=40)
    persons = np.repeat(np.arange(20), 2)
    age = np.repeat(np.linspace(50, 70, 20), 2)
    columns = np.column_stack([age, columns[:, 0]])
    columns[0, 0] = np.nan
    filled = impute(
        incomplete(columns, outcome=outcome, persons=persons),
        n_imputations=2, method="normal", seed=1,
    )  # fmt: skip
    assert [one[0, 0] for one in filled] == [50.0, 50.0]


def test_stacked_sets_lie_below_one_another():
    assert stacked([np.ones((2, 1)), np.zeros((1, 1))]).tolist() == [[1.0], [1.0], [0.0]]
