"""The association table: against direct fits, against the truth put in, and wrong moves."""

import pytest

from association_tables import study
from hiprisk.errors import ConfigError
from hiprisk.inference.association import association_refusal, run_associate, table
from hiprisk.learning.study_cohort import select_study_participants


def test_the_effect_that_was_put_in_lies_in_the_interval(pooled):
    hip, knee = (pooled.row("adjusted_baseline", stratum=name) for name in ("hip", "knee"))
    assert hip.estimate.low < 11.16 < hip.estimate.high
    assert knee.estimate.low < 0.0 < knee.estimate.high


def test_the_same_seed_gives_the_same_table_another_nearly(pooled):
    again = run_associate(study("cohort.simulate.n=300"))
    other = run_associate(study("cohort.simulate.n=300", "seed=4"))
    assert again == pooled
    assert other != pooled
    shift = abs(other.rows[2].estimate.value - pooled.rows[2].estimate.value)
    assert shift < 0.3 * pooled.rows[2].se


def refuse_to_impute(*args, **kwargs):
    raise AssertionError("something was imputed")


def test_a_negative_control_that_is_not_there_is_refused_before_anything_is_imputed(monkeypatch):
    monkeypatch.setattr(table, "impute", refuse_to_impute)
    config = study("association.negative_control={stratum: toe, reason: r}")
    with pytest.raises(ConfigError, match="no stratum has this name"):
        run_associate(config)


def test_why_people_can_give_no_table_is_known_before_anything_is_fitted():
    fine, alone = study("cohort.simulate.n=200"), study("cohort.where={joint: [hip]}")
    assert association_refusal(fine, select_study_participants(fine)[1]) is None
    refusal = association_refusal(alone, select_study_participants(alone)[1])
    assert "all people have the same" in refusal.reason


def test_one_imputation_of_missing_values_is_refused_before_the_work():
    config = study("cohort.simulate.n=200", "imputation.imputations=1")
    with pytest.raises(ConfigError, match="one imputation cannot say what that costs"):
        association_refusal(config, select_study_participants(config)[1])
