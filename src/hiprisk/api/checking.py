"""A cohort checked: what is wrong with it, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.api.arguments import in_python_words
from hiprisk.api.documents import Document, mapping_of, own_dictionary
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath, in_encoding
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import Cohort, read_cohort


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckedCohort:
    """What the check of a cohort found.

    Attributes
    ----------
    cohort : Cohort
        The cohort as training and scoring read it: `frame` with the dictionary's variables in
        their units, `findings`, `fingerprint`.
    """

    cohort: Cohort

    @property
    def n_errors(self) -> int:
        """Number of findings that are errors: training stops at them."""
        return self.cohort.n_errors

    def to_frame(self) -> pd.DataFrame:
        """One row a finding: severity, code, variable, rows concerned, what, and what to do.

        ``at_rows`` has the first of the rows: of a frame their positions from 0, of a file its
        lines.
        """
        rows = [
            (one.severity, one.code, one.subject, one.count, ", ".join(one.places), one.message,
             one.advice)
            for one in self.cohort.findings
        ]  # fmt: skip
        columns = ["severity", "code", "variable", "count", "at_rows", "message", "advice"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk check --json`` prints."""
        cohort = self.cohort
        return {
            "file": cohort.source_name,
            "rows": cohort.n_rows,
            "grain": cohort.grain,
            "provenance": cohort.provenance,
            "fingerprint": cohort.fingerprint,
            "variables": list(cohort.frame.columns),
            "ignored": list(cohort.ignored),
            "findings": [finding.to_dict() for finding in cohort.findings],
        }


def checked(
    cohort: CohortPath,
    *,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
) -> CheckedCohort:
    """Read and check a cohort."""
    known = own_dictionary(dictionary)
    mapped = None if mapping is None else mapping_of(mapping, dictionary=known)
    return CheckedCohort(cohort=read_cohort(cohort, mapped, dictionary=known))


@in_python_words
def check(
    cohort: CohortPath,
    *,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
    encoding: str | None = None,
) -> CheckedCohort:
    """Read a cohort as training and scoring do, and list what was found.

    What ``hiprisk check`` does. Nothing is changed, and no cell is in the result's sentences.

    Parameters
    ----------
    cohort : DataFrame, path-like, or several paths
        One row a person or hip; see `hiprisk.validate`.
    mapping : path-like or mapping, optional
        Column mapping; without it columns have the names of the dictionary.
    dictionary : path-like or mapping, optional
        Own variables.
    encoding : str, optional
        Of a file whose texts are not UTF-8.

    Returns
    -------
    CheckedCohort
        ``to_frame()``: a row a finding; ``to_dict()``: what the command prints with ``--json``.

    Raises
    ------
    InputError
        If the cohort as a whole cannot be read; everything else becomes a finding.
    ConfigError, StoreError
        If mapping or dictionary break a rule, or a file cannot be read.

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=50, seed=6).frame
    >>> cohort.loc[3, "age_years"] = 999
    >>> found = hiprisk.check(cohort).to_frame()
    >>> found.loc[found["severity"] == "error", ["code", "variable", "at_rows"]].values.tolist()
    [['OUT_OF_RANGE', 'age_years', '3']]
    """
    return checked(in_encoding(cohort, encoding), mapping=mapping, dictionary=dictionary)
