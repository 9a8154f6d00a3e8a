"""An entry of the registry: what a parameter makes of it."""

import pytest

from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate


def share_above(observed, predicted, *, threshold, weights=None):
    return float(sum(one > threshold for one in predicted) / len(predicted))


def with_interval(observed, predicted, *, threshold, level=0.95):
    value = share_above(observed, predicted, threshold=threshold)
    return Estimate(name="share_above", value=value, low=0.0, high=level)


def entry(parameter="threshold", **known):
    return Metric(
        name="share_above", label="share above", kind="binary", function=share_above,
        parameter=parameter, **known,
    )  # fmt: skip


def test_a_threshold_becomes_part_of_both_names():
    filled = entry().at(0.075)
    assert (filled.name, filled.label) == ("share_above_0.075", "share above at 7.5 %")
    assert filled.parameter == ""
    assert filled.function([1, 0], [0.05, 0.2]) == 0.5


def test_another_parameter_leaves_the_names():
    filled = entry(parameter="bound").at(40.0)
    assert (filled.name, filled.label) == ("share_above", "share above")
    with pytest.raises(TypeError, match="bound"):
        filled.function([1.0], [50.0])


def test_the_interval_is_that_of_the_same_threshold():
    filled = entry(analytic=with_interval).at(0.1)
    assert filled.analytic([1, 0], [0.05, 0.2], level=0.9).high == 0.9
    assert filled.interval == "analytic"
    assert entry().interval == "bootstrap"


def test_filling_in_leaves_the_entry_as_it_was():
    one = entry()
    one.at(0.2)
    assert (one.name, one.parameter) == ("share_above", "threshold")


def test_what_lies_beyond_a_bound_is_the_bound():
    bounded, open_above = entry(bounds=(0.0, 1.0)), entry(bounds=(0.0, None))
    assert [bounded.within_bounds(value) for value in (-0.1, 0.4, 1.0047, None)] == [
        0,
        0.4,
        1,
        None,
    ]
    assert open_above.within_bounds(7.0) == 7.0
