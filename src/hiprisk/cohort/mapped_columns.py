"""A mapping held against the columns of a file: what they are called there, and what it lacks."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools
from hiprisk.cohort.cells import one_codes
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.mapping import CohortMapping, VariableSource, identity_mapping, sources_by_name
from hiprisk.errors import InputError

SHOWN_UNUSED = 5


def mapping_of_file(
    mapping: CohortMapping | None,
    names: list[str],
    file: str,
    dictionary: Dictionary | None = None,
) -> CohortMapping:
    """The mapping as it is applied to a file with these columns.

    Raises
    ------
    InputError
        If the mapping leaves letter case open and the file has two names that differ in case only.
    """
    if mapping is None:
        return identity_mapping(names, dictionary)
    if mapping.ignore_case:
        mapping = named_as_in_file(mapping, names, file)
    known = mapping.dictionary if dictionary is None else mapping.dictionary.overlaid_by(dictionary)
    by_name = sources_by_name(names, known.undeclared)
    further = {name: source for name, source in by_name.items() if name not in mapping.variables}
    return replace(mapping, variables={**mapping.variables, **further}, dictionary=known)


def named_as_in_file(mapping: CohortMapping, names: list[str], file: str) -> CohortMapping:
    """The mapping with its columns named as the file has them, whatever their case.

    Raises
    ------
    InputError
        If two columns of the file differ in case only, and one of them is wanted.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.lower(), []).append(name)

    def own(name: str) -> str:
        same = found.get(name.lower(), [name])
        if len(same) > 1:
            raise InputError(
                f"{len(same)} columns differ from '{name}' in case only",
                code="DUP_COLUMN",
                file=file,
                advice="rename one of them",
            )
        return same[0]

    def renamed(source: VariableSource) -> VariableSource:
        if source.items is not None:
            columns = {item: own(name) for item, name in source.items.columns.items()}
            return replace(source, items=replace(source.items, columns=columns))
        return source if source.column is None else replace(source, column=own(source.column))

    return replace(
        mapping,
        ignore_case=False,
        variables={key: renamed(source) for key, source in mapping.variables.items()},
        where={own(name): texts for name, texts in mapping.where.items()},
        imputation_column=own(mapping.imputation_column) if mapping.imputation_column else None,
    )


def mapping_of_present(
    mapping: CohortMapping, names: list[str], file: str
) -> tuple[CohortMapping, dict[str, tuple[str, ...]]]:
    """The part of a mapping that a file has the columns for, and what it lacks.

    Returns
    -------
    tuple
        The mapping without the variables that the file cannot give; and of each of those the
        columns that the file lacks. Whether one is needed, the task tells.

    Raises
    ------
    InputError
        If the file lacks a column of `where`, or all columns of the mapping, or names one of them
        in another letter case.
    """
    there = set(names)
    absent = {
        variable: lacking
        for variable, source in mapping.variables.items()
        if (lacking := tuple(name for name in source_columns(source) if name not in there))
    }
    unmet = {name for columns in absent.values() for name in columns}
    selecting = {name for name in mapping.where if name not in there}
    folded = {name.strip().lower(): name for name in names}
    hints = [folded[name.lower()] for name in sorted(unmet | selecting) if name.lower() in folded]
    wanted = {name for source in mapping.variables.values() for name in source_columns(source)}
    if selecting or hints or not wanted & there:
        _refuse_columns(mapping, names, sorted(unmet | selecting), hints, file=file)
    kept = {name: one for name, one in mapping.variables.items() if name not in absent}
    used = replace(mapping, variables=kept)
    if mapping.imputation_column is not None and mapping.imputation_column not in there:
        # People who are new to the study have not been imputed.
        used = replace(used, imputation_column=None, imputations=())
    return used, absent


def _refuse_columns(
    mapping: CohortMapping, names: list[str], lacking: list[str], hints: list[str], *, file: str
) -> None:
    advice = "check the mapping and header"
    if hints:
        advice = f"did you mean {', '.join(hints)}? or state ignore_case: true in the mapping"
    if lacking:
        raise InputError(
            f"the file lacks {len(lacking)} column(s): {', '.join(lacking)}",
            code="MISSING_COLUMN",
            file=file,
            advice=advice,
        )
    raise InputError(
        "no column has a name of the dictionary",
        code="MISSING_COLUMN",
        file=file,
        advice=_unnamed_advice(names, mapping.dictionary),
    )


def needed_columns(mapping: CohortMapping) -> set[str]:
    """Every column that a mapping names."""
    needed = {name for source in mapping.variables.values() for name in source_columns(source)}
    needed |= set(mapping.where)
    return needed | {mapping.imputation_column} if mapping.imputation_column else needed


def _unnamed_advice(names: list[str], dictionary: Dictionary) -> str:
    # A file without a header shows its first patient here: only names that we know are printed.
    alike = [name for name in names if name.lower() in dictionary]
    if not alike:
        return "give a mapping (hiprisk init drafts one), or check that the header is there"
    shown = ", ".join(f"{name} for {name.lower()}" for name in alike[:3])
    return (
        f"{len(alike)} differ in letter case only ({shown}): did you mean these? rename them, or "
        "give a mapping (hiprisk init drafts one; ignore_case: true takes names in any case)"
    )


def source_columns(source: VariableSource) -> list[str]:
    """Columns of the file that a variable is made of; none where it is a constant."""
    if source.items is not None:
        return list(source.items.columns.values())
    return [] if source.column is None else [source.column]


def columns_of_texts(mapping: CohortMapping, *, without: Collection[str]) -> set[str]:
    """Columns that are read by their texts, or select rows; some variables need none."""
    read = (source_columns(source) for name, source in mapping.variables.items()
            if name not in without)  # fmt: skip
    selecting = {*mapping.where, *filter(None, [mapping.imputation_column])}
    return selecting.union(*read)


def selected_rows(table: pa.Table, mapping: CohortMapping, decimal: str) -> Bools | None:
    """Rows that the mapping keeps; None where it keeps all."""
    wanted = dict(mapping.where)
    if mapping.imputation_column and mapping.imputations:
        wanted[mapping.imputation_column] = mapping.imputations
    if not wanted:
        return None
    keep = np.ones(table.num_rows, dtype=bool)
    for column, texts in wanted.items():
        cells = one_codes(pc.utf8_trim_whitespace(table[column]), decimal)
        codes = one_codes(pa.array(texts, pa.string()), decimal)
        keep &= np.asarray(pc.is_in(cells, codes).to_numpy(), dtype=bool)
    return keep


def with_source_columns(findings: Iterable[Finding], mapping: CohortMapping) -> Iterable[Finding]:
    """Findings that name the column of the file, where a mapping gives it another name."""
    for finding in findings:
        source = mapping.variables.get(finding.column or "")
        column = None if source is None else source.column
        if column is None or column == finding.column:
            yield finding
        else:
            yield replace(finding, source_column=column)


def unused_columns(mapping: CohortMapping | None, names: Iterable[str]) -> tuple[str, ...]:
    """Columns of a file that nothing is made of by a mapping; none where there is no mapping."""
    if mapping is None:
        return ()
    needed = needed_columns(mapping)
    if mapping.ignore_case:
        needed = {name.lower() for name in needed}
    return tuple(
        name for name in names if (name.lower() if mapping.ignore_case else name) not in needed
    )


def absent_findings(
    absent: Mapping[str, tuple[str, ...]], unused: Sequence[str] = ()
) -> Iterable[Finding]:
    """What a file lacks of a mapping: nothing that is wrong, unless a task needs it.

    Parameters
    ----------
    absent : mapping of str to tuple of str
        Variables of the mapping, and their columns that the file lacks.
    unused : sequence of str
        Columns of the file that the mapping does not name: one may be what is meant.
    """
    for variable, columns in absent.items():
        is_person = variable == "person_id"
        lacking = f"the file has no column {' or '.join(columns)}, which the mapping names"
        yield Finding(
            code="MISSING_COLUMN",
            severity="warning" if is_person else "note",
            column=variable,
            message=lacking + _unused_in_words(columns, unused),
            advice="each row counts as a person of its own; check the mapping and header"
            if is_person
            else "needed only by a task that uses this variable",
        )


def _unused_in_words(columns: Sequence[str], unused: Sequence[str]) -> str:
    """Which columns the mapping does not use, those first that are spelled like a missing one."""
    if not unused:
        return ""
    near = [
        one for name in columns for one in difflib.get_close_matches(name, unused, SHOWN_UNUSED)
    ]
    shown = list(dict.fromkeys([*near, *unused]))
    more = len(shown) - SHOWN_UNUSED
    names = ", ".join(shown[:SHOWN_UNUSED]) + (f" and {more} more" if more > 0 else "")
    return f"; it does not use {names}"


def columns_lacking(mapping: CohortMapping, lacking: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Variables for which one of several files lacks columns, and those columns."""
    if not lacking:
        return {}
    return {
        name: own
        for name, source in mapping.variables.items()
        if (own := tuple(column for column in source_columns(source) if column in lacking))
    }


def lacking_findings(
    lacking: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> Iterable[Finding]:
    """What one of several files lacks and another has: its people have no value."""
    for file, variables in lacking.items():
        for variable, columns in variables.items():
            yield Finding(
                code="MISSING_COLUMN",
                severity="warning",
                column=variable,
                message=f"{file} has no column {' or '.join(columns)}, which other files have: the "
                "variable is missing in its rows",
                advice="rename the column in that file, or leave the file out where the variable "
                "is needed",
            )
