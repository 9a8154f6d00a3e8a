"""The ``>>>`` examples of a page, run in its order."""

from __future__ import annotations

import doctest

from documentation.blocks import blocks_of

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_examples(page: str, *, flags: int = 0) -> int:
    """Run every ``pycon`` block of a page in one namespace; returns how many examples there are."""
    text, last = [], 0
    for block in blocks_of(page):
        if block.language == "pycon":
            text += [""] * (block.line - last) + block.text.splitlines()
            last = block.line + len(block.text.splitlines())
    # The examples keep the numbers of the page's lines.
    test = doctest.DocTestParser().get_doctest("\n".join(text) + "\n", {}, page, page, 0)
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=report.append)
    assert not result.failed, "".join(report)
    return result.attempted
