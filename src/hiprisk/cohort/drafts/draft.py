"""A first draft of a mapping and a study config for an unknown file; what is unsure is marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.checks.missing_codes import SENTINELS
from hiprisk.cohort.checks.structure import IMPUTATION_NAME
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.files.opening import open_cohort_file
from hiprisk.values import LevelReader

SAMPLE_ROWS = 20_000
LIKE_ENOUGH = 0.62
SAME_WORD = 0.95
MOST_LEVELS = 12
# A code that fewer rows hold may be a person's answer in words: it is not written down.
LEAST_OF_A_CODE = 3
LONGEST_CODE = 40
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")

# Words that sources use for the dictionary's variables.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "person_id": ("id", "patient_id", "patid", "pat_id", "subject", "subject_id", "person"),
    "site": ("centre", "center", "provider", "hospital", "site_id", "provider_code"),
    "age_years": ("age", "age_at_baseline", "agey"),
    "sex": ("gender",),
    "bmi_kg_m2": ("bmi", "body_mass_index"),
    "height_cm": ("height", "length"),
    "weight_kg": ("weight",),
    "lbp_any": ("lbp", "back_pain", "low_back_pain", "backpain"),
    "lbp_nrs_0_10": ("lbp_nrs", "back_pain_nrs", "pain_back", "nrs_back"),
    "odi_0_100": ("odi", "oswestry"),
    "rmdq_0_24": ("rmdq", "roland_morris", "roland"),
    "kl_grade": ("kl", "kellgren", "kellgren_lawrence"),
    "comorbidity_count": ("comorbidity", "comorbidities", "n_comorb"),
    "womac_function_0_100": ("womac_function", "womac_func", "womac_pf", "wfunc"),
    "womac_pain_0_100": ("womac_pain", "wpain"),
    "ohs_0_48": ("ohs", "oxford_hip_score", "ohs_pre_score"),
    "ohs_followup_0_48": ("ohs_post", "ohs_post_score", "ohs_6m"),
    "womac_function_followup_0_100": ("womac_function_followup", "womac_function_12m", "womac_fu"),
    "baseline_date": ("date", "visit_date", "date_baseline"),
    "followup_date": ("date_followup", "date_fu"),
    "smoking": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a column of the file may be.

    Attributes
    ----------
    variable : str or None
        Dictionary variable; None where nothing fits.
    doubts : tuple of str
        What a person must decide.
    levels : tuple of str
        Codes that occur, where there are few.
    """

    column: str
    variable: str | None
    doubts: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    from_range: tuple[float, float] | None = None


def propose(path: Path | str) -> tuple[Proposal, ...]:
    """Propose a variable for every column of a file, by name and by distribution.

    Parameters
    ----------
    path : path-like
        CSV or Parquet.

    Returns
    -------
    tuple of Proposal
        One a column, in the file's order; no variable is proposed twice.
    """
    table = next(open_cohort_file(path).blocks()).table.slice(0, SAMPLE_ROWS)
    matches = _matches(table)
    return tuple(
        _proposal(column, table[column], *matches.get(column, (None, 0.0)))
        for column in table.column_names
    )


def _matches(table: pa.Table) -> dict[str, tuple[str, float]]:
    """A variable for each column, the most alike pairs first, so that none takes another's."""
    pairs = [
        (-_name_similarity(column, name), at, column, name)
        for at, column in enumerate(table.column_names)
        for name in load_dictionary()
    ]
    found: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, _, column, name in sorted(pairs):
        if -score < LIKE_ENOUGH:
            break
        if column in found or name in taken:
            continue
        if _can_be(load_dictionary()[name], -score, table[column]):
            found[column] = (name, -score)
            taken.add(name)
    return found


def _can_be(variable: Variable, score: float, cells: pa.ChunkedArray) -> bool:
    """Whether a likeness in name alone may be believed."""
    if variable.kind == "date":
        known = [cell.strip() for cell in pc.unique(cells).to_pylist() if cell.strip()]
        return bool(known) and all(_DATE_LIKE.fullmatch(cell) for cell in known)
    if variable.levels and score < SAME_WORD and len(_codes(cells)) > MOST_LEVELS:
        return False
    # Who a person is decides the folds: no guess.
    return variable.kind != "identifier" or score >= SAME_WORD


def _proposal(column: str, cells: pa.ChunkedArray, name: str | None, score: float) -> Proposal:
    codes = _codes(cells)
    if name is None:
        return Proposal(column=column, variable=None)
    variable = load_dictionary()[name]
    doubts = [] if score >= SAME_WORD else [f"is this {variable.label}?"]
    levels: tuple[str, ...] = ()
    from_range = None
    if variable.kind == "category":
        levels = _shown_codes(cells)
        strange = _no_levels(variable, codes)
        shown = [code for code in strange if code in levels]
        if strange and len(strange) < len(codes):
            named = f" ({', '.join(shown)})" if shown else ""
            doubts.append(f"codes that are no level{named}: missing, or which level?")
        elif strange:
            doubts.append("state what each code means")
    elif variable.kind == "number":
        more, from_range = _number_doubts(variable, codes)
        doubts += more
    return Proposal(
        column=column, variable=name, doubts=tuple(doubts), levels=levels, from_range=from_range
    )


def _no_levels(variable: Variable, codes: Sequence[str]) -> list[str]:
    """Codes of a category that are neither levels nor missing."""
    reader = LevelReader(variable.levels)
    return [code for code in codes if reader.read(code)[1]]


def _codes(cells: pa.ChunkedArray) -> tuple[str, ...]:
    """Distinct texts, trimmed, without the empty one."""
    return tuple(sorted({text for c in pc.unique(cells).to_pylist() if (text := c.strip())}))


def _shown_codes(cells: pa.ChunkedArray) -> tuple[str, ...]:
    """Codes that may be written into a draft: few, short, and held by several rows."""
    counted = pc.value_counts(pc.utf8_trim_whitespace(cells)).to_pylist()
    common = [
        entry["values"]
        for entry in counted
        if entry["counts"] >= LEAST_OF_A_CODE and 0 < len(entry["values"]) <= LONGEST_CODE
    ]
    return tuple(sorted(common)) if len(counted) <= MOST_LEVELS else ()


def _name_similarity(column: str, name: str) -> float:
    """1 where a column has the name of a variable or one of its synonyms, less where alike."""
    wanted = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
    words = (name, *SYNONYMS.get(name, ()))
    if wanted in words:
        return 1.0
    # A name that is only alike never counts as the same word.
    return SAME_WORD * max(_ratio(word, wanted) for word in words) - 1e-9


def _ratio(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE_ENOUGH else 0.0


def _number_doubts(
    variable: Variable, codes: Sequence[str]
) -> tuple[list[str], tuple[float, float] | None]:
    numbers = []
    for code in codes:
        try:
            numbers.append(float(code.replace(",", ".")))
        except ValueError:
            continue
    numbers = [number for number in numbers if np.isfinite(number)]
    if not numbers or variable.hard is None:
        return (["no cell is a number"] if not numbers else []), None
    values = np.array(numbers)
    low, high = variable.hard
    outside = values[(values < low) | (values > high)]
    if outside.size:
        # Only numbers that stand for "missing" are named: others are patients' values.
        known = [f"{value:g}" for value in np.unique(outside) if value in SENTINELS]
        shown = f" ({', '.join(known)})" if known else ""
        return [f"values outside {low:g} to {high:g}{shown}: sentinels or another unit?"], None
    if (low, high) == (0.0, 100.0) and values.max() <= 1.0:
        return ["a share from 0 to 1?"], (0.0, 1.0)
    if (low, high) == (0.0, 100.0) and "function" in variable.name and values.max() <= 68:
        return ["the raw 0-68 sum? then from_range: [0, 68]"], None
    if variable.unit == "deg" and values.max() <= 3.2:
        return ["radians? then unit: rad"], None
    return [], None


def mapping_text(proposals: Sequence[Proposal], *, source: str) -> str:
    """The draft mapping as YAML; every doubt is a comment that starts with DECIDE."""
    shown = _UNPRINTABLE.sub("?", source)
    lines = [
        f"# Drafted by hiprisk init for {shown}. Every line with DECIDE needs a person.",
        "grain: person        # DECIDE: person, or hip where a row is a hip",
        "provenance: unknown  # DECIDE: real or simulated",
    ]
    for item in proposals:
        if IMPUTATION_NAME.fullmatch(item.column.lower()):
            lines.append(
                f"# imputation_column: {_quoted(item.column)}  # DECIDE: stacked imputations?"
            )
            lines.append('# imputations: ["1"]  # DECIDE: then which of them is read')
    any_found = any(item.variable is not None for item in proposals)
    lines.append("variables:" if any_found else "variables: {}  # DECIDE: nothing was recognised")
    for item in proposals:
        if item.variable is None:
            continue
        doubts = "; ".join(item.doubts)
        comment = f"  # DECIDE: {doubts}" if doubts else ""
        variable = load_dictionary()[item.variable]
        strange = _no_levels(variable, item.levels)
        if variable.kind == "category" and strange:
            lines.append(f"  {item.variable}: {_quoted(item.column)}{comment}")
            known = ", ".join(variable.levels)
            lines += [
                f"  #   code {_quoted(code)} means one of: {known}, or missing"
                for code in item.levels
                if code in strange
            ]
        elif item.from_range is not None:
            low, high = item.from_range
            lines.append(
                f"  {item.variable}: {{column: {_quoted(item.column)}, "
                f"from_range: [{low:g}, {high:g}]}}{comment}"
            )
        else:
            lines.append(f"  {item.variable}: {_quoted(item.column)}{comment}")
    unknown = [item.column for item in proposals if item.variable is None]
    if unknown:
        lines.append("# Nothing in the dictionary is like these columns; they are ignored:")
        lines += [f"#   {_quoted(column)}" for column in unknown]
    return "\n".join(lines) + "\n"


def config_text(proposals: Sequence[Proposal], *, name: str, file: str, mapping: str) -> str:
    """The draft study config as YAML."""
    found = [item.variable for item in proposals if item.variable is not None]
    predictors = _predictors_among(found)
    confounders = [v for v in ("age_years", "age_band", "sex", "bmi_kg_m2") if v in predictors]
    shown = ", ".join(confounders or predictors[:1]) or "age_years"
    blocks = "\n".join(f"    - {v}" for v in predictors) or "    - age_years"
    source = _UNPRINTABLE.sub("?", Path(file).name)
    return f"""# Drafted by hiprisk init for {source}. Every line with DECIDE needs a person.
name: {_quoted(name)}
title: {_quoted(name)}  # DECIDE: what is predicted, in whom
intended_use: Research and education. Not a medical device.
seed: 1

cohort: {{file: {_quoted(file)}, mapping: {_quoted(mapping)}}}

{_outcome_section(found, source=source)}

confounders: [{shown}]  # DECIDE
blocks:
  core:  # DECIDE: split into core, back and hip_motion
{blocks}

families: {{linear: {{}}, boosting: {{}}}}
"""


def _predictors_among(found: Sequence[str]) -> list[str]:
    """What is known at the first visit and is no bookkeeping."""
    later = ("followup", "interim", "worsened", "hip_side", "rom_", "provenance")
    dictionary = load_dictionary()
    return [
        v
        for v in found
        if dictionary[v].kind in ("number", "category") and not any(word in v for word in later)
    ]


def _outcome_section(found: Sequence[str], *, source: str) -> str:
    """The first score at follow-up, and what a person must decide of it."""
    dictionary = load_dictionary()
    outcomes = [v for v in found if "followup" in v and dictionary[v].kind == "number"]
    outcome = next((v for v in outcomes if "predicted" not in v and "months" not in v), None)
    baseline = (outcome or "").replace("_followup", "")
    spec = dictionary.get(outcome or "")
    low, high = spec.hard if spec is not None and spec.hard is not None else (0.0, 100.0)
    worse = spec is None or spec.direction != "higher_better"
    event = _worsening(
        has_baseline=baseline in found,
        step=10 if worse else -8,
        worse=worse,
        middle=0.5 * (low + high),
    )
    return f"""outcome:
  variable: {outcome or "womac_function_followup_0_100"}  # DECIDE: what is predicted
  label: {spec.label if spec is not None else "outcome"}
  kind: continuous
  unit: {_quoted(spec.unit or "points") if spec is not None else "points"}
  bounds: [{low:g}, {high:g}]
  higher_is: {"worse" if worse else "better"}
  {"" if baseline in found else "# DECIDE: "}baseline: {baseline or "womac_function_0_100"}
  horizon_months: 12  # DECIDE: months from the first visit to the outcome
  population: {_quoted(f"people in {source}")}  # DECIDE: who they are
  events:  # DECIDE before anything is fitted
    - {event}
  smallest_gain_worth_having: {{metric: r2, value: 0.01}}  # DECIDE before anything is fitted"""


def _worsening(*, has_baseline: bool, step: float, worse: bool, middle: float) -> str:
    direction = "above" if worse else "below"
    if has_baseline:
        return (
            f"{{name: worsening, label: worse by at least {abs(step)} points, direction: "
            f"{direction}, reference: baseline, value: {step}}}"
        )
    return (
        f"{{name: poor_state, label: beyond {middle:g}, direction: {direction}, "
        f"reference: fixed, value: {middle:g}}}"
    )


def _quoted(text: str) -> str:
    """Text in double quotes as YAML has them, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'
