"""The evidence as tidy tables: the same numbers, and the same bytes every time."""

import io

import pandas as pd
import pytest

from hiprisk.evidence.frames import evidence_frames, evidence_tables


@pytest.fixture(scope="module")
def frames(reported):
    return dict(evidence_frames(reported.evidence))


def test_the_first_table_has_every_metric_once(frames, reported):
    assert next(iter(frames)) == "metrics"
    rows = frames["metrics"].set_index("metric")
    metrics = reported.evidence.metrics()
    assert rows.index.tolist() == list(metrics)
    assert rows.loc["r2_corrected", "value"] == metrics["r2_corrected"]["value"]


def test_every_part_that_has_a_table_gives_it(frames, reported):
    for name in ("table_one", "optimism", "sample_size", "association"):
        part = getattr(reported.evidence, name)
        pd.testing.assert_frame_equal(frames[name], part.to_frame())


def test_no_two_tables_share_a_name(reported):
    names = [name for name, _ in evidence_frames(reported.evidence)]
    assert len(set(names)) == len(names)


def test_equal_tables_have_equal_bytes_and_come_back(frames, reported):
    one, two = (evidence_tables(reported.evidence) for _ in range(2))
    assert one == two
    assert set(one) == {f"{name}.parquet" for name in frames}
    back = pd.read_parquet(io.BytesIO(one["metrics.parquet"]))
    pd.testing.assert_frame_equal(back, frames["metrics"], check_dtype=False)
