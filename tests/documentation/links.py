"""Relative links and anchors of README, the documentation and the built site; others are listed.

Run as a script it prints what leads nowhere: ``python tests/documentation/links.py [SITE]``, where
SITE is the folder that mkdocs built; ``--external`` lists the addresses of other hosts instead.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"(?<!\\)!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_NAMED = re.compile(r"\bdocs/[\w/-]+\.md(?:#[\w-]+)?")
_STATED = re.compile(r"\{[^}]*#([\w-]+)[^}]*\}|\bid=\"([^\"]+)\"")


def texts():
    """README and every page of the documentation, as they are written."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def links_of(page):
    """Targets of a page of Markdown or HTML, those in code left out."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".html":
        return _read(page).targets
    return _LINK.findall(_CODE.sub("", text))


def is_external(target):
    """Whether an address is of another host, or no address of a page."""
    parts = urlsplit(target)
    return bool(parts.scheme or parts.netloc)


def faults(pages) -> Iterator[str]:
    """Relative links of pages that lead nowhere, in words."""
    for page in pages:
        for target in dict.fromkeys(links_of(page)):
            if not is_external(target) and (wrong := _wrong(page, target)):
                yield f"{_shown(page)}: {target}: {wrong}"


def named_pages(folder) -> Iterator[tuple[Path, str]]:
    """Files of Python below a folder and the pages of docs that their messages name."""
    for source in sorted(folder.rglob("*.py")):
        for named in dict.fromkeys(_NAMED.findall(source.read_text(encoding="utf-8"))):
            yield source, named


def unknown_pages(folder) -> list[str]:
    """The pages and anchors that messages name and that are not there, in words."""
    return [
        f"{_shown(source)}: {named}: {wrong}"
        for source, named in named_pages(folder)
        if (wrong := _wrong(ROOT / "pyproject.toml", named))
    ]


def _wrong(page, target):
    parts = urlsplit(target)
    found = page if not parts.path else page.parent / unquote(parts.path)
    if found.is_dir() and page.suffix == ".html":
        found = found / "index.html"
    if not found.exists():
        return "no such file"
    if not parts.fragment or found.suffix not in (".md", ".html"):
        return ""
    return "" if unquote(parts.fragment) in _anchors(found.resolve()) else "no such anchor"


@cache
def _anchors(page):
    if page.suffix == ".html":
        return _read(page).ids
    text = page.read_text(encoding="utf-8")
    stated = {one for pair in _STATED.findall(text) for one in pair if one}
    # A line of a block of code may begin as a heading does.
    titles = _HEADING.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return stated | {_slug(title) for title in titles}


def _slug(title):
    """The anchor of a heading, as mkdocs makes it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|\{[^}]*\}", r"\1", title)
    plain = re.sub(r"[^\w\s-]", "", plain.encode("ascii", "ignore").decode()).strip().lower()
    return re.sub(r"[-\s]+", "-", plain)


class _Page(HTMLParser):
    """Ids and targets of a page of HTML."""

    def __init__(self):
        super().__init__()
        self.ids, self.targets = set(), []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value)
            # What a script fills in, and an empty link, lead nowhere by design.
            elif name in ("href", "src") and value and value != "#":
                self.targets.append(value)


@cache
def _read(page):
    found = _Page()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def _shown(page):
    return page.relative_to(ROOT) if page.is_relative_to(ROOT) else page


def main(argv):
    """Print what leads nowhere, and say how much was looked at."""
    parser = argparse.ArgumentParser()
    parser.add_argument("site", nargs="?", type=Path)
    parser.add_argument("--external", action="store_true")
    options = parser.parse_args(argv)
    pages = texts()
    if options.site is not None:
        # That page is shown for any address, so its links begin at the root.
        pages += [one for one in sorted(options.site.rglob("*.html")) if one.name != "404.html"]
    links = [(page, target) for page in pages for target in links_of(page)]
    if options.external:
        found = sorted({target for _, target in links if is_external(target)})
        sys.stdout.write("".join(f"{one}\n" for one in found))
        return 0
    wrong = list(faults(pages))
    sys.stdout.write("".join(f"{one}\n" for one in wrong))
    sys.stdout.write(f"{len(pages)} pages, {len(links)} links, {len(wrong)} lead nowhere\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
