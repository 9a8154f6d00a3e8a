"""What ``hiprisk compare`` prints: the verdicts and main gains, or everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hiprisk.cli.show.layout import said_once
from hiprisk.cli.show.output import (
    print_lines,
    print_sentences,
    print_styled,
    print_table,
    print_title,
)
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    interval_digits,
    number,
    p_equals,
    p_value,
    signed_with_interval,
    with_interval,
)

if TYPE_CHECKING:
    from hiprisk.features.pooling import PooledTest
    from hiprisk.inference.increment import AddedValue, Addition, Gain

# With more additions than these the verdict of each is a row in place of a sentence.
MOST_SENTENCES = 3
MOST_ROWS = 15
# Beside the measure in which the minimum important gain is declared.
MAIN_MEASURES = ("r2", "c_statistic", "rmse", "brier", "crps")
MOST_MEASURES = 2


def show_added_value(result: AddedValue, *, full: bool = False) -> None:
    """The result as a person likes to read it."""
    print_title(f"What is added to {result.base_label}: {result.outcome_label}")
    if full:
        _show_everything(result)
    else:
        _show_main(result)


def _show_main(result: AddedValue) -> None:
    many = len(result.additions) > MOST_SENTENCES
    sentences = result.sentences()
    if many:
        of_additions = {one.sentence for one in result.additions}
        sentences = tuple(line for line in sentences if line not in of_additions)
    print_sentences(*said_once(sentences))
    print_lines("")
    if many:
        _show_verdicts(result)
    else:
        _show_gains(result)
    print_lines(
        "",
        "Gains are optimism-corrected; the gain in an error is its reduction. --full prints every "
        f"measure, the tests{_and_scenarios(result)} and how the figures were computed.",
    )


def _and_scenarios(result: AddedValue) -> str:
    cases = any(one.error_free for one in result.additions)
    return ", what error-free measurement would add" if cases else ""


def _show_gains(result: AddedValue) -> None:
    """The main measures of each addition, with its new information and test."""
    rows = []
    for one in result.additions:
        rows.append([one.label, "", "", ""])
        rows += [[f"  {gain.label}", *_figures(gain)] for gain in _main(result, one)]
        test = f", {p_equals(one.tests[0].p_value)}" if one.tests else ""
        new = with_interval(one.new_information)
        rows.append([f"  new information share{test}", "", "", new])
    print_table(["added", "without", "with", "gain (95 % CI)"], rows)


def _main(result: AddedValue, one: Addition) -> list[Gain]:
    """The declared measure, then the main others."""
    names = dict.fromkeys((result.metric, *MAIN_MEASURES))
    found = {gain.name: gain for gain in one.gains}
    return [found[name] for name in names if name in found][:MOST_MEASURES]


def _show_verdicts(result: AddedValue) -> None:
    """A row an addition; single blocks come first."""
    rows = []
    for one in result.additions[:MOST_ROWS]:
        p = p_value(one.tests[0].p_value) if one.tests else NONE
        gain = one.gain(result.metric)
        rows.append([one.label, one.verdict, signed_with_interval(gain.estimate), p])
    print_table(["added", "verdict", f"gain in {result.metric_label} (95 % CI)", "p"], rows)
    print_lines(f"Minimum important gain {result.smallest_gain:g} (declared).")
    if len(result.additions) > MOST_ROWS:
        print_lines(f"{len(result.additions) - MOST_ROWS} further combinations: --full.")


def _show_everything(result: AddedValue) -> None:
    print_sentences(*said_once(result.sentences()))
    for one in result.additions:
        _show_addition(one)
    print_lines("", f"{capital(result.models)}; {result.n_resamples} resamples.")
    if result.n_refused:
        print_lines(f"{result.n_refused} further resamples could not be fitted.")
    print_lines(*result.notes)


def _show_addition(one: Addition) -> None:
    print_lines("")
    print_styled("heading", f"{capital(one.label)}: {one.verdict}")
    _show_measures(one.gains)
    print_lines(f"share of new information {with_interval(one.new_information)}", *_tests(one))
    for case in one.error_free:
        share = with_interval(case.new_information)
        print_lines("", f"{case.sentence} Share of new information {share}.")
        _show_measures(case.gains)


def _tests(one: Addition) -> Iterator[str]:
    if not one.tests:
        yield "no test: the blocks add no coefficient"
    for test in one.tests:
        yield _test_in_words(test)


def _test_in_words(test: PooledTest) -> str:
    second = f", {test.df_denominator:.0f}" if test.df_denominator is not None else ""
    return (
        f"{test.method}: {test.statistic:.2f} on {test.df}{second} degrees of freedom, "
        f"{p_equals(test.p_value)}"
    )


def _show_measures(gains: tuple[Gain, ...]) -> None:
    rows = [[_measure(gain), *_figures(gain)] for gain in gains]
    print_table(["measure", "without", "with", "gain (95 % CI)"], rows)


def _figures(gain: Gain) -> list[str]:
    digits = interval_digits(gain.estimate)
    levels = (number(gain.base, digits), number(gain.model, digits))
    return [*levels, signed_with_interval(gain.estimate, digits)]


def _measure(gain: Gain) -> str:
    unit = f" ({gain.unit})" if gain.unit else ""
    return f"{gain.label}{unit}{', reduction' if gain.reduction else ''}"
