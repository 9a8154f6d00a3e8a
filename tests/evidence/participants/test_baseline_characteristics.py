"""Table 1: counts by hand, figures of R, and no count by which a person could be recognised."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.evidence.participants.baseline_characteristics import table_one
from metric_examples import oracle, report_figures


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "age_years": [50.0, 60.0, 70.0, 80.0, 90.0, np.nan],
            "sex": ["female", "female", "male", "male", "male", None],
            "lbp_any": ["yes"] * 5 + ["no"],
        }
    )


def described(frame, **settings):
    everybody = np.ones(len(frame), dtype=bool)
    asked = {"groups": {"all": everybody}, "smallest_cell": 1, **settings}
    return table_one(frame, ["age_years", "sex", "lbp_any"], dictionary=load_dictionary(), **asked)


def found(table, variable, level=None, group="all"):
    (row,) = (
        row
        for row in table.rows
        if (row.variable, row.level, row.group) == (variable, level, group)
    )
    return row


def test_numbers_and_levels_equal_a_hand_count(frame):
    table = described(frame)
    age = found(table, "age_years")
    assert (age.n_known, age.n_missing, age.mean, age.median) == (5, 1, 70.0, 70.0)
    assert age.sd == pytest.approx(np.sqrt(250.0))
    assert (age.q25, age.q75) == (60.0, 80.0)
    women = found(table, "sex", "female")
    assert (women.n_level, women.share, women.n_missing) == (2, 0.4, 1)
    assert table.n_complete == (5,)


def test_a_small_count_is_not_told_nor_one_that_gives_it_away(frame):
    table = described(frame, smallest_cell=2)
    # One of six has no back pain; five of six with it would tell as much.
    assert found(table, "lbp_any", "no").n_level is None
    assert found(table, "lbp_any", "yes").n_level is None
    assert found(table, "sex", "female").n_level == 2


def test_a_handful_of_people_has_no_quartiles(frame):
    few = np.array([True, True, True, False, False, False])
    table = described(frame, groups={"few": few})
    assert found(table, "age_years", group="few").mean is None


def test_an_empty_group_is_left_out(frame):
    everybody = np.ones(6, dtype=bool)
    table = described(frame, groups={"all": everybody, "nobody": ~everybody})
    assert table.groups == (("all", 6),)


def test_the_frame_has_a_row_for_each_characteristic(frame):
    table = described(frame)
    assert len(table.to_frame()) == len(table.rows)
    assert table.to_dict()["groups"] == [{"name": "all", "n": 6}]


def test_a_count_left_out_in_one_group_of_a_partition_is_not_found_by_subtraction():
    frame = pd.DataFrame({"sex": ["female"] * 12 + ["male"] * 12 + ["female"] * 20 + ["male"] * 3})
    first = np.arange(len(frame)) < 24
    groups, dictionary = {"a": first, "b": ~first}, load_dictionary()
    found = table_one(
        frame, ["sex"], dictionary=dictionary, groups=groups, smallest_cell=5, partition=True
    ).rows
    hidden = {(row.group, row.level) for row in found if row.n_level is None}
    assert hidden == {("a", "male"), ("b", "male"), ("a", "female"), ("b", "female")}


def test_numbers_by_outcome_are_those_of_r():
    people = oracle("data")
    # Every ninth age is unknown.
    age = people["predicted"].where((np.arange(len(people)) + 1) % 9 != 0)
    groups = {"no event": people["y"].to_numpy() == 0, "event": people["y"].to_numpy() == 1}
    table = table_one(pd.DataFrame({"age_years": age}), ["age_years"], groups=groups,
                      dictionary=load_dictionary(), smallest_cell=5)  # fmt: skip
    for one, expected in zip(table.rows, report_figures()["characteristics"], strict=True):
        assert one.group == ("event" if expected["event"] else "no event")
        for name in ("n_known", "n_missing", "mean", "sd", "q25", "median", "q75"):
            assert getattr(one, name) == pytest.approx(expected[name], rel=1e-12), name
