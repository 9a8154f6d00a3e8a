"""The drafted mapping as YAML."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.drafts.proposals import Draft, ItemBlock, Proposal
from hiprisk.cohort.drafts.yaml_lines import (
    doubtful,
    head,
    printable,
    quoted,
    quoted_list,
    undecided,
)
from hiprisk.cohort.items.instruments import INSTRUMENTS, ITEM_NAMES, published_tops
from hiprisk.yaml_settings import UNDECIDED


def mapping_text(draft: Draft, *, source: str, dictionary: str | None = None) -> str:
    """The draft mapping; every doubt is a comment that starts with DECIDE.

    Parameters
    ----------
    draft : Draft
    source : str
        Name of the file.
    dictionary : str, optional
        Name of the file with the drafted definitions.
    """
    proposals, rows = draft.proposals, draft.rows
    lines = [
        *head(source),
        doubtful("grain: person", ["person, or hip where a row is a hip"]),
        doubtful("provenance: unknown", ["real or simulated"]),
    ]
    if dictionary is not None:
        lines.append(f"dictionary: {quoted(dictionary)}")
    if draft.encoding is not None:
        lines.append(f"format: {{encoding: {quoted(draft.encoding)}}}")
    if draft.imputation_column is not None:
        column = quoted(draft.imputation_column)
        lines.append(doubtful(f"imputation_column: {column}", ["stacked imputations?"]))
        pooled = "validate, update and associate pool over all without this line"
        lines.append(doubtful('imputations: ["1"]', [f"training reads one; {pooled}"]))
    if rows is not None:
        lines.append("where:")
        lines += [
            doubtful(f"  {quoted(column)}: {quoted_list(texts)}", [rows.doubts[column]])
            for column, texts in rows.where.items()
        ]
    used = [item for item in proposals if item.variable is not None]
    nothing = doubtful("variables: {}", ["nothing was recognised"])
    lines.append("variables:" if used else nothing)
    for item in used:
        lines += _variable_lines(item)
    left_out = [item for item in proposals if not item.is_used]
    if left_out:
        lines.append("# These columns are ignored:")
        lines += [
            f"#   {quoted(item.column)}"
            + (f": {printable(item.left_out)}" if item.left_out else "")
            for item in left_out
        ]
    return "\n".join(lines) + "\n"


def _variable_lines(item: Proposal) -> list[str]:
    """One variable: in one line where only its column is to be said."""
    if item.items is not None:
        return _item_lines(item.items)
    column = quoted(item.column)
    open_codes = UNDECIDED in item.levels.values()
    # The lines of the codes ask already.
    doubts = [doubt for doubt in item.doubts if not (open_codes and "what each code" in doubt)]
    parts = []
    if item.levels:
        parts.append("    levels:")
        parts += [f"      {line}" for line in _level_lines(item)]
    if item.missing:
        parts.append(f"    missing: {quoted_list(item.missing)}")
    if item.n_other:
        parts.append(doubtful('    # missing: ["CODE"]', item.other_codes))
    if item.unit is not None:
        parts.append(f"    unit: {item.unit}")
    if item.from_range is not None:
        parts.append(f"    from_range: [{item.from_range[0]:g}, {item.from_range[1]:g}]")
    if not parts:
        return [doubtful(f"  {item.variable}: {column}", doubts)]
    return [doubtful(f"  {item.variable}:", doubts), f"    column: {column}", *parts]


def _item_lines(block: ItemBlock) -> list[str]:
    """A score made of its items, with the missing rule to be decided."""
    coding = block.coding
    lines = [doubtful(f"  {block.variable}:", coding.doubts)]
    if coding.missing:
        lines.append(f"    missing: {quoted_list(coding.missing)}")
    lines += [
        "    items:",
        doubtful(f"      instrument: {block.instrument}", [_missing_rule(block.instrument)]),
        "      columns:",
        *(f"        {item}: {quoted(column)}" for item, column in block.columns.items()),
    ]
    if coding.coded is not None:
        lines.append(f"      coded: [{coding.coded[0]}, {coding.coded[1]}]")
    if coding.reversed:
        lines.append("      reversed: true")
    if coding.labels:
        points = list(map(str, range(published_tops(block.instrument)[0] + 1)))
        lines.append("      labels:")
        for text, meaning in coding.labels.items():
            key = quoted(text)
            line = undecided(key, points) if meaning == UNDECIDED else f"{key}: {meaning}"
            lines.append(f"        {line}")
    return lines


def _missing_rule(instrument: str) -> str:
    """How many answers a score needs, and where another rule would be said."""
    n_items = len(ITEM_NAMES[instrument])
    if instrument == "womac_function_from_hoos":
        other = INSTRUMENTS["womac_function_from_hoos_by_hoos_rule"]
        return (
            f"missing rule: {n_items - INSTRUMENTS[instrument].most_missing} of {n_items} answers "
            f"(WOMAC's); by HOOS's, {n_items - other.most_missing} of {n_items}, it is "
            "womac_function_from_hoos_by_hoos_rule"
        )
    rule = INSTRUMENTS.get(instrument)
    if rule is None:
        return "missing rule: that of its parts, or every item where there are none"
    return (
        f"missing rule: {n_items - rule.most_missing} of {n_items} answers; another one is "
        "max_missing: N"
    )


def _level_lines(item: Proposal) -> Iterator[str]:
    answers = _variable(item).levels
    for code, level in item.levels.items():
        if level == UNDECIDED:
            yield undecided(quoted(code), answers, why="or move it to missing: [...]")
        else:
            yield f"{quoted(code)}: {quoted(level)}"


def _variable(item: Proposal) -> Variable:
    return item.own or load_dictionary()[str(item.variable)]
