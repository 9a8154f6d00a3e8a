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

from hiprisk.cohort.csv_text import (
    check_local_file,
    detect_dialect,
    is_parquet,
    iter_csv,
    iter_parquet,
)
from hiprisk.cohort.dictionary import Variable, load_dictionary

SAMPLE_ROWS = 20_000
LIKE_ENOUGH = 0.62
MOST_LEVELS = 12

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
    path = check_local_file(path)
    blocks = iter_parquet(path) if is_parquet(path) else iter_csv(path, detect_dialect(path))
    table = next(iter(blocks)).table.slice(0, SAMPLE_ROWS)
    taken: set[str] = set()
    found = []
    for column in table.column_names:
        proposal = _propose_column(column, table[column], taken)
        if proposal.variable is not None:
            taken.add(proposal.variable)
        found.append(proposal)
    return tuple(found)


def _propose_column(column: str, cells: pa.ChunkedArray, taken: set[str]) -> Proposal:
    codes = tuple(sorted(c for c in pc.unique(cells).to_pylist() if c.strip()))
    name, score = _closest(column, taken)
    if name is None:
        return Proposal(column=column, variable=None)
    variable = load_dictionary()[name]
    doubts = [] if score >= 0.95 else [f"is this {variable.label}?"]
    levels: tuple[str, ...] = ()
    from_range = None
    if variable.kind == "category":
        levels = codes if len(codes) <= MOST_LEVELS else ()
        if not set(codes) <= {*variable.levels, *variable.aliases}:
            doubts.append("state what each code means")
    elif variable.kind == "number":
        more, from_range = _number_doubts(variable, codes)
        doubts += more
    return Proposal(
        column=column, variable=name, doubts=tuple(doubts), levels=levels, from_range=from_range
    )


def _closest(column: str, taken: set[str]) -> tuple[str | None, float]:
    wanted = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
    best, best_score = None, 0.0
    for name in load_dictionary():
        if name in taken:
            continue
        for word in (name, *SYNONYMS.get(name, ())):
            score = 1.0 if word == wanted else difflib.SequenceMatcher(None, word, wanted).ratio()
            # A shared beginning alone says little: the whole word must be alike.
            if score < 1.0:
                score *= 0.95
            if score > best_score:
                best, best_score = name, score
    return (best, best_score) if best_score >= LIKE_ENOUGH else (None, 0.0)


def _number_doubts(
    variable: Variable, codes: Sequence[str]
) -> tuple[list[str], tuple[float, float] | None]:
    numbers = []
    for code in codes:
        try:
            numbers.append(float(code.replace(",", ".")))
        except ValueError:
            continue
    if not numbers or variable.hard is None:
        return (["no cell is a number"] if not numbers else []), None
    values = np.array(numbers)
    low, high = variable.hard
    outside = values[(values < low) | (values > high)]
    if outside.size:
        shown = ", ".join(f"{value:g}" for value in np.unique(outside)[:5])
        return [f"outside {low:g} to {high:g}: {shown}: sentinels or another unit?"], None
    if (low, high) == (0.0, 100.0) and values.max() <= 1.0:
        return ["a share from 0 to 1?"], (0.0, 1.0)
    if (low, high) == (0.0, 100.0) and "function" in variable.name and values.max() <= 68:
        return ["the raw 0-68 sum? then from_range: [0, 68]"], None
    if variable.unit == "deg" and values.max() <= 3.2:
        return ["radians? then unit: rad"], None
    return [], None


def mapping_text(proposals: Sequence[Proposal], *, source: str) -> str:
    """The draft mapping as YAML; every doubt is a comment that starts with DECIDE."""
    lines = [
        f"# Drafted by hiprisk init for {source}. Every line with DECIDE needs a person.",
        "grain: person        # DECIDE: person, or hip where a row is a hip",
        "provenance: unknown  # DECIDE: real or synthetic",
        "variables:",
    ]
    for item in proposals:
        if item.variable is None:
            continue
        doubts = "; ".join(item.doubts)
        comment = f"  # DECIDE: {doubts}" if doubts else ""
        variable = load_dictionary()[item.variable]
        strange = set(item.levels) - {*variable.levels, *variable.aliases}
        if variable.kind == "category" and strange:
            lines.append(f"  {item.variable}: {_quoted(item.column)}{comment}")
            known = ", ".join(variable.levels)
            lines += [f"  #   code {_quoted(code)} means one of: {known}" for code in item.levels]
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
        lines += [f"#   {column}" for column in unknown]
    return "\n".join(lines) + "\n"


def config_text(proposals: Sequence[Proposal], *, name: str, file: str, mapping: str) -> str:
    """The draft study config as YAML."""
    found = [item.variable for item in proposals if item.variable is not None]
    dictionary = load_dictionary()
    outcomes = [v for v in found if "followup" in v and dictionary[v].kind == "number"]
    outcome = next((v for v in outcomes if "predicted" not in v and "months" not in v), None)
    predictors = [
        v
        for v in found
        if dictionary[v].kind in ("number", "category")
        and not any(
            word in v
            for word in ("followup", "interim", "worsened", "hip_side", "rom_", "provenance")
        )
    ]
    baseline = (outcome or "").replace("_followup", "")
    spec = dictionary.get(outcome or "")
    low, high = spec.hard if spec is not None and spec.hard is not None else (0.0, 100.0)
    worse = spec is None or spec.direction != "higher_better"
    step = 10 if worse else -8
    confounders = [v for v in ("age_years", "age_band", "sex", "bmi_kg_m2") if v in predictors]
    chosen = confounders or predictors[:1]
    shown = ", ".join(chosen) or "age_years"
    event = _worsening(
        has_baseline=baseline in found, step=step, worse=worse, middle=0.5 * (low + high)
    )
    blocks = "\n".join(f"    - {v}" for v in predictors) or "    - age_years"
    source = Path(file).name
    return f"""# Drafted by hiprisk init for {source}. Every line with DECIDE needs a person.
name: {name}
title: {name}  # DECIDE: what is predicted, in whom
intended_use: Research and education. Not a medical device.
seed: 1

cohort: {{file: {_quoted(file)}, mapping: {_quoted(mapping)}}}

outcome:
  variable: {outcome or "womac_function_followup_0_100"}  # DECIDE: what is predicted
  label: {spec.label if spec is not None else "outcome"}
  kind: continuous
  unit: {_quoted(spec.unit or "points") if spec is not None else "points"}
  bounds: [{low:g}, {high:g}]
  higher_is: {"worse" if worse else "better"}
  {"" if baseline in found else "# DECIDE: "}baseline: {baseline or "womac_function_0_100"}
  horizon_months: 12  # DECIDE: months from the first visit to the outcome
  population: people in {source}  # DECIDE: who they are
  events:  # DECIDE before anything is fitted
    - {event}
  smallest_gain_worth_having: {{metric: r2, value: 0.01}}  # DECIDE before anything is fitted

confounders: [{shown}]  # DECIDE
blocks:
  core:  # DECIDE: split into core, back and hip_motion
{blocks}

families: {{linear: {{}}, boosting: {{}}}}
"""


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
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
