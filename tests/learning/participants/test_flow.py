"""The steps of a participant flow."""

import numpy as np

from hiprisk.learning.participants.flow import outcome_remarks, step, unknown_codes_step


def test_a_step_counts_who_left_and_who_stays():
    found = step("too young", np.array([True, False, True, False, False]))
    assert (found.label, found.n_left_out, found.n_remaining) == ("too young", 3, 2)


def test_unknown_codes_of_the_outcome_are_counted_and_nobody_leaves():
    [found] = unknown_codes_step(np.array([True, False, True]))
    assert found.label.startswith("outcome: 2 codes")
    assert (found.n_left_out, found.n_remaining) == (0, 3)
    assert unknown_codes_step(np.zeros(3, bool)) == []
    assert unknown_codes_step(None) == []


def test_only_what_was_done_to_outcomes_is_a_remark():
    taken = unknown_codes_step(np.array([True, False]))
    assert outcome_remarks([step("too young", np.array([True])), *taken]) == (taken[0].label,)
