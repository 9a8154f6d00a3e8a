"""The negative control, in another stratum and of another outcome."""

import pytest

from association_tables import NO_SPLINES, study, table_of
from hiprisk.errors import ConfigError
from hiprisk.inference.association import run_associate


def test_a_negative_control_outcome_is_estimated_beside_the_effect():
    table = run_associate(
        study(
            "cohort.simulate.n=300",
            "association.negative_control={outcome: education, level: high, reason: came first}",
            name="stupar",
        )
    )
    control = table.negative_control
    assert (control.kind, control.where) == ("outcome", "education")
    assert control.row.measure == "odds_ratio"
    named = table.to_dict()["metrics"][f"negative_control_outcome_{control.row.name}"]
    assert named == control.row.estimate.to_dict()
    assert control.as_expected == (control.row.estimate.low <= 1.0 <= control.row.estimate.high)
    assert any(line.startswith("Negative control (came first)") for line in table.sentences)


def test_a_negative_control_that_shows_an_effect_is_a_warning(pooled):
    wrong = study("cohort.simulate.n=300", "association.negative_control.stratum=hip")
    table = run_associate(wrong)
    assert table.negative_control.as_expected is False
    assert "CAUTION: the CI excludes no effect" in table.sentences[-1]
    assert pooled.negative_control.as_expected is True


def control_of(complete, *overrides):
    return table_of(complete, study(NO_SPLINES, *overrides)).negative_control


def test_in_a_stratum_the_control_is_that_row_of_the_fullest_model(complete, whole):
    control = whole.negative_control
    assert (control.kind, control.where) == ("stratum", "knee")
    assert control.row == whole.row("adjusted_baseline", stratum="knee")


def test_a_stratum_that_nobody_has_is_refused(complete):
    with pytest.raises(ConfigError, match="no stratum has this name"):
        control_of(complete, "association.negative_control.stratum=ankle")


@pytest.mark.parametrize(("control", "message"), [
    ("{outcome: education, reason: r}", "a category needs the level that counts as the event"),
    ("{outcome: cci_0_37, level: high, reason: r}", "not in the cohort, or is a predictor"),
    ("{outcome: odi_0_100, level: high, reason: r}", "a number has none"),
])  # fmt: skip
def test_an_outcome_that_cannot_be_one_is_refused(complete, control, message):
    with pytest.raises(ConfigError, match=message):
        control_of(complete, f"association.negative_control={control}")


def test_a_number_as_control_outcome_has_a_difference_in_means(complete):
    control = control_of(complete, "association.negative_control={outcome: odi_0_100, reason: r}")
    assert control.row.measure == "mean_difference"
    assert control.row.n == table_of(complete, study(NO_SPLINES)).row("crude").n


def test_no_control_is_none(complete):
    assert control_of(complete, "association.negative_control=none") is None
