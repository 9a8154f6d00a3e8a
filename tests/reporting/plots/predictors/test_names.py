"""Names of predictors beside a plot."""

from hiprisk.reporting.plots.predictors.names import two_lines


def test_a_long_name_is_cut_after_two_lines():
    assert two_lines("one two " * 12).endswith(" …")
    assert two_lines("one two " * 12).count("\n") == 1
