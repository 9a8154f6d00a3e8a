"""Summary of a scored file: rows by reason and variable, and shift against training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from hiprisk.cohort.checks.items import item_findings
from hiprisk.cohort.checks.unreadable import (
    DecimalCommas,
    unlabelled_findings,
    unreadable_findings,
)
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.items.coding import ItemCodes, codes_over_blocks
from hiprisk.cohort.mapped_columns import (
    absent_findings,
    lacking_findings,
    source_columns,
    unused_columns,
    with_source_columns,
)
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import CohortBlock
from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.cohort.shift.streaming import ComparedPart, FileComparison
from hiprisk.cohort.shift.unknown_codes import CodingWatch, Seen
from hiprisk.errors import InputError
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import Answers
from hiprisk.sheet.applicability import refuse_other_letter_case, refuse_unpredictable
from hiprisk.values import AMBIGUOUS_CODE, NOT_A_NUMBER, Note
from hiprisk.wording.disclaimers import is_surrogate

SUMMARY_COLUMNS = ("kind", "code", "variable", "rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult:
    """Summary of a scored file.

    Attributes
    ----------
    out : Path or None
        The scored file, where one was written.
    n_not_selected : int
        Rows that the mapping's `where` or `imputations` does not select; they get no prediction.
    reasons : mapping of Note to int
        Refused rows by reason; a row may have several.
    imputed : mapping of str to int
        Scored rows in which a variable was imputed.
    flags : mapping of Note to int
        Scored rows by flag.
    absent : tuple of str
        Variables of the model that the file lacks; they were imputed in every row.
    findings : tuple of Finding
        Units, codes or distributions that differ from the development cohort.
    invented : bool
        The model's coefficients are invented.
    surrogate : bool
        They were fitted to the predictions of a published model, in place of it.
    dialect : Dialect
        How the scored file is written, where it is CSV.
    """

    out: Path | None
    n_rows: int
    n_refused: int
    reasons: Mapping[Note, int]
    imputed: Mapping[str, int]
    flags: Mapping[Note, int]
    absent: tuple[str, ...]
    findings: tuple[Finding, ...]
    provenance: str
    bundle_sha256: str
    invented: bool = False
    surrogate: bool = False
    n_not_selected: int = 0
    dialect: Dialect = ORDINARY

    @property
    def n_scored(self) -> int:
        """Rows with a prediction."""
        return self.n_rows - self.n_refused - self.n_not_selected

    def to_frame(self) -> pd.DataFrame:
        """Counts of rows by kind (not selected, refused, imputed, flag), code and variable."""
        left_out = [("not selected", "NOT_SELECTED", "", n) for n in [self.n_not_selected] if n]
        lines = [
            *left_out,
            *(("refused", note.code, note.variable, n) for note, n in self.reasons.items()),
            *(("imputed", "IMPUTED", name, n) for name, n in self.imputed.items()),
            *(("flag", note.code, note.variable, n) for note, n in self.flags.items()),
        ]
        return pd.DataFrame(lines, columns=list(SUMMARY_COLUMNS))

    def _written(self) -> dict[str, str]:
        """Delimiter and decimal sign, and the encoding, where they are not the usual ones."""
        own = {}
        if (self.dialect.delimiter, self.dialect.decimal) != (",", "."):
            own = {"delimiter": self.dialect.delimiter, "decimal": self.dialect.decimal}
        if self.dialect.encoding != ORDINARY.encoding:
            own["encoding"] = self.dialect.encoding
        return own

    def refused_by_variable(self) -> dict[str, dict[str, int]]:
        """Refused rows of each variable, by code; what concerns the whole row stands under ''."""
        found: dict[str, dict[str, int]] = {}
        for reason, n in self.reasons.items():
            found.setdefault(reason.variable, {})[reason.code] = n
        return found

    def refused_by_code(self) -> dict[str, int]:
        """Refused rows of each code, over all variables; a row counts once for each variable."""
        found: Counter[str] = Counter()
        for reason, n in self.reasons.items():
            found[reason.code] += n
        return dict(found)

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk score --json`` and ``--summary`` write."""
        return {
            "out": None if self.out is None else str(self.out),
            "rows": self.n_rows,
            "scored": self.n_scored,
            "refused": self.n_refused,
            "not_selected": self.n_not_selected,
            "reasons": {str(note): n for note, n in self.reasons.items()},
            "refused_by_code": self.refused_by_code(),
            "refused_by_variable": self.refused_by_variable(),
            "imputed": dict(self.imputed),
            "flags": {str(note): n for note, n in self.flags.items()},
            "absent": list(self.absent),
            "warnings": [finding.to_dict() for finding in self.findings],
            "provenance": self.provenance,
            "bundle_sha256": self.bundle_sha256,
            **({"invented": True} if self.invented else {}),
            **({"surrogate": True} if self.surrogate else {}),
            **self._written(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyPart:
    """What `Tally` counted of some rows, all of them selected."""

    n_rows: int
    n_refused: int
    reasons: Mapping[Note, int]
    imputed: Mapping[str, int]
    flags: Mapping[Note, int]
    lacking: Mapping[str, dict[str, tuple[str, ...]]]
    items: Mapping[str, ItemCodes]
    commas: Mapping[str, int]
    coding: Mapping[str, Seen]
    comparison: ComparedPart


class Tally:
    """Counts over the blocks of a file, in bounded memory.

    Parameters
    ----------
    model : Model
    name : str
        The file's name, for messages.
    mapping : CohortMapping, optional
        Names the column of each variable.
    n_before : int
        Rows of the (only) file that came before and are counted elsewhere.
    """

    def __init__(
        self, model: Model, name: str, mapping: CohortMapping | None, *, n_before: int = 0
    ) -> None:
        self._model = model
        self._name = name
        self.n_rows = 0
        self._n_refused = 0
        self._n_not_selected = 0
        self._missing_columns: tuple[Finding, ...] = ()
        self._lacking: dict[str, dict[str, tuple[str, ...]]] = {}
        # The first block of a file is looked at by who counts it.
        self._looked: set[str] = {""} if n_before else set()
        self._file = name
        self._reasons: Counter[Note] = Counter()
        self._imputed: Counter[str] = Counter()
        self._flags: Counter[Note] = Counter()
        self._absent: tuple[str, ...] = ()
        self._comparison = FileComparison(model.sheet, n_before=n_before)
        self._coding = CodingWatch(model.sheet.variables_to_read, mapping)
        self._mapping = mapping
        self._items: dict[str, ItemCodes] = {}
        self._commas = DecimalCommas()

    def look(self, block: CohortBlock, *, accept_units: bool) -> None:
        """Before a block is scored; a file's first must have the model's variables, codes, units.

        Raises
        ------
        InputError
            If it has not. Later blocks only add to what is reported.
        """
        self._coding.add(block)
        self._comparison.add(block.columns, rows=block.rows, file=block.file)
        sheet = self._model.sheet
        own = {spec.name for spec in sheet.variables}
        self._lacking[block.file] = {
            name: columns for name, columns in block.lacking.items() if name in own
        }
        items = {name: codes for name, codes in block.items.items() if name in own}
        self._items = codes_over_blocks([self._items, items])
        self._count_commas(block, own)
        if block.file in self._looked:
            return
        self._file = block.file or self._name
        unused = unused_columns(self._mapping, block.column_names)
        self._missing_columns = tuple(absent_findings(block.absent, unused))
        self._absent = tuple(v.name for v in sheet.variables if v.name not in block.columns)
        self._check_names(block)
        refuse_unpredictable(sheet, block.columns.keys(), file=self._file)
        self._refuse_errors(self._coding.findings())
        undecided = {
            note: mask
            for note, mask in block.problems.items()
            if note.code == AMBIGUOUS_CODE and note.variable in own
        }
        self._refuse_errors(unreadable_findings(undecided, items, {}))
        self._refuse_errors(item_findings(items))
        columns: dict[str, NDArray[np.generic]] = dict(block.columns)
        if not accept_units:
            self._refuse_errors(compare_with_training(sheet, columns), "; or --accept-units")
        if block.n_rows:
            self._looked.add(block.file)

    def _count_commas(self, block: CohortBlock, own: set[str]) -> None:
        stated = {} if self._mapping is None else self._mapping.variables
        for note, mask in block.problems.items():
            if note.code == NOT_A_NUMBER and note.variable in own:
                name = note.variable
                for column in source_columns(stated[name]) if name in stated else (name,):
                    # Without a mapping the column may have another of the variable's names.
                    if column in block.column_names:
                        cells = block.source(column).filter(pa.array(mask))
                        self._commas.add(name, cells.to_pylist())

    def _in_columns(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        return findings if self._mapping is None else with_source_columns(findings, self._mapping)

    def _refuse_errors(self, findings: Iterable[Finding], otherwise: str = "") -> None:
        for finding in self._in_columns(findings):
            if finding.severity == "error":
                raise InputError(
                    finding.told,
                    code=finding.code,
                    file=self._file,
                    column=finding.column,
                    advice=finding.advice + otherwise,
                )

    def _check_names(self, block: CohortBlock) -> None:
        refuse_other_letter_case(self._absent, block.column_names, file=self._name)
        if len(self._absent) == len(self._model.sheet.variables):
            raise InputError(
                f"the file lacks {len(self._absent)} of the model's variables",
                code="MISSING_COLUMN",
                file=self._name,
                advice="hiprisk template lists them; a mapping can rename columns",
            )

    def add(self, block: CohortBlock, answers: Answers) -> None:
        """Count a scored block."""
        n_rows = block.text.given.num_rows
        self.n_rows += n_rows
        self._n_not_selected += n_rows - block.n_rows
        self._n_refused += int(answers.refused.sum())
        self._reasons.update(answers.reasons.counts())
        self._imputed.update({name: int(mask.sum()) for name, mask in answers.imputed.items()})
        self._flags.update(answers.flags.counts())

    def part(self) -> TallyPart:
        """What was counted, for `follow` of who counted the rows before."""
        return TallyPart(
            n_rows=self.n_rows,
            n_refused=self._n_refused,
            reasons=self._reasons,
            imputed=self._imputed,
            flags=self._flags,
            lacking=self._lacking,
            items=self._items,
            commas=self._commas.part(),
            coding=self._coding.part(),
            comparison=self._comparison.part(),
        )

    def follow(self, part: TallyPart) -> None:
        """Take in rows that follow and were counted elsewhere."""
        self.n_rows += part.n_rows
        self._n_refused += part.n_refused
        self._reasons.update(part.reasons)
        self._imputed.update(part.imputed)
        self._flags.update(part.flags)
        self._lacking |= part.lacking
        self._items = codes_over_blocks([self._items, part.items])
        self._commas.follow(part.commas)
        self._coding.follow(part.coding)
        self._comparison.follow(part.comparison)

    def result(self, out: Path | None) -> ScoreResult:
        """The summary of all blocks, and where they were written."""
        return ScoreResult(
            out=out,
            n_rows=self.n_rows,
            n_refused=self._n_refused,
            reasons=_by_text(self._reasons),
            imputed={name: n for name, n in sorted(self._imputed.items()) if n},
            flags=_by_text(self._flags),
            absent=self._absent,
            findings=(
                *self._in_columns(
                    (
                        *self._coding.findings(),
                        *item_findings(self._items),
                        *unlabelled_findings(self._items),
                        *self._commas.findings(),
                        *self._comparison.findings(),
                    )
                ),
                *self._missing_columns,
                *lacking_findings(self._lacking),
            ),
            n_not_selected=self._n_not_selected,
            provenance=self._model.sheet.provenance,
            bundle_sha256=self._model.bundle.sha256,
            invented=bool(self._model.sheet.invented),
            surrogate=is_surrogate(self._model.sheet),
        )


def _by_text(counts: Mapping[Note, int]) -> dict[Note, int]:
    """In the order of the texts that files and JSON have."""
    return dict(sorted(counts.items(), key=lambda item: str(item[0])))
