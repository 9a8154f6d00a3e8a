"""Which codes are the event, which are none, and which say nothing."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.event_codes import event_levels, read_event

KEY = "outcome.event_level"


def read(codes, event="yes", levels=("no", "yes")):
    return read_event(pd.Series(codes, dtype=object), event, levels, variable="worse")


def test_a_code_that_is_no_declared_level_is_unknown_and_never_no_event():
    found = read(["yes", "no", "Yes", "9", None, np.nan, "maybe"])
    assert np.array_equal(found.event, [1, 0, *[np.nan] * 5], equal_nan=True)
    assert found.unknown.tolist() == [False, False, True, True, False, False, True]


@pytest.mark.parametrize("event", ["1", "1.0", "1."])
def test_one_and_one_point_zero_are_one_code(event):
    found = read(["1", "1.0", "0", "0.0", "2", 1, 1.0, 0], event, event_levels(event, key=KEY))
    assert np.array_equal(found.event, [1, 1, 0, 0, np.nan, 1, 1, 0], equal_nan=True)


def test_levels_are_the_declared_ones_else_the_dictionarys_else_those_of_convention():
    assert event_levels("dead", declared=["alive", "dead"], known=["x", "dead"], key=KEY) == (
        "alive", "dead",
    )  # fmt: skip
    assert event_levels("dead", known=["alive", "dead"], key=KEY) == ("alive", "dead")
    assert event_levels("yes", key=KEY) == ("no", "yes")
    assert event_levels("0", key=KEY) == ("0", "1")
    assert event_levels("dead", key=KEY) == ()


def test_every_other_declared_level_is_no_event():
    found = read(["worse", "same", "better", "gone"], "worse", ("better", "same", "worse"))
    assert np.array_equal(found.event, [1, 0, 0, np.nan], equal_nan=True)


def test_an_event_that_is_no_level_is_refused():
    with pytest.raises(ConfigError, match="the level 'Yes' is not one of no, yes"):
        event_levels("Yes", known=["no", "yes"], key=KEY)


def test_without_declared_levels_one_other_code_is_no_event_and_several_are_refused():
    found = read(["dead", "alive", "Dead", None], "dead", ())
    assert np.array_equal(found.event, [1, 0, np.nan, np.nan], equal_nan=True)
    with pytest.raises(InputError, match=r"2 codes come beside the event.*outcome\.levels") as no:
        read(["dead", "alive", "9"], "dead", ())
    assert (no.value.code, no.value.column) == ("OUTCOME", "worse")


def test_no_rows_are_no_event():
    assert read([]).event.tolist() == []
