"""How a file codes the items of a questionnaire, and what it says of that coding itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked_dataclass

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.items.instruments import (
    INSTRUMENTS,
    ITEM_NAMES,
    VISUAL_ANALOGUE,
    item_tops,
    published_tops,
)
from hiprisk.values import one_code

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class ItemsSource:
    """A score computed from its items.

    Attributes
    ----------
    instrument : str
        Name of the questionnaire.
    columns : dict of str to str
        Column of the source for each item.
    coded : tuple of int, optional
        Lowest and highest code of the file; else those of the published form, from 0.
    reversed : bool
        The file's codes run the other way: the highest stands for 0 points.
    labels : dict of str to int
        Texts of the file and the points that each means, as published; they go before codes.
    item_labels : dict of str to dict
        The same for single items, in place of `labels`.
    max_missing : int, optional
        Missing answers up to which the mean of the others stands in; else as published.
    """

    instrument: str
    columns: dict[str, str]
    coded: tuple[int, int] | None = None
    reversed: bool = False
    labels: dict[str, int] = Field(default_factory=dict)
    item_labels: dict[str, dict[str, int]] = Field(default_factory=dict)
    max_missing: int | None = None

    @property
    def codes(self) -> tuple[int, int]:
        """Lowest and highest code of the file."""
        return self.coded or (0, max(item_tops(self.instrument).values()))

    @property
    def has_one_coding(self) -> bool:
        """Whether all items have the same codes; STarT Back's last item has its own."""
        return len(set(item_tops(self.instrument).values())) == 1

    @property
    def stated_top(self) -> int | None:
        """Highest points of every item, where the mapping states the coding."""
        return self.coded[1] - self.coded[0] if self.coded else None

    def top(self, item: str) -> int:
        """Highest points of an item, in the file's steps."""
        return self.stated_top or item_tops(self.instrument)[item]

    def labelled_points(self, item: str, texts: list[str]) -> Floats:
        """Points of the texts that are labels, NaN for those that are none."""
        labels = {one_code(text): n for text, n in self._labels(item).items()}
        return np.array([labels.get(one_code(text), np.nan) for text in texts], dtype=np.float64)

    def _labels(self, item: str) -> dict[str, int]:
        return self.item_labels.get(item, self.labels)

    def points(self, item: str, codes: Floats) -> Floats:
        """Points of codes, from 0 for the published lowest; NaN stays."""
        low, high = self.codes if self.coded else (0, self.top(item))
        return high - codes if self.reversed else codes - low


def items_problem(source: ItemsSource) -> str | None:
    """What makes no sense about the items of a mapping; the instrument is known."""
    wanted = ITEM_NAMES[source.instrument]
    if set(source.columns) != set(wanted):
        return f"items.columns must name the items {', '.join(sorted(wanted))}"
    twice = [column for column, n in Counter(source.columns.values()).items() if n > 1]
    if twice:
        return f"items.columns: several items are read from the column '{twice[0]}'"
    return _coding_problem(source) or _labels_problem(source) or _missing_rule_problem(source)


def _coding_problem(source: ItemsSource) -> str | None:
    if source.coded is None:
        return None
    if not source.has_one_coding:
        return "items.coded: the items of this instrument have several codings; give item_labels"
    widths = published_tops(source.instrument)
    if source.coded[1] - source.coded[0] in widths:
        return None
    ways = " or ".join(f"[0, {width}]" for width in widths)
    return (
        f"items.coded must be the lowest and the highest code of the file, such as {ways}, or "
        f"[1, {widths[0] + 1}]"
    )


def _labels_problem(source: ItemsSource) -> str | None:
    tops = item_tops(source.instrument)
    strange = sorted(set(source.item_labels) - set(tops))
    if strange:
        return f"items.item_labels: there is no item '{strange[0]}'; known: {', '.join(tops)}"
    labels = [(item, source.item_labels.get(item, source.labels)) for item in tops]
    widest = source.codes[1] - source.codes[0]
    if any(own for _, own in labels) and source.coded and widest != max(tops.values()):
        return "items.labels belong to the usual form, whose items have a few answers"
    for item, own in labels:
        if any(not text.strip() for text in own):
            return (
                "items.labels: a blank is no answer, for a form that nobody answered would "
                "count as one without complaints"
            )
        if any(not 0 <= points <= tops[item] for points in own.values()):
            return (
                f"items.labels give each text its points as published, 0 to {tops[item]} for {item}"
            )
    return None


def _missing_rule_problem(source: ItemsSource) -> str | None:
    if source.max_missing is None:
        return None
    rule = INSTRUMENTS.get(source.instrument)
    if rule is None:
        return "items.max_missing: this instrument has no missing rule of its own to change"
    if not 0 <= source.max_missing < len(rule.items):
        return f"items.max_missing must be at least 0 and at most {len(rule.items) - 1}"
    return None


@dataclass(frozen=True, slots=True)
class ItemCodes:
    """How often each code of an item set came, over all of its items.

    Attributes
    ----------
    source : ItemsSource
    counts : mapping of int to int
        Answers by code, from one below the lowest to one above the highest; labels do not count.
    n_people : int
        Rows in which the item that was answered most often has an answer.
    unreadable : mapping of str to tuple of str
        By the code of what is wrong, the columns with a cell of which that is so.
    """

    source: ItemsSource
    counts: Mapping[int, int] = field(default_factory=dict)
    n_people: int = 0
    unreadable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def n_answers(self) -> int:
        """Answers by code."""
        return sum(self.counts.values())

    def plus(self, other: ItemCodes) -> ItemCodes:
        """Those of two blocks of one file."""
        counts = Counter(self.counts)
        counts.update(other.counts)
        unreadable = {
            code: tuple(
                column
                for column in self.source.columns.values()
                if column in (*self.unreadable.get(code, ()), *other.unreadable.get(code, ()))
            )
            for code in {**self.unreadable, **other.unreadable}
        }
        n_people = self.n_people + other.n_people
        return ItemCodes(self.source, dict(counts), n_people, unreadable)


class ItemCounter:
    """Counts the codes of an item set, a column at a time."""

    def __init__(self, source: ItemsSource) -> None:
        self._source = source
        self._counts: Counter[int] = Counter()
        self._n_people = 0

    def add(self, codes: Floats, rows: Integers) -> None:
        """Take an item in: the distinct codes, and how many rows have each."""
        given = ~np.isnan(codes)
        self._n_people = max(self._n_people, int(rows[given].sum()))
        low, high = self._source.codes
        if self._source.has_one_coding and high - low != VISUAL_ANALOGUE:
            near = given & (codes >= low - 1) & (codes <= high + 1) & (codes == np.floor(codes))
            for code, n_rows in zip(codes[near], rows[near], strict=True):
                self._counts[int(code)] += int(n_rows)

    def result(self, unreadable: Mapping[str, tuple[str, ...]]) -> ItemCodes:
        """What was counted, with the columns that could not be read everywhere."""
        return ItemCodes(self._source, dict(self._counts), self._n_people, unreadable)


def codes_over_blocks(blocks: Iterable[Mapping[str, ItemCodes]]) -> dict[str, ItemCodes]:
    """Codes of the items of each score, over the blocks of a file."""
    found: dict[str, ItemCodes] = {}
    for block in blocks:
        for name, codes in block.items():
            found[name] = found[name].plus(codes) if name in found else codes
    return found
