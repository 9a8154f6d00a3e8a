"""Names that a machine knows and a person should not read: words joined by underscores."""

import html
import re

# Codes of findings, in capitals, are no such names.
NAME = re.compile(r"\b[a-z][A-Za-z0-9]*_\w+")


def names_in(text):
    """Names in a text, what is set as code left out."""
    text = re.sub(r"`[^`]*`", " ", text)
    return NAME.findall(text)


def names_on(page):
    """Names that a reader of a page meets: in text and in what pictures say, not in code."""
    page = re.sub(r"<(style|code)>.*?</\1>", " ", page, flags=re.DOTALL)
    said = " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', page))
    return names_in(html.unescape(re.sub(r"<[^>]+>", " ", page) + said))


def words_of(section):
    """All that a section says, a cell or sentence each."""
    yield section.title
    yield from (*section.paragraphs, *section.notes)
    for table in section.tables:
        yield from (table.caption, *table.head, *(cell for row in table.rows for cell in row))
    for picture in section.pictures:
        yield from (picture.alt, picture.caption)


def words_on(ax):
    """All that a figure says: title, axes, ticks, legend, notes."""
    yield from (ax.get_title(), ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel())
    labels = (*ax.get_xticklabels(), *ax.get_yticklabels(), *ax.texts)
    yield from (label.get_text() for label in labels)
    legend = ax.get_legend()
    if legend is not None:
        yield from (text.get_text() for text in (*legend.get_texts(), legend.get_title()))


def words_in_svg(picture):
    """All that a picture of a report says, read from its SVG, where text is text."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", picture.svg.decode(), flags=re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in texts]
