"""The association table: against direct fits, against the truth put in, and wrong moves."""

from association_tables import study
from hiprisk.inference.association import run_associate


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
