"""What a draft proposes for one column, and what a person must decide of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hiprisk.cohort.dictionary import Variable
from hiprisk.wording.quantities import plural


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCoding:
    """How a block of items seems to be coded.

    Attributes
    ----------
    coded : tuple of int, optional
        Lowest and highest code, where they are not the published ones.
    reversed : bool
        Whether the codes seem to run the other way.
    labels : mapping of str to str
        Points of each text; `hiprisk.yaml_settings.UNDECIDED` where nobody can tell.
    missing : tuple of str
        Codes that seem to mean missing.
    doubts : tuple of str
    """

    coded: tuple[int, int] | None = None
    reversed: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBlock:
    """The items of a questionnaire among the columns of a file.

    Attributes
    ----------
    variable : str
        The score that they make.
    columns : mapping of str to str
        Column of each item, in the order of the form.
    """

    instrument: str
    variable: str
    columns: Mapping[str, str]
    coding: ItemCoding


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a column of the file may be.

    Attributes
    ----------
    variable : str or None
        Variable of the packaged dictionary, or of the drafted one; None where the column is left
        out.
    own : Variable, optional
        Its drafted definition, where the packaged dictionary lacks it.
    levels : mapping of str to str
        What each code means; `hiprisk.yaml_settings.UNDECIDED` where nobody can tell.
    missing : tuple of str
        Texts that seem to mean missing.
    n_other : int
        Rows that hold codes which too few rows share to be written down.
    unit, from_range : optional
        Unit or range of the source, where it is another than the dictionary's.
    doubts : tuple of str
        What a person must decide of the mapping.
    own_doubts : tuple of str
        What a person must decide of the drafted definition.
    items : ItemBlock, optional
        The items of which this column is the first.
    part_of : str
        Score of which the column is an item.
    left_out : str
        Why nothing is made of the column.
    """

    column: str
    variable: str | None = None
    own: Variable | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    n_other: int = 0
    unit: str | None = None
    from_range: tuple[float, float] | None = None
    doubts: tuple[str, ...] = ()
    own_doubts: tuple[str, ...] = ()
    items: ItemBlock | None = None
    part_of: str = ""
    left_out: str = ""

    @property
    def other_codes(self) -> tuple[str, ...]:
        """What a person must decide of the codes that are not written down."""
        if not self.n_other:
            return ()
        rows = f"{plural(self.n_other, 'row')} {'holds' if self.n_other == 1 else 'hold'}"
        return (f"{rows} other codes, too rare to be written here: unknown, or missing?",)

    @property
    def questions(self) -> tuple[str, ...]:
        """All that a person must decide of the column."""
        return (*self.doubts, *self.other_codes, *self.own_doubts)

    @property
    def is_used(self) -> bool:
        """Whether something is made of the column."""
        return bool(self.variable or self.part_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChoice:
    """Which rows of the file a draft reads.

    Attributes
    ----------
    where : mapping of str to tuple of str
        As a mapping has it.
    doubts : mapping of str to str
        What a person must decide of each column's choice.
    """

    where: Mapping[str, tuple[str, ...]]
    doubts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is proposed for a file.

    Attributes
    ----------
    proposals : tuple of Proposal
        One a column.
    rows : RowChoice, optional
        Which rows are read; else all.
    hint : str
        What else could be done with the file.
    encoding : str, optional
        Of the file's texts, where it had to be stated.
    imputation_column : str, optional
        Column that numbers stacked imputations.
    """

    proposals: tuple[Proposal, ...]
    rows: RowChoice | None = None
    hint: str = ""
    encoding: str | None = None
    imputation_column: str | None = None
