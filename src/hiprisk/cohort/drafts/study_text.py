"""The drafted study config as YAML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.drafts.columns import plain_name
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.visits import is_later, is_prediction, without_visit
from hiprisk.cohort.drafts.yaml_lines import doubtful, head, quoted, undecided
from hiprisk.errors import ConfigError
from hiprisk.spelling import did_you_mean

_BOOKKEEPING = ("hip_side", "rom_device", "rom_position", "rom_mode", "data_provenance")
_CONFOUNDERS = ("age_years", "age_band", "sex", "bmi_kg_m2")
MOST_SHOWN = 12


def config_text(
    proposals: Sequence[Proposal],
    *,
    name: str,
    file: str,
    mapping: str,
    outcome_column: str | None = None,
) -> str:
    """The draft study config.

    Parameters
    ----------
    proposals : sequence of Proposal
    name : str
        Name of the study.
    file, mapping : str
        The cohort file and its drafted mapping, as the config names them.
    outcome_column : str, optional
        Column of the outcome; else guessed by the names, or asked.

    Raises
    ------
    ConfigError
        If nothing that can be an outcome is made of that column.
    """
    dictionary = load_dictionary()
    found = [item.own or dictionary[item.variable] for item in proposals if item.variable]
    headers = {item.variable: plain_name(item.column) for item in proposals if item.variable}
    later = {name for name in headers if is_later(name, headers.values())}
    guessed = outcome_column is None
    outcome = _outcome(found, later) if guessed else _stated(proposals, str(outcome_column))
    candidates = [outcome] if outcome is not None else _candidates(found)
    predicted = {name for name, header in headers.items() if is_prediction(header)}
    predictors = _predictors(found, candidates[0] if candidates else None, later | predicted)
    confounders = [v for v in _CONFOUNDERS if v in predictors] or predictors[:1] or ["age_years"]
    binary = bool(candidates) and candidates[0].kind == "category"
    lines = [
        *head(Path(file).name),
        f"name: {quoted(name)}",
        doubtful(f"title: {quoted(name)}", ["what is predicted, in whom"]),
        "intended_use: Research and education. Not a medical device.",
        "seed: 1",
        "",
        f"cohort: {{file: {quoted(file)}, mapping: {quoted(mapping)}}}",
        "",
        *_outcome_lines(headers, later, outcome, candidates, source=Path(file).name),
        "",
        doubtful(f"confounders: [{', '.join(confounders)}]", ["known causes of the outcome"]),
        "blocks:",
        doubtful("  core:", ["predictors known at the first visit; split into blocks to compare"]),
        *(f"    - {v}" for v in predictors or ["age_years"]),
        *_not_proposed(found, outcome, later, predicted),
        "",
        f"families: {{{', '.join(_model_types(outcome, binary=binary))}}}",
    ]
    return "\n".join(lines) + "\n"


def _model_types(outcome: Variable | None, *, binary: bool) -> list[str]:
    """Candidates; a score with ends has one that knows them."""
    names = ["logistic" if binary else "linear"]
    if outcome is not None and not binary and outcome.hard is not None and _is_scale(outcome):
        names.append("ordinal")
    return [f"{name}: {{}}" for name in (*names, "boosting")]


def _is_scale(outcome: Variable) -> bool:
    """The ends of a scale bound an outcome; a range of credible values does not."""
    return outcome.soft == outcome.hard or outcome.direction is not None


def _stated(proposals: Sequence[Proposal], column: str) -> Variable:
    """The variable of the column that a person named as the outcome."""
    by_column = {item.column: item for item in proposals}
    item = by_column.get(column)
    name = (item.variable or item.part_of) if item is not None else None
    if item is None:
        raise ConfigError(
            f"the file has no column '{column}'",
            column="--outcome",
            advice=did_you_mean(column, by_column) or "name it as the header does",
        )
    if not name:
        raise ConfigError(
            f"nothing is made of the column '{column}': {item.left_out}",
            column="--outcome",
            advice="name another, or define it in a dictionary of your own",
        )
    variable = item.own or load_dictionary()[name]
    if not _fits(variable):
        raise ConfigError(
            f"'{column}' has {len(variable.levels)} levels, and an outcome is a number or has two",
            column="--outcome",
            advice="put levels together in the mapping, and name it in the drafted study",
        )
    return variable


def _predictors(
    found: Sequence[Variable], outcome: Variable | None, later: Collection[str]
) -> list[str]:
    """What is known at the first visit and is no bookkeeping."""
    return [
        variable.name
        for variable in found
        if variable.kind in ("number", "category")
        and variable != outcome
        and variable.name not in _BOOKKEEPING
        and variable.name not in later
    ]


def _not_proposed(
    found: Sequence[Variable],
    outcome: Variable | None,
    later: Collection[str],
    predicted: Collection[str],
) -> list[str]:
    """Why a name is not among the predictors, as comments."""
    names = [v.name for v in found if v.kind in ("number", "category") and v != outcome]
    reasons = {
        "predicted by another model": [name for name in names if name in predicted],
        "known after the first visit": [
            name for name in names if name in later and name not in predicted
        ],
    }
    return [
        f"    # not proposed, by the name {reason}: {name}"
        for reason, group in reasons.items()
        for name in group
    ]


def _outcome(found: Sequence[Variable], later: Collection[str]) -> Variable | None:
    """The first packaged score at follow-up, else the first variable that sounds like later."""
    packaged = load_dictionary()
    scores = [
        variable
        for variable in found
        if variable.name in packaged
        and variable.kind == "number"
        and "followup" in variable.name
        and "predicted" not in variable.name
        and "months" not in variable.name
    ]
    own = [
        v
        for v in found
        if v.name not in packaged and v.name in later and not is_prediction(v.name) and _fits(v)
    ]
    return next(iter([*scores, *own]), None)


def _fits(variable: Variable) -> bool:
    """Whether a variable can be an outcome."""
    return variable.kind == "number" or len(variable.levels) == 2


def _candidates(found: Sequence[Variable]) -> list[Variable]:
    """Variables that may be the outcome where none sounds like it: scores first."""
    fitting = [variable for variable in found if _fits(variable)]
    return sorted(fitting, key=lambda one: (one.direction is None, one.name in _CONFOUNDERS))


def _outcome_lines(
    headers: Mapping[str, str],
    later: Collection[str],
    outcome: Variable | None,
    candidates: Sequence[Variable],
    *,
    source: str,
) -> list[str]:
    lines = ["outcome:"]
    if outcome is None:
        answers = [v.name for v in candidates][:MOST_SHOWN] or ["a variable of the mapping"]
        why = "then take it out of blocks, or run init again with --outcome COLUMN"
        lines.append(f"  {undecided('variable', answers, why=why)}")
        outcome = candidates[0] if candidates else None
    else:
        lines.append(doubtful(f"  variable: {outcome.name}", ["what is predicted"]))
    lines.append(f"  label: {quoted(outcome.label if outcome else 'outcome')}")
    if outcome is not None and outcome.kind == "category":
        lines += _binary_lines(outcome)
    else:
        lines += _continuous_lines(headers, later, outcome)
    lines += [
        doubtful("  horizon_months: 12", ["months from the first visit to the outcome"]),
        doubtful(f"  population: {quoted(f'people in {source}')}", ["who they are"]),
        doubtful(f"  smallest_gain_worth_having: {{metric: {_gain(outcome)}, value: 0.01}}",
                 ["before anything is fitted"]),
    ]  # fmt: skip
    return lines


def _gain(outcome: Variable | None) -> str:
    binary = outcome is not None and outcome.kind == "category"
    return "c_statistic" if binary else "r2"


def _binary_lines(outcome: Variable) -> list[str]:
    event = "yes" if "yes" in outcome.levels else outcome.levels[-1]
    return [
        "  kind: binary",
        '  unit: "probability"',
        doubtful(f"  event_level: {quoted(event)}", [f"the event: {', '.join(outcome.levels)}?"]),
        doubtful("  higher_is: worse", ["is the event worse or better?"]),
    ]


def _continuous_lines(
    headers: Mapping[str, str], later: Collection[str], outcome: Variable | None
) -> list[str]:
    low, high = outcome.hard if outcome is not None and outcome.hard is not None else (0.0, 100.0)
    is_scale = outcome is None or _is_scale(outcome)
    bounds = f"  bounds: [{low:.12g}, {high:.12g}]"
    worse = outcome is None or outcome.direction != "higher_better"
    baseline = _baseline(outcome, headers, later)
    higher = f"  higher_is: {'worse' if worse else 'better'}"
    is_known = outcome is not None and outcome.direction is not None
    unit = (outcome.unit if outcome else None) or ("points" if is_scale else "units")
    if not is_scale and outcome is not None and outcome.soft is not None:
        low, high = outcome.soft
    event = _event(
        has_baseline=baseline is not None,
        step=_step(outcome, high - low),
        worse=worse,
        middle=0.5 * (low + high),
    )
    return [
        "  kind: continuous",
        f"  unit: {quoted(unit)}",
        bounds if is_scale else f"  #{bounds[1:]}, where these are the ends of a scale",
        higher if is_known else doubtful(higher, ["worse or better?"]),
        f"  baseline: {baseline}"
        if baseline is not None
        else "  # baseline: the same score at the first visit, where there is one",
        doubtful("  events:", ["before anything is fitted"]),
        f"    - {event}",
    ]


def _baseline(
    outcome: Variable | None, headers: Mapping[str, str], later: Collection[str]
) -> str | None:
    """The same at the first visit: by variable or column, without what says the visit."""
    if outcome is None or outcome.name not in later:
        return None
    wanted = {without_visit(outcome.name), without_visit(headers[outcome.name])}
    first = [name for name in headers if name not in later]
    alike = [name for name in first if wanted & {without_visit(name), without_visit(headers[name])}]
    return next(iter(alike), None)


def _step(outcome: Variable | None, span: float) -> float:
    """A change worth asking about: 10 of a score of 100, 8 of the Oxford Hip Score."""
    if outcome is not None and outcome.name == "ohs_followup_0_48":
        return 8.0
    return float(f"{0.1 * span:.2g}")


def _event(*, has_baseline: bool, step: float, worse: bool, middle: float) -> str:
    direction = "above" if worse else "below"
    if has_baseline:
        return (
            f"{{name: worsening, label: worse by at least {step:g} points, direction: "
            f"{direction}, reference: baseline, value: {step if worse else -step:g}}}"
        )
    return (
        f"{{name: poor_state, label: beyond {middle:g}, direction: {direction}, "
        f"reference: fixed, value: {middle:g}}}"
    )
