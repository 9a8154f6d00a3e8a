"""Badges of README.md, from what the project states: ``python tests/documentation/badges.py``."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
BADGES = ROOT / "docs" / "badges"
_LETTER, _PAD = 6.6, 7
_DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img"
 aria-label="{name}: {said}">
<title>{name}: {said}</title>
<rect width="{width}" height="20" rx="3" fill="#1f5c7a"/>
<rect width="{left}" height="20" rx="3" fill="#444"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{middle_left}" y="14" textLength="{text_left}">{name}</text>
<text x="{middle_right}" y="14" textLength="{text_right}">{said}</text>
</g>
</svg>
"""


def drawings() -> dict[str, str]:
    """The badges by the name of their file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    typed = (ROOT / "src" / "hiprisk" / "py.typed").is_file()
    covered = "--fail-under=95 --include='src/hiprisk/metrics/*,src/hiprisk/sheet/*"
    assert typed
    assert covered in (ROOT / "Makefile").read_text(encoding="utf-8")
    return {
        "python.svg": drawing("python", project["requires-python"].replace(">=", "") + " or newer"),
        "licence.svg": drawing("licence", project["license"]),
        "typed.svg": drawing("types", "mypy --strict"),
        "coverage.svg": drawing("coverage of metrics and sheet", "at least 95 %"),
    }


def drawing(name: str, said: str) -> str:
    """One badge as SVG."""
    text_left, text_right = round(len(name) * _LETTER), round(len(said) * _LETTER)
    left = text_left + 2 * _PAD
    return _DRAWING.format(
        name=name, said=said, left=left, width=left + text_right + 2 * _PAD, text_left=text_left,
        text_right=text_right, middle_left=left / 2, middle_right=left + _PAD + text_right / 2,
    )  # fmt: skip


if __name__ == "__main__":
    BADGES.mkdir(exist_ok=True)
    for name, text in drawings().items():
        (BADGES / name).write_text(text, encoding="utf-8")
