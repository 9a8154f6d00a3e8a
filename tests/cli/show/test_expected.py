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
    assert "  expected in development  by case mix" in out
    assert "at the first visit" not in out
    observed = {"mae": Estimate(name="mae", value=12.0, low=11.0, high=13.0)}
    out = shown(capsys, observed=observed)
    assert "12.00 (11.00 to 13.00)" in out
    assert "observed minus expected" in out


def test_an_event_that_cannot_be_told_has_its_reason(capsys):
    frame = cohort_like_the_sheet(60).frame.drop(columns="womac_function_0_100")
    out = shown(capsys, frame=frame)
    assert "Event: worse by at least 10 points (0 rows)\nnot available: nobody's baseline" in out


def test_where_people_are_left_out_the_first_visit_has_a_column_of_its_own(capsys):
    frame = cohort_like_the_sheet(60).frame
    whole = expected_performance(small_sheet(), frame)
    out = shown(capsys, frame=frame.head(40), development={"r2": 0.5}, first_visit=whole)
    assert "  at the first visit  expected in development  by case mix" in out
    row = next(line for line in out.splitlines() if line.startswith("R²") and line.endswith("049"))
    r2 = dict(whole.named())["r2"].value
    assert row.split()[-3:] == [f"{r2:.3f}", "0.500", f"{r2 - 0.5:+.3f}"]
