"""What became of a cohort file: rows by reason and by variable, and how it left training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.arrays import Texts
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import CohortBlock
from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.cohort.shift.streaming import FileComparison
from hiprisk.cohort.shift.unknown_codes import CodingWatch
from hiprisk.errors import InputError
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import Answers

SUMMARY_COLUMNS = ("kind", "code", "variable", "rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult:
    """What became of a cohort file.

    Attributes
    ----------
    reasons : mapping of str to int
        Refused rows by reason, for instance ``OUT_OF_RANGE(age_years)``; a row may have several.
    imputed : mapping of str to int
        Scored rows in which a variable was filled in.
    flags : mapping of str to int
        Scored rows by flag.
    absent : tuple of str
        Variables of the model that the file lacks; they were imputed in every row.
    findings : tuple of Finding
        Where the file's units, codes or distribution have moved away from training.
    invented : bool
        The model's coefficients are made up.
    dialect : Dialect
        How the scored file is written, where it is CSV.
    """

    out: Path
    n_rows: int
    n_refused: int
    reasons: Mapping[str, int]
    imputed: Mapping[str, int]
    flags: Mapping[str, int]
    absent: tuple[str, ...]
    findings: tuple[Finding, ...]
    provenance: str
    bundle_sha256: str
    invented: bool = False
    dialect: Dialect = ORDINARY

    def to_frame(self) -> pd.DataFrame:
        """Counts of rows: one line for each kind (refused, imputed, flag), code and variable."""
        lines = [
            *(("refused", *_parts(code), n) for code, n in sorted(self.reasons.items())),
            *(("imputed", "IMPUTED", name, n) for name, n in sorted(self.imputed.items())),
            *(("flag", *_parts(code), n) for code, n in sorted(self.flags.items())),
        ]
        return pd.DataFrame(lines, columns=list(SUMMARY_COLUMNS))

    def _written(self) -> dict[str, str]:
        """Delimiter and decimal sign, where they are not the usual ones."""
        if (self.dialect.delimiter, self.dialect.decimal) == (",", "."):
            return {}
        return {"delimiter": self.dialect.delimiter, "decimal": self.dialect.decimal}

    def refused_by_variable(self) -> dict[str, dict[str, int]]:
        """Refused rows of each variable, by code; what concerns the whole row stands under ''."""
        found: dict[str, dict[str, int]] = {}
        for reason, n in sorted(self.reasons.items()):
            code, variable = _parts(reason)
            found.setdefault(variable, {})[code] = n
        return found

    def refused_by_code(self) -> dict[str, int]:
        """Refused rows of each code, over all variables; a row counts once for each variable."""
        found: Counter[str] = Counter()
        for reason, n in sorted(self.reasons.items()):
            found[_parts(reason)[0]] += n
        return dict(found)

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk score --json`` and ``--summary`` write."""
        return {
            "out": str(self.out),
            "rows": self.n_rows,
            "scored": self.n_rows - self.n_refused,
            "refused": self.n_refused,
            "reasons": dict(self.reasons),
            "refused_by_code": self.refused_by_code(),
            "refused_by_variable": self.refused_by_variable(),
            "imputed": dict(self.imputed),
            "flags": dict(self.flags),
            "absent": list(self.absent),
            "warnings": [finding.to_dict() for finding in self.findings],
            "provenance": self.provenance,
            "bundle_sha256": self.bundle_sha256,
            **({"invented": True} if self.invented else {}),
            **self._written(),
        }


def _parts(reason: str) -> tuple[str, str]:
    """Code and variable of ``CODE(variable)``."""
    code, _, rest = reason.partition("(")
    return code, rest.removesuffix(")")


class Tally:
    """Counts over the blocks of a file, in bounded memory.

    Parameters
    ----------
    model : Model
    name : str
        The file's name, for messages.
    mapping : CohortMapping, optional
        Names the column of each variable.
    """

    def __init__(self, model: Model, name: str, mapping: CohortMapping | None) -> None:
        self._model = model
        self._name = name
        self.n_rows = 0
        self._n_refused = 0
        self._reasons: Counter[str] = Counter()
        self._imputed: Counter[str] = Counter()
        self._flags: Counter[str] = Counter()
        self._absent: tuple[str, ...] = ()
        self._comparison = FileComparison(model.sheet)
        self._coding = CodingWatch(model.sheet.variables, mapping)

    def look(self, block: CohortBlock, *, accept_units: bool) -> None:
        """Before a block is scored; the first must have the model's variables, codes and units.

        Raises
        ------
        InputError
            If it has not. Later blocks only add to what is reported.
        """
        self._coding.add(block)
        self._comparison.add(block.columns, n_rows=block.n_rows)
        if self.n_rows:
            return
        sheet = self._model.sheet
        self._absent = tuple(v.name for v in sheet.variables if v.name not in block.columns)
        self._check_names(block)
        self._refuse_errors(self._coding.findings())
        columns: dict[str, NDArray[np.generic]] = dict(block.columns)
        if not accept_units:
            self._refuse_errors(compare_with_training(sheet, columns), "; or --accept-units")

    def _refuse_errors(self, findings: Iterable[Finding], otherwise: str = "") -> None:
        for finding in findings:
            if finding.severity == "error":
                raise InputError(
                    finding.message,
                    code=finding.code,
                    file=self._name,
                    column=finding.column,
                    advice=finding.advice + otherwise,
                )

    def _check_names(self, block: CohortBlock) -> None:
        folded = {name.strip().lower(): name for name in block.source.column_names}
        alike = [name for name in self._absent if name in folded]
        none_left = len(self._absent) == len(self._model.sheet.variables)
        if alike or none_left:
            raise InputError(
                f"the file lacks {len(self._absent)} of the model's variables"
                + (f", {alike[0]} among them" if alike else ""),
                code="MISSING_COLUMN",
                file=self._name,
                advice=f"did you mean {folded[alike[0]]}? Names are matched to the letter"
                if alike
                else "hiprisk template lists them; a mapping can rename columns",
            )

    def add(self, block: CohortBlock, answers: Answers) -> None:
        """Count a scored block."""
        self.n_rows += block.n_rows
        self._n_refused += int(answers.refused.sum())
        self._reasons.update(answers.counts)
        _count_codes(self._imputed, answers.texts["imputed"])
        _count_codes(self._flags, answers.texts["flags"])

    def result(self, out: Path) -> ScoreResult:
        """Everything counted."""
        return ScoreResult(
            out=out,
            n_rows=self.n_rows,
            n_refused=self._n_refused,
            reasons=dict(sorted(self._reasons.items())),
            imputed=dict(sorted(self._imputed.items())),
            flags=dict(sorted(self._flags.items())),
            absent=self._absent,
            findings=(*self._coding.findings(), *self._comparison.findings()),
            provenance=self._model.sheet.provenance,
            bundle_sha256=self._model.bundle.sha256,
            invented=bool(self._model.sheet.invented),
        )


def _count_codes(counter: Counter[str], texts: Texts) -> None:
    for text, n in Counter(texts.tolist()).items():
        if text:
            for code in text.split(";"):
                counter[code] += n
