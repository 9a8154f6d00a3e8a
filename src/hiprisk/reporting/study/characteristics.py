"""Table 1 and its like: one quantity a row, a group of people a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from hiprisk.evidence.participants.baseline_characteristics import Characteristic, TableOne
from hiprisk.reporting.page.blocks import Table
from hiprisk.wording.labels import FIRST_VISIT, in_words, with_unit
from hiprisk.wording.quantities import NONE, TOO_FEW, decimals, number, percent

# A mean so many standard deviations off the median describes few people.
SKEWED = 0.2
Cells = list[Characteristic | None]


def characteristics_table(table: TableOne, *, caption: str, missing: bool = True) -> Table:
    """Characteristics of groups of people.

    Parameters
    ----------
    table : TableOne
    caption : str
    missing : bool
        Whether missing values have rows of their own.
    """
    return Table(
        head=("characteristic", *(f"{name} (n = {n})" for name, n in table.groups)),
        rows=tuple(_rows(table, missing=missing)),
        caption=caption,
    )


def _rows(table: TableOne, *, missing: bool) -> Iterator[tuple[str, ...]]:
    groups = [name for name, _ in table.groups]
    repeated = _measured_again(table)
    by_variable: dict[str, dict[str | None, dict[str, Characteristic]]] = {}
    for row in table.rows:
        levels = by_variable.setdefault(row.variable, {})
        levels.setdefault(row.level, {})[row.group] = row
    for levels in by_variable.values():
        cells = {level: [found.get(name) for name in groups] for level, found in levels.items()}
        first = next(iter(cells.values()))
        if None in cells:
            yield from _number(first, repeated)
        else:
            yield from _category(cells)
        if missing and any(cell is not None and cell.n_missing for cell in first):
            yield ("  missing", *(_missing(cell) for cell in first))


def _measured_again(table: TableOne) -> frozenset[str]:
    """Labels of scores that the table has of later visits too: ``WOMAC function at follow-up``."""
    labels = {row.label for row in table.rows}
    return frozenset(
        label for label in labels if any(other.startswith(f"{label} at ") for other in labels)
    )


def _number(cells: Cells, repeated: Set[str]) -> Iterator[tuple[str, ...]]:
    whole = next(cell for cell in cells if cell is not None)
    when = f" {FIRST_VISIT}" if whole.label in repeated else ""
    label = with_unit(f"{whole.label}{when}", whole.unit)
    digits = decimals(whole.sd, 1)
    if _is_skewed(whole):
        yield (f"{label}, median (quartiles)", *(_median(cell, digits) for cell in cells))
    else:
        yield (f"{label}, mean (SD)", *(_mean(cell, digits) for cell in cells))


def _is_skewed(row: Characteristic) -> bool:
    if row.mean is None or row.median is None or not row.sd:
        return False
    return abs(row.mean - row.median) > SKEWED * row.sd


def _category(cells: Mapping[str | None, Cells]) -> Iterator[tuple[str, ...]]:
    first = next(cell for own in cells.values() for cell in own if cell is not None)
    levels = list(cells)
    if len(levels) == 2:
        # The other one is the rest.
        level = "yes" if set(levels) == {"no", "yes"} else levels[0]
        yield (f"{first.label}: {in_words(str(level))}", *(_share(cell) for cell in cells[level]))
        return
    yield (first.label, *("" for _ in cells[levels[0]]))
    for level in levels:
        yield (f"  {in_words(str(level))}", *(_share(cell) for cell in cells[level]))


def _mean(row: Characteristic | None, digits: int) -> str:
    if row is None:
        return NONE
    if row.mean is None:
        return TOO_FEW
    return f"{number(row.mean, digits)} ({number(row.sd, digits)})"


def _median(row: Characteristic | None, digits: int) -> str:
    if row is None:
        return NONE
    if row.median is None:
        return TOO_FEW
    quartiles = f"{number(row.q25, digits)} to {number(row.q75, digits)}"
    return f"{number(row.median, digits)} ({quartiles})"


def _share(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    return TOO_FEW if row.n_level is None else f"{row.n_level} ({percent(row.share)})"


def _missing(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    total = row.n_known + row.n_missing
    return f"{row.n_missing} ({percent(row.n_missing / total if total else 0.0)})"
