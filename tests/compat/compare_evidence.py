"""Compare two JSON results leaf by leaf: numbers to 1e-12, keys, codes, and sentences apart.

    python tests/compat/compare_evidence.py OLD NEW [--renames FILE] [--tolerance 1e-12] [--floor 0]

OLD and NEW are JSON files (.json or .json.gz), for instance the evidence.json of a bundle written
before a change and of one written after it. The exit code is 1 if a number, a code or a key
differs; sentences for people are listed and do not count. Standard library only.
"""

import argparse
import gzip
import json
import math
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

RENAMES = Path(__file__).with_name("renames.json")
# A text without a space is a code, a name or a hash: a machine may read it.
CODE = re.compile(r"\S*")


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may lie apart: relative to the larger, or absolutely."""

    relative: float = 1e-12
    floor: float = 0.0


@dataclass(frozen=True)
class Renames:
    """What is known to have another name now.

    Attributes
    ----------
    keys : dict
        Old key, or the end of its dotted path without list positions, and the new key.
    words : dict
        Old and new text of a leaf that is a code.
    ignored : tuple
        Keys, or ends of dotted paths, that are not compared: times, places, run numbers.
    changed : dict
        Ends of dotted paths, as a pattern, of lists that grew and numbers that changed on purpose,
        or are not shown any more, and why.
    added : tuple
        Keys that some results have since; where both have them they are compared.
    """

    keys: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    ignored: tuple = ()
    changed: dict = field(default_factory=dict)
    added: tuple = ()


@dataclass
class Differences:
    """Lists of (path, old, new), or of paths."""

    numbers: list = field(default_factory=list)
    codes: list = field(default_factory=list)
    sentences: list = field(default_factory=list)
    lengths: list = field(default_factory=list)
    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    renamed: set = field(default_factory=set)
    n_numbers: int = 0

    def matter(self):
        """Whether anything but sentences differs."""
        return any((self.numbers, self.codes, self.lengths, self.added, self.removed))

    def report(self, most=40):
        """What differs, as lines; at most so many of each kind."""
        lines = [f"{self.n_numbers} numbers compared"]
        for kind in ("numbers", "codes", "lengths", "added", "removed", "sentences"):
            found = getattr(self, kind)
            lines.append(f"{kind} that differ: {len(found)}" if found else f"{kind}: no difference")
            lines += [f"  {_line(one)}" for one in found[:most]]
            lines += [f"  and {len(found) - most} more"] * (len(found) > most)
        lines += [f"renamed: {old} -> {new}" for old, new in sorted(self.renamed)]
        return "\n".join(lines)


def _line(one):
    if isinstance(one, str):
        return one
    path, old, new = one
    return f"{path}: {_short(old)} -> {_short(new)}"


def _short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]} ..."


def read_renames(path=RENAMES):
    """The table of renamed keys and words; an empty one where there is no file."""
    if path is None or not Path(path).is_file():
        return Renames()
    raw = json.loads(Path(path).read_text(encoding="utf-8"))
    return Renames(
        raw.get("keys", {}),
        raw.get("words", {}),
        tuple(raw.get("ignored", ())),
        raw.get("changed", {}),
        tuple(raw.get("added", ())),
    )


def compare(old, new, *, renames=None, tolerance=None):
    """Every difference between two values read from JSON."""
    found = Differences()
    _compare(old, new, "", renames or Renames(), tolerance or Tolerance(), found)
    return found


def _compare(old, new, path, renames, tolerance, found):
    if isinstance(old, dict) and isinstance(new, dict):
        _compare_objects(old, new, path, renames, tolerance, found)
    elif isinstance(old, list) and isinstance(new, list):
        grown = len(new) > len(old) and _changed(path, renames)
        if len(old) != len(new) and not grown:
            found.lengths.append((path, len(old), len(new)))
        for position, pair in enumerate(zip(old, new, strict=False)):
            _compare(*pair, f"{path}[{position}]", renames, tolerance, found)
    else:
        _compare_leaves(old, new, path, renames, tolerance, found)


def _compare_objects(old, new, path, renames, tolerance, found):
    left = set(new)
    for key, value in old.items():
        here = f"{path}.{key}" if path else key
        if _named(here, renames.ignored):
            left.discard(key)
            continue
        now = _renamed(here, key, renames)
        if now not in new:
            found.removed.append(here)
            continue
        if now != key:
            found.renamed.add((key, now))
        left.discard(now)
        _compare(value, new[now], here, renames, tolerance, found)
    places = (f"{path}.{key}" if path else key for key in sorted(left))
    known = (*renames.ignored, *renames.added)
    found.added += [place for place in places if not _named(place, known)]


def _compare_leaves(old, new, path, renames, tolerance, found):
    if _is_number(old) and _is_number(new):
        found.n_numbers += 1
        if not _close(old, new, tolerance) and not _changed(path, renames):
            found.numbers.append((path, old, new))
    elif isinstance(old, str) and isinstance(new, str):
        if renames.words.get(old, old) != new and old != new:
            same_kind = CODE.fullmatch(old) or CODE.fullmatch(new)
            (found.codes if same_kind else found.sentences).append((path, old, new))
    elif old is not new and old != new and not (new is None and _changed(path, renames)):
        found.codes.append((path, old, new))


def _close(old, new, tolerance):
    return old == new or math.isclose(old, new, rel_tol=tolerance.relative, abs_tol=tolerance.floor)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(path):
    return re.sub(r"\[\d+\]", "", path)


def _named(path, names):
    plain = _plain(path)
    return any(plain == name or plain.endswith(f".{name}") for name in names)


def _changed(path, renames):
    return any(re.search(rf"{end}$", _plain(path)) for end in renames.changed)


def _renamed(path, key, renames):
    plain = _plain(path)
    for old, new in renames.keys.items():
        if plain == old or plain.endswith(f".{old}"):
            return new
    return key


def read_json(path):
    """A JSON file, packed or not."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as stream:
        return json.load(stream)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--renames", type=Path, default=RENAMES, help="JSON: keys, words, ignored")
    parser.add_argument("--tolerance", type=float, default=1e-12, help="relative")
    parser.add_argument("--floor", type=float, default=0.0, help="absolute difference let pass")
    parser.add_argument("--most", type=int, default=40, help="lines shown of each kind")
    options = parser.parse_args(argv)
    found = compare(
        read_json(options.old),
        read_json(options.new),
        renames=read_renames(options.renames),
        tolerance=Tolerance(options.tolerance, options.floor),
    )
    sys.stdout.write(found.report(options.most) + "\n")
    return 1 if found.matter() else 0


if __name__ == "__main__":
    sys.exit(main())
