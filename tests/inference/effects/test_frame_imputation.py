"""Multiple imputation of a data frame."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.inference import impute_frame


def people(n=120):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"age": rng.normal(60, 9, n), "work": rng.choice(["desk", "heavy"], n)},
        index=[f"person {i}" for i in range(n)],
    )
    frame["pain"] = 0.2 * frame["age"] + 4.0 * (frame["work"] == "heavy") + rng.normal(0, 1, n)
    frame["lame"] = frame["pain"] > 14.0
    frame.iloc[::4, 2] = np.nan
    return frame


@pytest.mark.parametrize("method", ["normal", "chained"])
def test_known_values_stay_and_draws_follow_the_regression(method):
    frame = people(2000)
    missing = frame["pain"].isna()
    first, second = impute_frame(frame, n_imputations=2, method=method)
    pd.testing.assert_frame_equal(first[~missing], frame[~missing])
    assert list(first.columns) == list(frame.columns)
    assert (first.dtypes == frame.dtypes).all()
    assert (first.loc[missing, "pain"] != second.loc[missing, "pain"]).all()
    # A text that is complete informs the draws: about 250 in each group, SD about 2.
    drawn = first[missing].groupby("work")["pain"].mean()
    assert drawn["heavy"] - drawn["desk"] == pytest.approx(4.0, abs=1.0)


def test_the_first_imputations_do_not_depend_on_their_number():
    frame = people()
    few = impute_frame(frame, n_imputations=2, seed=5)
    many = impute_frame(frame, n_imputations=4, seed=5)
    for one, other in zip(few, many[:2], strict=True):
        pd.testing.assert_frame_equal(one, other)
    other = impute_frame(frame, n_imputations=2, seed=6)
    assert (other[0]["pain"] != few[0]["pain"]).any()


def test_rows_of_a_person_are_drawn_together():
    frame = people()
    alone = impute_frame(frame, n_imputations=2)[0]
    pairs = impute_frame(frame, n_imputations=2, groups=np.arange(120) // 2)[0]
    assert (alone["pain"] != pairs["pain"]).any()


def test_a_complete_frame_is_given_back():
    frame = people().dropna()
    for one in impute_frame(frame, n_imputations=2):
        pd.testing.assert_frame_equal(one, frame)


def test_a_column_that_hardly_anybody_is_known_of_is_refused_by_name():
    frame = people()
    frame["rare"] = np.nan
    frame.iloc[:9, 4] = np.arange(9.0)
    with pytest.raises(InputError, match="rare: 9 of 120 values are known, too few"):
        impute_frame(frame)
    frame.iloc[9, 4] = 9.0
    assert not any(one.isna().any().any() for one in impute_frame(frame, n_imputations=2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pain": np.nan}, "0 of 120 values are known, too few"),
        ({"pain": np.inf}, "120 of 120 values are infinite"),
        ({"work": None}, "120 of 120 values are missing, and draws are numbers"),
        ({"work": [f"id {i}" for i in range(120)]}, "120 different values in 120 rows look like"),
        ({"pain": 1j}, "numbers must be real"),
    ],
)
def test_columns_that_cannot_be_drawn_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        impute_frame(people().assign(**change))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_imputations": 1}, "cannot say what missing values cost"),
        ({"n_imputations": 2.5}, "n_imputations must be a whole number"),
        ({"method": "chain"}, r"no imputation method 'chain' \(did you mean chained"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_requests_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        impute_frame(people(), **settings)


def test_only_frames_with_columns_are_taken():
    with pytest.raises(InputError, match="takes a DataFrame, got ndarray"):
        impute_frame(np.zeros((3, 2)))
    with pytest.raises(InputError, match="the frame has no columns"):
        impute_frame(pd.DataFrame(index=range(3)))
    with pytest.raises(InputError, match="'groups' has 3 entries"):
        impute_frame(people(), groups=[1, 2, 3])
