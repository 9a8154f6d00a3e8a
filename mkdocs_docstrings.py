"""Docstrings for the site: references and formulas, written for Sphinx, as Markdown has them."""

import re
from typing import Any

from griffe import Extension, Object

# A reference as numpydoc writes it becomes an entry of a numbered list.
_REFERENCE = re.compile(r"^(\s*)\.\. \[(\d+)\] ", re.MULTILINE)
# A formula runs on over lines that are indented further than its first.
_FORMULA = re.compile(r"^( *)\.\. math:: *((?:.+)(?:\n\1 +\S.*)*)$", re.MULTILINE)
_INLINE = (
    (re.compile(r":math:`([^`]+)`"), r"$\1$"),
    (re.compile(r":(?:func|class|meth):`"), "`"),
    (re.compile(r"\[(\d+)\]_"), r"[\1]"),
)


class Markdown(Extension):
    """Puts every docstring into Markdown as it is read."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Change the docstring of a function, class, module or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(text: str) -> str:
    """A docstring with references as a list, formulas between dollars, and no roles."""
    text = _REFERENCE.sub(r"\1\2. ", text)
    text = _FORMULA.sub(r"\1$$\2$$", text)
    for pattern, instead in _INLINE:
        text = pattern.sub(instead, text)
    return text
