"""A column's proposal from its field in the data dictionary, in place of guesses by its values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.drafts.columns import WHY_LEFT_OUT, SampledColumn, plain_name
from hiprisk.cohort.drafts.level_words import meant_level
from hiprisk.cohort.drafts.own_variables import (
    LONGEST_LABEL,
    category_proposal,
    number_proposal,
    own_name,
    own_proposal,
)
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.redcap.data_dictionary import (
    ColumnField,
    RedcapField,
    says_missing,
)
from hiprisk.cohort.drafts.redcap.export import is_first_event

SOURCE = "REDCap data dictionary"
# From so many consecutive codes on, a choice is a grade, such as 0 to 10.
FEWEST_GRADES = 7

_NOT_USED = {
    "notes": "free text",
    "file": "a file",
    "descriptive": "no answer",
    "signature": "a signature",
}
_NUMBERS = ("integer", "number")


def field_proposal(
    column: SampledColumn, described: ColumnField, taken: Collection[str]
) -> Proposal:
    """A variable of its own as the data dictionary describes it.

    Parameters
    ----------
    column : SampledColumn
    described : ColumnField
    taken : collection of str
        Names that other columns have.
    """
    field, choice = described.field, described.choice
    # So that an export of the first event alone has the same variables as a joined file.
    event = "" if is_first_event(described.event) else described.event
    why = _why_left_out(field)
    if why or column.kind in ("empty", "constant"):
        return Proposal(column=column.name, left_out=why or WHY_LEFT_OUT[column.kind])
    name = own_name("_".join(filter(None, [field.name, choice, event])), taken)
    label = f"{field.label}: {field.choices[choice]}" if choice else field.label
    label = f"{label} ({event})" if event else label
    variable = Variable(name=name, label=label[:LONGEST_LABEL], kind="category", source=SOURCE)
    if choice or field.kind in ("yesno", "truefalse"):
        return category_proposal(column, variable)
    if field.choices:
        return _choice_proposal(column, field, variable)
    if field.kind in ("slider", "calc") or field.validation.startswith(_NUMBERS):
        return _number(column, field, replace(variable, kind="number"))
    guessed = own_proposal(column, taken)
    if guessed.own is None:
        return guessed
    own = replace(guessed.own, name=name, label=variable.label, source=SOURCE)
    return replace(guessed, variable=name, own=own)


def with_choices(proposal: Proposal, column: SampledColumn, field: RedcapField) -> Proposal:
    """A packaged variable whose codes the data dictionary explains."""
    variable = load_dictionary()[str(proposal.variable)]
    missing = [code for code in field.missing_codes if code in column.codes]
    if variable.kind == "number":
        return replace(proposal, missing=tuple(dict.fromkeys([*proposal.missing, *missing])))
    if not variable.levels or not field.choices:
        return proposal
    levels = {}
    for code, answer in field.choices.items():
        level, _ = meant_level(answer, variable.levels)
        text = answer if answer in column.codes and code not in column.codes else code
        if level is not None:
            levels[text] = level
        elif says_missing(answer):
            missing.append(text)
    unknown = [code for code in column.codes if code not in (*levels, *missing)]
    if unknown or not levels:
        return proposal
    if all(level in (text, text.lower()) for text, level in levels.items()) and not missing:
        return proposal
    return replace(proposal, levels=levels, missing=tuple(dict.fromkeys(missing)), doubts=())


def _why_left_out(field: RedcapField) -> str:
    if field.is_identifier:
        return "REDCap marks it as identifying"
    if field.kind in _NOT_USED:
        return f"{field.kind}: {_NOT_USED[field.kind]}"
    if field.validation.startswith(("date", "time")):
        return "a date is no predictor as it is"
    if field.is_hidden:
        return "REDCap hides it from its form (@HIDDEN)"
    return ""


def _number(column: SampledColumn, field: RedcapField, variable: Variable) -> Proposal:
    """A number with the form's own limits, where it has any."""
    if not len(column.numbers):
        return Proposal(column=column.name, left_out="no cell is a number")
    proposal = number_proposal(column, variable)
    limits = (0.0, 100.0) if field.kind == "slider" and not field.limits else field.limits
    if proposal.own is None or limits is None:
        return proposal
    own = replace(proposal.own, hard=limits, soft=limits, integer=field.validation == "integer")
    outside = [
        code
        for code, value in column.numbers_by_code.items()
        if not limits[0] <= value <= limits[1] and code not in proposal.missing
    ]
    doubts = ("values outside the form's own limits: which are right?",) if outside else ()
    return replace(proposal, own=own, own_doubts=doubts)


def _choice_proposal(column: SampledColumn, field: RedcapField, variable: Variable) -> Proposal:
    """A category whose levels are the answers, or a grade."""
    choices = {code: text for code, text in field.choices.items() if not says_missing(text)}
    labelled = not set(column.codes) & set(field.choices)
    missing = [text if labelled else code for code, text in field.choices.items()
               if code in field.missing_codes]  # fmt: skip
    doubts = (f"{', '.join(missing)}: missing?",) if missing else ()
    grades = _grades(choices)
    if grades is not None and not labelled:
        own = replace(variable, kind="number", hard=grades, soft=grades, integer=True)
        return Proposal(column=column.name, variable=own.name, own=own, missing=tuple(missing),
                        doubts=doubts)  # fmt: skip
    names = _level_names(choices)
    if len(names) < 2:
        return own_proposal(column, ())
    levels = {choices[code] if labelled else code: level for code, level in names.items()}
    return Proposal(
        column=column.name,
        variable=variable.name,
        own=replace(variable, levels=tuple(names.values())),
        levels={} if all(text == level for text, level in levels.items()) else levels,
        missing=tuple(missing),
        doubts=doubts,
    )


def _grades(choices: Mapping[str, str]) -> tuple[float, float] | None:
    codes = [int(code) for code in choices if code.isdecimal()]
    if len(codes) < max(FEWEST_GRADES, len(choices)):
        return None
    consecutive = sorted(codes) == list(range(min(codes), max(codes) + 1))
    return (float(min(codes)), float(max(codes))) if consecutive else None


def _level_names(choices: Mapping[str, str]) -> dict[str, str]:
    """A short plain level for each code, of its answer; the code where two answers are alike."""
    names = {code: plain_name(answer)[:40].strip("_") or code for code, answer in choices.items()}
    alike = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {code: f"{name}_{code}" if name in alike else name for code, name in names.items()}
