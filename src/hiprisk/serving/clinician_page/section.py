"""The answers as HTML, without a script: a part of the calculator and a page of its own."""

from __future__ import annotations

import html
from importlib import resources

from hiprisk.serving.clinician_page.answers import Answer, answers_about
from hiprisk.serving.model import Model

ANCHOR = "model-card"
TITLE = "What this model is for, how good it is, and for whom not"
REPORT = "report.html"


def section_of(model: Model) -> str:
    """The section with its cards and the model's name, version and hash.

    Parameters
    ----------
    model : Model
    """
    cards = "\n".join(_card(answer) for answer in answers_about(model))
    return (
        f'<section id="{ANCHOR}" class="answers" aria-labelledby="h-{ANCHOR}">\n'
        f'<h2 id="h-{ANCHOR}">{TITLE}</h2>\n<div class="cards">\n{cards}\n</div>\n'
        f'<p class="small">{_origin(model)}</p>\n</section>'
    )


def style() -> str:
    """The style of the section."""
    folder = resources.files("hiprisk.serving.clinician_page")
    return folder.joinpath("style.css").read_text("utf-8")


def _card(answer: Answer) -> str:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in answer.lines)
    return (
        f'<section class="card"><h3>{html.escape(answer.question)}</h3>'
        f'<p class="fact">{html.escape(answer.headline)}</p>{lines}</section>'
    )


def _origin(model: Model) -> str:
    bundle = model.bundle
    reference = f"{html.escape(bundle.name)}@{html.escape(bundle.version)}"
    written = str(bundle.run.get("written") or "")[:10]
    parts = [
        f"Model {html.escape(bundle.name)} version {html.escape(bundle.version)}",
        f"{html.escape(model.sheet.family)} model",
        *([f"written {html.escape(written)}"] if written else []),
        f'bundle <span class="hash">{html.escape(bundle.sha256)}</span>',
    ]
    report = (
        f" The full report: <code>hiprisk report {reference} --out report.html</code>."
        if (bundle.path / REPORT).is_file()
        else ""
    )
    return f"{'; '.join(parts)}.{report}"
