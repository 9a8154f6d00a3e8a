"""Parts that reports of several commands have."""

from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.results.common_sections import (
    expected_section,
    findings_table,
    metric_table,
    metric_tile,
    participants_section,
)

FLOW = (FlowStep(label="rows in the cohort", n_left_out=0, n_remaining=9),)
R2 = Estimate(name="r2", value=0.5, low=0.4, high=0.6)


def test_reasons_are_words_with_the_label_of_their_variable():
    section = participants_section(
        FLOW, reasons={"OUT_OF_RANGE:age_years": 2, "TOO_MANY_MISSING": 1},
        labels={"age_years": "age"},
    )  # fmt: skip
    assert section.tables[0].rows == (("Rows in the cohort", "0", "9"),)
    assert section.tables[1].rows == (
        ("Age: out of range", "2"),
        ("Too little is known for a prediction", "1"),
    )


def test_a_metric_has_its_label_and_interval():
    assert metric_table([R2], caption="").rows == (("R²", "0.500", "0.400 to 0.600"),)
    line = metric_tile(R2, title="T", note="", anchor="a").lines[0]
    assert (line.value, line.detail) == ("R² 0.500", "95 % CI 0.400 to 0.600")


def test_expected_stands_beside_observed(validation):
    table = expected_section(validation.expected).tables[0]
    assert table.head[-1] == "observed minus expected (95 % CI)"
    assert table.rows[0][0] == "R²"


def test_a_finding_names_its_variable_by_label():
    found = findings_table([{"code": "X", "column": "age_years", "count": 3, "message": "m"}],
                           {"age_years": "age"})  # fmt: skip
    assert found.tables[0].rows == (("X", "age", "3", "m"),)
