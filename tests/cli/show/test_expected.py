"""Expected performance as the terminal has it."""

from hiprisk.cli.show.expected import show_expected
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.expected.computing import expected_performance
from small_bundle import small_sheet
from small_cohort import cohort_like_the_sheet


def shown(capsys, *, frame=None, **beside):
    frame = cohort_like_the_sheet(60).frame if frame is None else frame
    show_expected(ExpectedComparison.of(expected_performance(small_sheet(), frame), **beside))
    return capsys.readouterr().out


def test_columns_are_those_of_which_something_is_known(capsys):
    out = shown(capsys)
    assert "in development" not in out.splitlines()[2]
    assert "observed (95 % CI)" not in out
    out = shown(capsys, development={"r2": 0.5})
    assert "in development  by case mix" in out
    observed = {"mae": Estimate(name="mae", value=12.0, low=11.0, high=13.0)}
    out = shown(capsys, observed=observed)
    assert "12.000 (11.000 to 13.000)" in out
    assert "observed minus expected (95 % CI)" in out


def test_an_event_that_cannot_be_told_has_its_reason(capsys):
    frame = cohort_like_the_sheet(60).frame.drop(columns="womac_function_0_100")
    out = shown(capsys, frame=frame)
    assert "Event: worse by at least 10 points (0 rows)\nnot available: nobody's baseline" in out
