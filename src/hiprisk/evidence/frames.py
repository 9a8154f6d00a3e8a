"""The evidence as tidy tables, one Parquet file each."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hiprisk.evidence.document import Evidence
from hiprisk.evidence.part_tables import part_frames


def evidence_tables(evidence: Evidence) -> dict[str, bytes]:
    """Every table of a study as Parquet, by file name; equal tables have equal bytes."""
    return {f"{name}.parquet": _as_parquet(frame) for name, frame in evidence_frames(evidence)}


def evidence_frames(evidence: Evidence) -> Iterator[tuple[str, pd.DataFrame]]:
    """The same as frames: the study's metrics first, then a frame for each part that has one."""
    yield (
        "metrics",
        pd.DataFrame([{"metric": name, **ends} for name, ends in evidence.metrics().items()]),
    )
    for field in dataclasses.fields(evidence):
        part = getattr(evidence, field.name)
        if hasattr(part, "to_frame"):
            yield field.name, part.to_frame()
    yield from part_frames(evidence)


def _as_parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    # As bytes: the bundle hashes its parts, and writes them whole.
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer)
    return buffer.getvalue()
