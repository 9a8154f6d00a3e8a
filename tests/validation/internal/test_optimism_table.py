"""The table of a bootstrap."""

import json

from hiprisk.validation.internal.optimism_table import OptimismRow, OptimismTable
from least_squares import boot

ROW = OptimismRow(metric="r2", apparent=0.5, training=0.6, test=0.4, optimism=0.2, corrected=0.3,
                  low=0.1, high=0.4, value_632=0.35)  # fmt: skip
TABLE = OptimismTable(rows=(ROW,), n_resamples=20, n_refused=1)


def test_columns_of_old_stand_first(data):
    columns = list(boot(data).table.to_frame().columns)
    assert columns[:6] == ["metric", "apparent", "training", "test", "optimism", "corrected"]


def test_the_corrected_value_is_an_estimate_with_its_interval():
    (estimate,) = TABLE.estimates()
    assert (estimate.name, estimate.value) == ("r2", 0.3)
    assert (estimate.low, estimate.high) == (0.1, 0.4)
    assert TABLE.corrected() == {"r2": 0.3}


def test_json_holds_what_the_row_holds():
    plain = json.loads(json.dumps(TABLE.to_dict(), allow_nan=False))
    assert (plain["n_resamples"], plain["n_refused"], plain["level"]) == (20, 1, 0.95)
    assert plain["n_omitted_not_evaluated"] == 0
    assert plain["metrics"]["r2"]["corrected"] == {"value": 0.3, "low": 0.1, "high": 0.4}
    assert plain["metrics"]["r2"]["value_632"] == 0.35
    assert plain["metrics"]["r2"]["value_632_plus"] is None
