"""The answers as HTML, without a script: a part of the calculator and a page of its own."""

from __future__ import annotations

import html
from importlib import resources

from hiprisk.bundle.manifest import REPORT
from hiprisk.serving.clinician_page.answers import Answer, answers_about
from hiprisk.serving.model import Model
from hiprisk.wording.quantities import typeset

ANCHOR = "model-card"
TITLE = "What this model is for, how good it is, and for whom not"


def section_of(model: Model, *, report: str | None = None) -> str:
    """The section with its cards and the model's name, version and hash.

    Parameters
    ----------
    model : Model
    report : str, optional
        Address of the model's report, as seen from the page; without it no link leads there.
    """
    cards = "\n".join(_card(answer) for answer in answers_about(model))
    return (
        f'<section id="{ANCHOR}" class="answers" aria-labelledby="h-{ANCHOR}">\n'
        f'<h2 id="h-{ANCHOR}">{TITLE}</h2>\n<div class="cards">\n{cards}\n</div>\n'
        f'{_report(model, report)}<p class="small">{_origin(model)}</p>\n</section>'
    )


def style() -> str:
    """The style of the section."""
    folder = resources.files("hiprisk.serving.clinician_page")
    return folder.joinpath("style.css").read_text("utf-8")


def _card(answer: Answer) -> str:
    lines = "".join(f"<p>{html.escape(typeset(line))}</p>" for line in answer.lines)
    return (
        f'<section class="card"><h3>{html.escape(answer.question)}</h3>'
        f'<p class="fact">{html.escape(typeset(answer.headline))}</p>{lines}</section>'
    )


def _origin(model: Model) -> str:
    bundle = model.bundle
    written = str(bundle.run.get("written") or "")[:10]
    parts = [
        f"Model {html.escape(bundle.name)} version {html.escape(bundle.version)}",
        f"{html.escape(model.sheet.family)} model",
        *([f"written {html.escape(written)}"] if written else []),
        f'bundle <span class="hash">{html.escape(bundle.sha256)}</span>',
    ]
    return f"{'; '.join(parts)}."


def _report(model: Model, address: str | None) -> str:
    """Where the report is; how to write it where it can be written; else nothing."""
    bundle = model.bundle
    if not bundle.has_file(REPORT):
        return ""
    of = "study" if bundle.lineage is None else "update"
    if address is not None:
        found = f'<a href="{html.escape(address)}">The full report of the {of}</a>'
    else:
        command = html.escape(f"hiprisk report {bundle.name}@{bundle.version} --out report.html")
        found = f"The full report of the {of}: <code>{command}</code>"
    return f"<p>{found}.</p>\n"
