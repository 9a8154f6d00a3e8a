"""What is expected of a cohort, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hiprisk.metrics.registry import label_of
from hiprisk.validation.expected.compared_figures import ComparedFigure
from hiprisk.validation.expected.results import ExpectedPerformance
from hiprisk.wording.quantities import (
    interval_digits,
    number,
    percent,
    signed,
    signed_with_ci,
    with_ci,
)

# How well people are told apart, how far predictions are off, and how they are on average.
MAIN = (("r2", "c_statistic"), ("rmse", "brier"), ("mean_outcome", "event_rate"))


def expected_in_words(
    expected: ExpectedPerformance,
    figures: Sequence[ComparedFigure],
    first_visit: ExpectedPerformance | None = None,
) -> Iterable[str]:
    """What is expected, what case mix does, and what is beyond it."""
    share = expected.n_incomplete / expected.n
    imputed = f" ({percent(share, 0)} of them incomplete)" if expected.n_incomplete else ""
    main = _main(figures)
    said = [f"{label_of(one.name)} {_expected(one)}" for one in main]
    yield f"If the model is right, expect of these {expected.n} rows{imputed}: {'; '.join(said)}."
    if expected.interval_note:
        yield (
            f"No intervals, and the error of the fit is not allowed for: {expected.interval_note}."
        )
    if first_visit is not None:
        yield (
            f"Case mix is that of all {first_visit.n} rows of the first visit with a prediction, "
            f"{first_visit.n - expected.n} more than are evaluated, as in development: nobody "
            "knows then whose hip will be replaced or whose outcome will be missing."
        )
    if all(one.development is None for one in figures):
        yield (
            "What case mix does by itself is not available: the evidence of this model does not "
            "say what was expected of its development cohort."
        )
    yield from _observed(main)


def _main(figures: Sequence[ComparedFigure]) -> list[ComparedFigure]:
    """One figure of each kind: discrimination, error, average."""
    by_name = {one.name: one for one in figures}
    found = [[by_name[n] for n in names if n in by_name] for names in MAIN]
    return [of_kind[0] for of_kind in found if of_kind]


def _expected(one: ComparedFigure) -> str:
    """A figure, in one pair of brackets its interval and what case mix does."""
    figure, beside = with_ci(one.expected), _by_case_mix(one)
    if not beside:
        return figure
    return f"{figure[:-1]}; {beside})" if figure.endswith(")") else f"{figure} ({beside})"


def _by_case_mix(one: ComparedFigure) -> str:
    if one.development is None or one.by_case_mix is None:
        return ""
    here, digits = "", interval_digits(one.expected)
    if one.first_visit is not None and one.first_visit.value != one.expected.value:
        here = f"{number(one.first_visit.value, digits)} at the first visit, "
    return (
        f"{here}expected in development {number(one.development, digits)}: "
        f"{signed(one.by_case_mix, digits)} by case mix"
    )


def _observed(main: Sequence[ComparedFigure]) -> Iterable[str]:
    known = [(one, one.difference) for one in main if one.beyond_chance is not None]
    beyond = [
        f"{label_of(one.name)} {signed_with_ci(found)}"
        for one, found in known
        if one.beyond_chance and found is not None
    ]
    if beyond:
        yield (
            f"Observed minus expected, beyond chance and not by case mix: {', '.join(beyond)}. The "
            "model does not hold here as it stands: see its calibration, and `hiprisk update`."
        )
    elif known:
        yield (
            "No evidence that performance differs from what the model expects of people like these."
        )
