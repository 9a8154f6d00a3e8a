"""What a page of ours must hold to: valid HTML, ids, anchors, alternatives, headings, headers."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

import pytest

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def parsed(text):
    """The page by a parser that refuses what the standard calls an error; skips without it."""
    html5lib = pytest.importorskip("html5lib", reason="html5lib is absent")
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def faults(text):
    """Everything that is wrong with a page, in words; empty for a page in order.

    Raises
    ------
    html5lib.html5parser.ParseError
        Of HTML that is not valid.
    """
    root = parsed(text)
    return [
        *_language(root), *_ids(root), *_anchors(root), *_alternatives(root), *_tables(root),
        *_headings(root),
    ]  # fmt: skip


def _language(root: ElementTree.Element) -> Iterator[str]:
    if not root.get("lang"):
        yield "html has no lang"
    title = root.find("head/title")
    if title is None or not (title.text or "").strip():
        yield "no title"


def _ids(root: ElementTree.Element) -> Iterator[str]:
    counts = Counter(element.get("id") for element in root.iter() if element.get("id"))
    yield from (f"id {name!r} {n} times" for name, n in counts.items() if n > 1)
    for element in root.iter():
        for kind in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for name in (element.get(kind) or "").split():
                if name not in counts:
                    yield f"{kind}={name!r} leads nowhere"


def _anchors(root: ElementTree.Element) -> Iterator[str]:
    ids = {element.get("id") for element in root.iter()}
    for link in root.iter("a"):
        target = link.get("href") or ""
        if target.startswith("#") and target[1:] and target[1:] not in ids:
            yield f"href={target!r} leads nowhere"
        if not "".join(link.itertext()).strip() and not link.get("aria-label"):
            yield f"link {target!r} says nothing"


def _alternatives(root: ElementTree.Element) -> Iterator[str]:
    for image in root.iter("img"):
        if image.get("alt") is None:
            yield "img without alt"
    for drawing in root.iter("svg"):
        hidden = drawing.get("aria-hidden") == "true"
        if not hidden and drawing.find("title") is None and not drawing.get("aria-label"):
            yield "svg without title"


def _tables(root: ElementTree.Element) -> Iterator[str]:
    for table in root.iter("table"):
        headers = list(table.iter("th"))
        if not headers:
            yield "table without headers"
        yield from ("th without scope" for one in headers if one.get("scope") is None)


def _headings(root: ElementTree.Element) -> Iterator[str]:
    levels = [HEADINGS.index(one.tag) + 1 for one in root.iter() if one.tag in HEADINGS]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"h{after} follows h{before}"
