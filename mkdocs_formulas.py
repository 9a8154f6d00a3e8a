"""Formulas of the site: LaTeX between dollars becomes MathML when the site is built.

pymdownx.arithmatex finds the formulas; a browser shows MathML without a script or a network.
"""

import html
import re
from typing import Any

from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError

_INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
_DISPLAYED = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# Signs of a formula that may not fit a phone.
WIDE = 24
_COMMAND = re.compile(r"\\[A-Za-z]+")


def on_page_content(content: str, **kwargs: Any) -> str:
    """The page with MathML in place of LaTeX (called by mkdocs)."""
    return with_mathml(content)


def with_mathml(content: str) -> str:
    """HTML whose formulas, as arithmatex marks them, are MathML."""
    content = _DISPLAYED.sub(lambda m: _displayed(m[1]), content)
    return _INLINE.sub(lambda m: mathml(m[1], "inline"), content)


def _displayed(latex: str) -> str:
    r"""A formula on a line of its own; its parts, between \qquad, stand below each other on a phone."""
    parts = [mathml(part, "block") for part in latex.split(r"\qquad")]
    # What is wider than a phone scrolls, with the keys too.
    widest = max(len(html.unescape(_TAG.sub("", part))) for part in parts)
    focus = ' tabindex="0"' if widest > WIDE else ""
    return f'<div class="formula"{focus}>{"".join(parts)}</div>'


def mathml(latex: str, display: str = "inline") -> str:
    """One formula as MathML; a command that the converter does not know stops the build."""
    source = html.unescape(latex).strip()
    converted = convert(source, display=display)
    if unknown := _COMMAND.search(converted):
        raise PluginError(f"no MathML for {unknown[0]} in the formula {source}")
    return converted
