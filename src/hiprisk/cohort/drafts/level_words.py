"""Words by which files name the levels of common categories, in a few languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The first words are the level's own in other letter case; the others are abbreviations or
# translations, and a person confirms what they mean.
WORDS: Mapping[str, frozenset[str]] = {
    level: frozenset(words.split())
    for level, words in {
        "yes": "yes y true checked positive ja j oui si sí sim",
        "no": "no n false unchecked negative nein nee nej non não",
        "female": "female f woman women weiblich w frau vrouw femme mujer kvinde kvinna",
        "male": "male m man men männlich mann homme hombre",
        "right": "right r rechts re droite derecha",
        "left": "left l links li gauche izquierda",
        "both": "both bilateral beide beidseits",
        "with_others": "with_others",
        "low": "low",
        "medium": "medium",
        "high": "high",
        "hip": "hip",
        "knee": "knee",
        "active": "active",
        "passive": "passive",
    }.items()
}
_ALL = frozenset().union(*WORDS.values())
# Words that say a level and nothing else: a person need not confirm them.
_PLAIN = {"true": "yes", "false": "no", "checked": "yes", "unchecked": "no"}


def is_level_word(text: str) -> bool:
    """Whether a text is a common word for a level, and so no person's own words."""
    return text.strip().lower() in _ALL


def meant_level(code: str, levels: Sequence[str]) -> tuple[str | None, bool]:
    """The level that a code probably means.

    Returns
    -------
    tuple of str or None and bool
        The level, None where the word is not known; and whether it is certain.
    """
    folded = code.strip().lower()
    for level in levels:
        if folded in (level, level.replace("_", " ")):
            return level, True
    if _PLAIN.get(folded) in levels:
        return _PLAIN[folded], True
    found = [level for level in levels if folded in WORDS.get(level, ())]
    return (found[0], False) if len(found) == 1 else (None, False)


def yes_no_of(codes: Sequence[str]) -> bool:
    """Whether codes are those of a category of no and yes, in 0 and 1 or in words."""
    if not codes:
        return False
    if set(codes) <= {"0", "1", "0.0", "1.0"}:
        return True
    return all(meant_level(code, ("no", "yes"))[0] for code in codes)
