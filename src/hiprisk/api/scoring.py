"""A cohort scored: every row comes back with its answers, or with a reason."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.api.arguments import in_python_words
from hiprisk.api.documents import Document, bundle_of, mapping_of
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.bundle import Bundle
from hiprisk.cohort.bundled_variables import bundled_variables
from hiprisk.cohort.files.stacking import CohortPath, in_encoding
from hiprisk.cohort.findings import undecided_findings
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import CohortBlock
from hiprisk.errors import ConfigError
from hiprisk.parallel import check_cluster, spread_over
from hiprisk.serving.files.rows import check_new_columns
from hiprisk.serving.files.score import score_file, scored_blocks
from hiprisk.serving.files.summary import ScoreResult, Tally
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import Answers, column_names


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoredCohort:
    """A cohort with a model's answers.

    Attributes
    ----------
    answers : DataFrame
        The added columns: ``predicted`` or ``risk``, limits of intervals, ``chance_<event>``,
        ``imputed``, ``flags`` and ``reason``; one row for each row of the cohort, in its order and
        under its index.
    summary : ScoreResult
        Counts of rows by reason, variable and flag, and what looks odd.
    cohort : DataFrame
        The cohort's own columns as they came; of a file, as text.
    """

    answers: pd.DataFrame
    summary: ScoreResult
    cohort: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The cohort's columns and the answers beside them, as the scored file has them."""
        return pd.concat([self.cohort, self.answers], axis="columns")

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk score --json`` prints; ``out`` is None where no file was written."""
        return self.summary.to_dict()


@in_python_words
def score(
    model: Model | Bundle | Path | str,
    cohort: CohortPath,
    *,
    mapping: CohortMapping | Document | None = None,
    encoding: str | None = None,
    accept_units: bool = False,
    out: Path | str | None = None,
    summary: Path | str | None = None,
    raw_text: bool = False,
    digits: int | None = None,
    force: bool = False,
    cluster: str | None = None,
    on_finding: FindingListener | None = None,
) -> ScoredCohort:
    """Score a cohort.

    What ``hiprisk score`` does: every row comes back in its place; a row that cannot be used has
    a reason in place of a prediction. Units and codes are compared with the development cohort
    first.

    Parameters
    ----------
    model : Model, Bundle or path-like
        A bundle, its folder, or ``name`` or ``name@version`` below ``models``.
    cohort : DataFrame, path-like, or several paths
        One row a person or hip; see `hiprisk.validate`.
    mapping : path-like or mapping, optional
        Column mapping; without it columns have the names of the model's variables.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    accept_units : bool
        Score although a variable's spread says that its unit is another.
    out : path-like, optional
        Scored file: csv, csv.gz, parquet or xlsx by its suffix; nothing is written without it.
    summary : path-like, optional
        File of the counts, beside `out`: a table if it ends in ``.csv``, else JSON.
    raw_text : bool
        In `out`, do not guard texts that a spreadsheet would run.
    digits : int, optional
        In `out`, significant digits of the added numbers, 1 to 15; all by default. The answers
        that are returned keep theirs.
    force : bool
        Overwrite `out` and `summary`.
    cluster : str, optional
        A Dask scheduler, ``tcp://HOST:PORT`` or ``tls://HOST:PORT``, whose workers answer, or
        ``local`` for one of this machine with a process a core (``hiprisk[scale]``).
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    ScoredCohort
        ``to_frame()``: the cohort with the answers; ``to_dict()``: the counts that the command
        prints with ``--json``.

    Raises
    ------
    InputError
        If the cohort as a whole cannot be scored; single rows get a reason instead.
    ConfigError, BundleError, StoreError
        If mapping, bundle or output are not in order. Nothing was written then.

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=50, seed=6).frame
    >>> scored = hiprisk.score("invented-womac", cohort)
    >>> scored.to_frame()[["person_id", "predicted", "lower_95", "upper_95"]].head(2).round(1)
      person_id  predicted  lower_95  upper_95
    0   S000001       42.9      13.5      72.3
    1   S000002       76.5      47.1     100.0
    >>> scored.to_dict()["scored"], scored.to_dict()["reasons"]
    (48, {'TOO_MANY_MISSING': 2})
    """
    if cluster is not None:
        check_cluster(cluster)
    opened = model if isinstance(model, Model) else Model(bundle_of(model))
    heard = on_finding or warn_of_finding
    mapped = None
    if mapping is not None:
        bundled = bundled_variables(opened.sheet, opened.bundle.config)
        mapped = mapping_of(mapping, bundled=bundled)
    files, rows = in_encoding(cohort, encoding), _Rows(opened)
    how: dict[str, Any] = {"mapping": mapped, "accept_units": accept_units}
    if out is None and (summary is not None or digits is not None):
        option = "--summary" if summary is not None else "--digits"
        raise ConfigError(f"{option} goes with --out", code="USAGE", column=option)
    with spread_over(cluster, workers=1 if cluster is None else os.cpu_count() or 1) as workers:
        if out is not None:
            how |= {"force": force, "raw_text": raw_text, "summary": summary, "digits": digits}
            found = score_file(opened, files, out, each=rows.add, workers=workers, **how)
        else:
            tally = Tally(opened, files.name, mapped)
            for block, answers in scored_blocks(opened, files, tally, workers=workers, **how):
                rows.add(block, answers)
            found = tally.result(None)
    for finding in (*undecided_findings(mapped.undecided if mapped else ()), *found.findings):
        heard(finding)
    # A frame keeps its own types and index; of a file there is nothing but its text.
    own = cohort if isinstance(cohort, pd.DataFrame) else rows.as_text()
    return ScoredCohort(answers=rows.answers(own.index), summary=found, cohort=own.copy())


class _Rows:
    """The rows of a cohort with their answers, block by block."""

    def __init__(self, model: Model) -> None:
        self._names = column_names(model.evaluator)
        self._sources: list[Any] = []
        self._columns: dict[str, list[Any]] = {name: [] for name in self._names}

    def add(self, block: CohortBlock, answers: Answers) -> None:
        """Keep a block."""
        check_new_columns(self._names, block.column_names)
        self._sources.append(block.whole)
        found = {**answers.numbers, **answers.texts()}
        for name, parts in self._columns.items():
            parts.append(found[name])

    def as_text(self) -> pd.DataFrame:
        """The cohort's own columns."""
        frames: list[pd.DataFrame] = [source.to_pandas() for source in self._sources]
        return pd.concat(frames, ignore_index=True)

    def answers(self, index: pd.Index[Any]) -> pd.DataFrame:
        """The added columns, under the index of the cohort."""
        columns = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        return pd.DataFrame(columns, index=index)
