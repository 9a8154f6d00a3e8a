"""Which variable of the packaged dictionary a column is, by its name and its values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from hiprisk.cohort.checks.missing_codes import SENTINELS
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.drafts.columns import MOST_LEVELS, SampledColumn, plain_name
from hiprisk.cohort.drafts.level_words import meant_level
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.drafts.visits import is_later, of_first_visit, without_first_visit
from hiprisk.values import LevelReader, is_coded_one_two
from hiprisk.yaml_settings import UNDECIDED

# Any other column becomes a variable of its own: only near misses are worth a question.
LIKE_ENOUGH = 0.7
SAME_WORD = 0.95
# Two spellings of one word: arrangement and arrangements. Shorter words are like too many others.
SAME_SPELLING = 0.85
SHORTEST_ALIKE = 6
# func for function, rigth for right; shorter words with the same letters are others.
CUT_OR_SWAPPED = 0.9
SHORTEST_CUT, SHORTEST_SWAPPED = 3, 5

_OHS_ITEMS = (
    *("pain", "sudden_pain", "night_pain", "washing", "transport", "dressing", "shopping"),
    *("walking", "limping", "stairs", "standing", "work"),
)
# Questionnaires by the words that name them: a score of one is never that of another.
_FORMS = {
    **{
        word: word
        for word in ("hoos", "koos", "womac", "odi", "rmdq", "hhs", "oks", "sf36", "sf12")
    },
    **dict.fromkeys(("ohs", "oxford"), "ohs"),
    **dict.fromkeys(("eq", "eq5d"), "eq"),
}
# Words that sources use for the dictionary's variables.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "person_id": (
        *("id", "patient_id", "patid", "pat_id", "subject", "subject_id", "person", "record_id"),
        *("study_id", "studyid", "participant_id", "participant", "usubjid", "subjid"),
        *("patient", "patient_no", "patient_number", "pid", "case_id", "pseudonym", "case_no"),
        *("subject_no", "subject_nr", "subject_number", "patient_nr", "patnr", "pat_nr", "pat_no"),
        *("patientennummer", "patienten_nr", "patientennr", "patienten_id", "patientnummer"),
        *("fallnummer", "fall_nr", "fallnr", "studiennummer", "studien_nr", "studienr"),
        *("studiennr", "study_no", "study_nr", "probandennummer", "probanden_nr", "proband"),
    ),
    "site": ("centre", "center", "provider", "hospital", "site_id", "provider_code"),
    "age_years": ("age", "age_at_baseline", "agey", "age_y", "alter", "leeftijd"),
    "sex": ("gender", "geschlecht", "geslacht"),
    "bmi_kg_m2": ("bmi", "body_mass_index"),
    "height_cm": ("height", "length", "height_m", "groesse", "grosse", "grosse_cm"),
    "weight_kg": ("weight", "gewicht", "gewicht_kg"),
    "lbp_any": ("lbp", "back_pain", "low_back_pain", "backpain"),
    "lbp_nrs_0_10": ("lbp_nrs", "back_pain_nrs", "pain_back", "nrs_back"),
    "hoos_adl_0_100": ("hoos_adl", "hoos_function", "hoos_func"),
    "hoos_pain_0_100": ("hoos_pain",),
    "hoos_symptoms_0_100": ("hoos_symptoms", "hoos_symptom"),
    "hoos_sport_0_100": ("hoos_sport", "hoos_sports"),
    "hoos_qol_0_100": ("hoos_qol",),
    "hoos_ps_0_100": ("hoos_ps",),
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
    **{f"ohs_{item}_0_4": (f"ohs_pre_{item}", f"ohs_{item}") for item in _OHS_ITEMS},
}


def matches(
    columns: Iterable[SampledColumn], labels: Mapping[str, str] | None = None
) -> dict[str, tuple[str, float]]:
    """A variable for each column, the most alike pairs first, so that none takes another's.

    Parameters
    ----------
    columns : iterable of SampledColumn
    labels : mapping of str to str, optional
        What a data dictionary calls a column; it counts as its name does.
    """
    labels = labels or {}
    by_name = {column.name: column for column in columns}
    pairs = sorted(
        (-score, at, column, name)
        for at, column in enumerate(by_name)
        for name in load_dictionary()
        if (score := _similarity(column, labels.get(column), name)) >= LIKE_ENOUGH
    )
    beside = tuple(map(plain_name, by_name))
    found: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, _, column, name in pairs:
        if column in found or name in taken:
            continue
        if _can_be(load_dictionary()[name], -score, by_name[column], beside):
            found[column] = (name, -score)
            taken.add(name)
    return found


def _similarity(column: str, label: str | None, name: str) -> float:
    texts = [column] if label is None else [column, label]
    return max(name_similarity(text, name) for text in texts)


def name_similarity(column: str, name: str) -> float:
    """1 where a column has the name of a variable or one of its synonyms, less where alike."""
    wanted = plain_name(column)
    words = (name, *SYNONYMS.get(name, ()))
    if wanted in words or without_first_visit(wanted) in words:
        return 1.0
    # A name that is only alike never counts as the same word.
    return SAME_WORD * max(_shared_words(word, wanted) for word in words) - 1e-9


def _shared_words(one: str, other: str) -> float:
    """Share of the words of two plain names that both have, first visit and scale apart.

    Whole words only: a column `function` has half of the words of `hoos_function`, and nothing says
    that it is that score.
    """
    words, others = (of_first_visit(name).split("_") for name in (one, other))
    if words == [""] or others == [""]:
        return 0.0
    alike = sum(max(_spelling(word, as_other) for as_other in others) for word in words)
    return 2.0 * min(alike, len(others)) / (len(words) + len(others))


@lru_cache(maxsize=100_000)
def _spelling(word: str, other: str) -> float:
    """1 for the same word, less for a word cut short or spelled otherwise, 0 for another one."""
    if word == other:
        return 1.0
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) >= SHORTEST_CUT and longer.startswith(shorter):
        return CUT_OR_SWAPPED
    if len(word) >= SHORTEST_SWAPPED and sorted(word) == sorted(other):
        return CUT_OR_SWAPPED
    if min(len(word), len(other)) < SHORTEST_ALIKE:
        return 0.0
    matcher = difflib.SequenceMatcher(None, word, other)
    ratio = matcher.ratio() if matcher.quick_ratio() >= SAME_SPELLING else 0.0
    return ratio if ratio >= SAME_SPELLING else 0.0


def _can_be(variable: Variable, score: float, column: SampledColumn, beside: Sequence[str]) -> bool:
    """Whether a likeness in name may be believed."""
    if variable.kind == "date":
        return column.kind == "date"
    if score >= SAME_WORD:
        return True
    if not _is_that_score(variable, plain_name(column.name), beside):
        return False
    if variable.kind == "number":
        return column.numeric_share > 0
    if variable.levels:
        return len(column.codes) <= MOST_LEVELS
    # Who a person is decides the folds: no guess.
    return variable.kind != "identifier"


def _is_that_score(variable: Variable, name: str, beside: Sequence[str]) -> bool:
    """Whether questionnaire and visit of a plain name may be those of a variable.

    HOOS runs the other way than WOMAC, and what is known later is no baseline.
    """
    later, is_score = is_later(name, beside), variable.direction is not None
    if later != is_later(variable.name) and (later or is_score):
        return False
    return not is_score or _questionnaire(name) in (None, _questionnaire(variable.name))


def _questionnaire(name: str) -> str | None:
    """The questionnaire that a plain name begins with or contains as a word."""
    return next((_FORMS[word] for word in name.split("_") if word in _FORMS), None)


def packaged_proposal(column: SampledColumn, name: str, score: float) -> Proposal:
    """The column as a variable of the packaged dictionary."""
    variable = load_dictionary()[name]
    doubts = []
    if score < SAME_WORD:
        doubts = [f"is this {variable.label}{_ends(variable)}? likeness of names {score:.2f}"]
    if variable.kind == "category":
        levels, missing, more = category_codes(variable, column)
        return Proposal(
            column=column.name,
            variable=name,
            levels=levels,
            missing=missing,
            n_other=column.rows_of(set(column.codes) - {*levels, *missing}) if levels else 0,
            doubts=(*doubts, *more),
        )
    if variable.kind == "number":
        return _number_proposal(column, variable, doubts)
    return Proposal(column=column.name, variable=name, doubts=tuple(doubts))


def _ends(variable: Variable) -> str:
    """Which end of a score is best, as a question has it."""
    if variable.direction is None or variable.hard is None:
        return ""
    low, high = variable.hard
    worse = variable.direction == "higher_worse"
    best = f"{low if worse else high:g} best, {high if worse else low:g} worst"
    return f" ({best}; a scale that runs the other way takes reverse: true)"


def category_codes(
    variable: Variable, column: SampledColumn
) -> tuple[dict[str, str], tuple[str, ...], list[str]]:
    """What each code of a category means: levels, missing codes, and what is in doubt."""
    codes = column.codes
    reader = LevelReader(variable.levels)
    known = {code: reader.read(code)[0] for code in codes if not reader.read(code)[1]}
    if set(variable.levels) == {"no", "yes"} and is_coded_one_two(codes):
        known = {}
    strange = [code for code in codes if code not in known]
    if not strange:
        return {}, (), []
    levels = {code: str(level) for code, level in known.items()}
    missing, doubts = [], []
    for code in strange:
        if not column.may_show(code) or len(codes) > MOST_LEVELS:
            continue
        level, is_certain = meant_level(code, variable.levels)
        if level is None and is_sentinel(code):
            missing.append(code)
        else:
            levels[code] = level or UNDECIDED
            if level and not is_certain:
                doubts.append(f"{code} read as {level}?")
    if missing:
        doubts.append(f"codes that are no level ({', '.join(missing)}): missing, or which level?")
    if UNDECIDED in levels.values():
        doubts.append("state what each code means")
    return levels, tuple(missing), doubts


def is_sentinel(code: str) -> bool:
    """Whether a code is a number that often stands for missing."""
    try:
        return float(code) in SENTINELS
    except ValueError:
        return False


def missing_codes_among_numbers(column: SampledColumn) -> tuple[str, ...]:
    """Texts of a column of numbers that are none, and that a draft may show."""
    return tuple(code for code in column.common_texts if column.may_show(code))


def _number_proposal(column: SampledColumn, variable: Variable, doubts: list[str]) -> Proposal:
    missing = list(missing_codes_among_numbers(column))
    if missing:
        doubts = [*doubts, f"{', '.join(missing)}: missing?"]
    unit = None
    from_range = None
    if not len(column.numbers):
        doubts = [*doubts, "no cell is a number"]
    elif variable.hard is not None:
        outside = _outside(column, variable.hard)
        sentinels = [code for code in outside if column.numbers_by_code[code] in SENTINELS]
        values = np.array([v for c, v in column.numbers_by_code.items() if c not in sentinels])
        unit, from_range, question = _scale(variable, values)
        if outside and not unit:
            # Only numbers that stand for "missing" are named: others are patients' values.
            shown = f" ({', '.join(sentinels)})" if sentinels else ""
            low, high = variable.hard
            question = f"values outside {low:g} to {high:g}{shown}: sentinels or another unit?"
            missing += sentinels
        doubts = [*doubts, question] if question else doubts
    return Proposal(
        column=column.name,
        variable=variable.name,
        missing=tuple(missing),
        unit=unit,
        from_range=from_range,
        doubts=tuple(doubts),
    )


def _outside(column: SampledColumn, hard: tuple[float, float]) -> list[str]:
    return [
        code for code, value in column.numbers_by_code.items() if not hard[0] <= value <= hard[1]
    ]


def _scale(
    variable: Variable, values: np.ndarray
) -> tuple[str | None, tuple[float, float] | None, str]:
    """Another unit or range that the values seem to have, and the question about it."""
    if not values.size or variable.hard is None:
        return None, None, ""
    top = float(values.max())
    if variable.hard == (0.0, 100.0):
        if top <= 1.0:
            return None, (0.0, 1.0), "a share from 0 to 1?"
        if "function" in variable.name and top <= 68:
            return None, None, "the raw 0-68 sum? then from_range: [0, 68]"
    if variable.unit == "deg" and top <= 3.2:
        return "rad", None, "radians?"
    if variable.name == "height_cm" and top <= 2.5:
        return "m", None, "metres?"
    return None, None, ""
