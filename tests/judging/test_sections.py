"""The report of a judged estimator: what stands in it, and in which words."""

import dataclasses

import pytest

from hiprisk.judging.sections import judgement_page, judgement_sections, summary_of
from hiprisk.metrics.registry import label_of
from hiprisk.wording.quantities import interval_digits, number


@pytest.mark.slow
def test_sections_follow_each_other_as_in_a_study(judged):
    assert [one.title for one in judgement_sections(judged)] == [
        "Estimator and data", "Internal validation", "Calibration (out-of-fold)",
        "Clinical utility (net benefit)", "Prediction instability",
    ]  # fmt: skip


def test_every_metric_has_its_row_with_the_digits_that_its_interval_says_are_sure(judged):
    table = judgement_sections(judged)[1].tables[0]
    digits = [interval_digits(one) for one in judged.optimism.estimates()]
    assert [row[:2] for row in table.rows] == [
        (label_of(row.metric), number(row.apparent, shown))
        for row, shown in zip(judged.optimism.rows, digits, strict=True)
    ]
    assert 2 in digits


def test_utility_stands_at_the_declared_threshold_out_of_fold_and_corrected(judged):
    table = judgement_sections(judged)[3].tables[0]
    assert table.rows[0][:2] == ("30 %", "net benefit")
    assert table.rows[0][3].startswith(number(judged.decision.model[29]))


def test_the_summary_says_size_optimism_and_what_it_holds_for(judged):
    said = " ".join(summary_of(judged))
    assert "CAUTION: only 20 bootstrap resamples" in said
    assert "Optimism-corrected C statistic 0." in said
    assert "Fitted to 200 people" in said
    assert "with 10 columns: " in said or "with 10 columns." in said
    assert "holds for people like these" in said


def test_an_optimism_that_is_underestimated_is_told_with_its_figures(judged):
    low = judged.optimism.rows[0].low - 0.1
    crossing = judged.cross_validation
    first = crossing.metrics[0]
    worse = dataclasses.replace(
        crossing,
        metrics=(
            dataclasses.replace(first, estimate=dataclasses.replace(first.estimate, value=low)),
            *crossing.metrics[1:],
        ),
    )
    found = dataclasses.replace(judged, cross_validation=worse)
    said = summary_of(found)
    assert "is underestimated" in judgement_sections(found)[1].paragraphs[-1]
    apparent = number(judged.optimism.rows[0].apparent)
    # What the figures show, and no more: a model that overfits does not reproduce its rows.
    figures = f"worse: C statistic {apparent} apparent, cross-validated {number(low)} (95 % CI "
    assert any("the optimism is underestimated" in s and figures in s for s in said)
    assert "reproduces" not in " ".join(said)
    # A strongly shrunken model fires it too, and fits its own rows no better than others.
    assert any("as strongly shrunken models do" in s for s in said)
    assert any("cross-validated calibration slope" in one for one in said)


def test_without_cross_validation_the_632_plus_value_tells(judged):
    first, *others = judged.optimism.rows
    row = dataclasses.replace(first, value_632_plus=first.low - 0.1)
    table = dataclasses.replace(judged.optimism, rows=(row, *others))
    said = summary_of(dataclasses.replace(judged, optimism=table, cross_validation=None))
    assert any(f"{number(row.value_632_plus)} by .632+. Either this" in one for one in said)


def test_what_cannot_be_had_is_said_or_left_out(judged):
    less = dataclasses.replace(
        judged, out_of_fold=None, cross_validation=None, decision=None, calibration=None,
        parameters=(), not_available={"calibration": "too few bootstrap models"},
    )  # fmt: skip
    sections = {one.anchor: one for one in judgement_sections(less)}
    assert list(sections) == ["estimator", "performance", "stability"]
    assert "Calibration: too few bootstrap models." in sections["performance"].notes


def test_long_names_do_not_widen_the_page(judged):
    page = judgement_page(dataclasses.replace(judged, name="A" * 60))
    assert "overflow-wrap: anywhere" in page
    assert "grid-template-columns: minmax(0, 1fr)" in page
