"""Tables of the site: a cell of the head says that it heads a column, for screen readers."""

import re
from typing import Any

_HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_CELL = re.compile(r"<th(?=[\s>])(?![^>]*\sscope=)")


def on_page_content(content: str, **kwargs: Any) -> str:
    """The page with the scope of each head (called by mkdocs)."""
    return with_scopes(content)


def with_scopes(content: str) -> str:
    """HTML whose tables' heads have ``scope="col"``, which Markdown does not write."""
    return _HEAD.sub(lambda head: _CELL.sub('<th scope="col"', head[0]), content)
