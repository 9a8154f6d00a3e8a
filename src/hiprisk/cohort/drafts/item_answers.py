"""How the answers to a questionnaire's items are coded: numbers from 0 or 1, or words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hiprisk.cohort.checks.missing_codes import SENTINELS
from hiprisk.cohort.drafts.columns import LEAST_OF_A_CODE, LONGEST_CODE, SampledColumn
from hiprisk.cohort.drafts.proposals import ItemCoding
from hiprisk.cohort.drafts.redcap.data_dictionary import says_missing
from hiprisk.cohort.items.instruments import no_complaints, published_tops
from hiprisk.cohort.items.names import likely_coding
from hiprisk.values import MISSING_TEXTS
from hiprisk.yaml_settings import UNDECIDED

# Among so many answers a lowest code that never comes is no chance.
MANY_ANSWERS = 20
MOST_ANSWERS = 16

# Answers as forms in a few languages have them, by the points that they mean; a person confirms.
_FIVE_ANSWERS = (
    "none, never, not at all, no difficulty, no pain, no problems, no problem, "
    "keine, keiner, nie, niemals, überhaupt nicht, geen, nooit, ingen, aldrig, aldri",
    "mild, rarely, mildly, monthly, a little, a little difficulty, slight, slightly, "
    "leicht, leichte, wenig, selten, gering, zelden, let, lätt, sjældent, sällan",
    "moderate, sometimes, moderately, weekly, some difficulty, "
    "mäßig, mäßige, mittel, manchmal, matig, soms, moderat, måttlig, nogle gange, ibland",
    "severe, often, severely, daily, a lot, great difficulty, "
    "stark, starke, schwer, oft, groot, erg, vaak, svær, svår, ofte, ofta",
    "extreme, always, extremely, totally, constantly, very severe, impossible, impossible to do, "
    "extrem, sehr stark, sehr schwer, immer, heel erg, altijd, meget svær, mycket svår, altid, "
    "alltid",
)
_POINTS = {word: points for points, words in enumerate(_FIVE_ANSWERS) for word in words.split(", ")}
_YES_NO = {
    **dict.fromkeys(("no", "nein", "nee", "unchecked", "false"), 0),
    **dict.fromkeys(("yes", "ja", "checked", "true"), 1),
}


def item_coding(
    instrument: str,
    columns: Sequence[SampledColumn],
    choices: Sequence[Mapping[str, str]] = (),
) -> ItemCoding | None:
    """How the items are coded; None where the columns hold no answers.

    Parameters
    ----------
    instrument : str
    columns : sequence of SampledColumn
        The items.
    choices : sequence of mapping of str to str
        Answer of each code of each item, where a data dictionary says it.
    """
    stated = _stated_coding(instrument, columns, choices) if choices else None
    if stated is not None:
        return stated
    if instrument.startswith("startback"):
        return ItemCoding()  # its last item has another coding than the others
    counts: Counter[str] = Counter()
    for column in columns:
        counts.update(column.counts)
    texts = [text for text in counts if text]
    numbers = {text: value for column in columns for text, value in column.numbers_by_code.items()}
    words = [text for text in texts if text not in numbers and _is_answer(text, texts, numbers)]
    if words and len(words) > MOST_ANSWERS:
        return None
    top = published_tops(instrument)[0]
    missing = tuple(sorted(text for text, value in numbers.items() if _is_sentinel(value, top)))
    codes = {value: counts[text] for text, value in numbers.items() if text not in missing}
    labels, doubts = _labels(instrument, words, counts)
    coded, more = _codes(instrument, codes, top)
    if coded is None and codes and max(codes) > top:
        return None
    is_old_oxford = instrument == "ohs" and coded == (1, 5)
    if is_old_oxford:
        more.append("in the old form 1 is best, so reversed: right?")
    if missing:
        more.append(f"{', '.join(missing)}: missing?")
    return ItemCoding(
        coded=coded,
        reversed=is_old_oxford,
        labels=labels,
        missing=missing,
        doubts=(*doubts, *more),
    )


def _stated_coding(
    instrument: str, columns: Sequence[SampledColumn], choices: Sequence[Mapping[str, str]]
) -> ItemCoding | None:
    """The coding that a data dictionary states; None where it is no coding of the instrument."""
    answers = {(code, text) for one in choices for code, text in one.items()}
    missing = {text for pair in answers if says_missing(pair[1]) for text in pair}
    points = {(code, text) for code, text in answers if text not in missing}
    if not points or not all(code.isdecimal() for code, _ in points):
        return None
    low = min(int(code) for code, _ in points)
    high = max(int(code) for code, _ in points)
    if high - low != published_tops(instrument)[0]:
        return None
    came = {code for column in columns for code in column.counts}
    falls = no_complaints(instrument) > 0 and low == 1
    labels = {
        text: str(high - int(code) if falls else int(code) - low)
        for code, text in points
        if text in came
    }
    if len({text for _, text in points}) < high - low + 1 or labels.keys() & {c for c, _ in points}:
        labels = {}
    ordered = dict(sorted(labels.items(), key=lambda one: one[1]))
    doubts = ["None is an answer, not missing?"] if "none" in map(str.lower, ordered) else []
    if falls:
        doubts.append("in the old form 1 is best, so reversed: right?")
    return ItemCoding(
        coded=(low, high) if low else None,
        reversed=falls,
        labels=ordered,
        missing=tuple(sorted(missing & came)),
        doubts=tuple(doubts),
    )


def _is_answer(text: str, texts: Sequence[str], numbers: Mapping[str, float]) -> bool:
    """Whether a word is an answer: None is one among words, and means missing among numbers."""
    if text.lower() not in MISSING_TEXTS:
        return True
    others = [one for one in texts if one not in numbers and one.lower() not in MISSING_TEXTS]
    return text.lower() == "none" and bool(others)


def _is_sentinel(value: float, top: int) -> bool:
    # 9 and 99 lie on the scales of other forms (0-10, 0-100) only where those are full of values.
    return value in SENTINELS and not 0 <= value <= top + 1


def _labels(
    instrument: str, words: Sequence[str], counts: Mapping[str, int]
) -> tuple[dict[str, str], list[str]]:
    """Points of each word in their order, and what is in doubt."""
    labels: dict[str, str] = {}
    top = published_tops(instrument)[0]
    known = _YES_NO if top == 1 else _POINTS
    best = no_complaints(instrument)
    if best:
        # Its answers are other words in every item, and the points fall.
        known = {}
    for word in words:
        points = known.get(word.strip().lower())
        shared = counts[word] >= LEAST_OF_A_CODE and len(word) <= LONGEST_CODE
        if points is not None and points <= top:
            labels[word] = str(points)
        elif shared:
            labels[word] = UNDECIDED
    ordered = dict(sorted(labels.items(), key=lambda one: (one[1], one[0])))
    doubts = [f"points of the labels, {best} is the first answer of the form"] if ordered else []
    if any(word.lower() == "none" for word in ordered):
        doubts.append("None is an answer, not missing?")
    return ordered, doubts


def _codes(
    instrument: str, codes: Mapping[float, int], top: int
) -> tuple[tuple[int, int] | None, list[str]]:
    """Coding of the numbers, where it is not the published one, and what is in doubt."""
    if not codes or any(value < 0 for value in codes):
        return None, []
    certain = likely_coding(instrument, codes)
    if certain == (0, top):
        return None, []
    highest = max(codes)
    if highest > top + 1:
        wider = [other for other in published_tops(instrument) if highest <= other]
        return ((0, wider[0]), [f"answers from 0 to {wider[0]}?"]) if wider else (None, [])
    if 0 in codes:
        return None, []
    if certain or highest == top + 1 or sum(codes.values()) >= MANY_ANSWERS:
        return (1, top + 1), [f"no answer is 0: coded from 1 to {top + 1}?"]
    return None, [f"no answer is 0: coded from 1 to {top + 1}? then coded: [1, {top + 1}]"]
