"""Builds the calculator page: a template, its style and script, and the sheet as JSON."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import asdict
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from hiprisk.serving.clinician_page.section import section_of, style
from hiprisk.sheet.document.codec import encode
from hiprisk.sheet.document.strict_json import canonical_json
from hiprisk.wording.disclaimers import warnings_of
from hiprisk.wording.labels import capital, estimand_in_words
from hiprisk.wording.sites import sites_sentence

if TYPE_CHECKING:
    from hiprisk.serving.model import Model

SCRIPTS = (
    "math.js",
    "values.js",
    "ordinal.js",
    "engine.js",
    "explain.js",
    "pictures.js",
    "form.js",
    "page.js",
)


def build_page(model: Model, *, report: str | None = None) -> str:
    """One self-contained HTML document: the same bundle gives the same bytes.

    Its content security policy forbids every connection, and allows this very script and style by
    their hashes and nothing else, so that a page changed on its way runs nothing.

    Parameters
    ----------
    model : Model
    report : str, optional
        Address of the model's report, as seen from the page.
    """
    # One function of its own: the files' names stay out of the window.
    script = "(() => {\n" + "\n".join(_part(name) for name in SCRIPTS) + "})();\n"
    styles = _styles()
    return Template(_part("template.html")).substitute(
        policy=html.escape(content_security_policy(script, styles), quote=True),
        title=html.escape(model.sheet.title),
        estimand=_estimand(model),
        banners=_banners(model),
        section=section_of(model, report=report),
        style=styles,
        script=script,
        model=_model_json(model),
    )


def build_clinician_page(
    model: Model, *, report: str | None = None, calculator: str | None = None
) -> str:
    """What the model is for, how good it is and for whom not, as a page of its own.

    The calculator has the same section; this page has no script and makes no connection.

    Parameters
    ----------
    model : Model
    report, calculator : str, optional
        Addresses of the model's report and calculator, as seen from the page.
    """
    styles = _styles()
    return Template(_part("clinician.html")).substitute(
        policy=html.escape(f"default-src 'none'; style-src '{_hash(styles)}'; base-uri 'none'"),
        title=html.escape(model.sheet.title),
        estimand=_estimand(model),
        banners=_banners(model),
        calculator=_link(calculator),
        section=section_of(model, report=report),
        style=styles,
    )


def _link(calculator: str | None) -> str:
    if calculator is None:
        return ""
    return f'<p class="screen-only"><a href="{html.escape(calculator)}">Open the calculator</a></p>'


def _styles() -> str:
    return _part("style.css") + style()


def _estimand(model: Model) -> str:
    return html.escape(f"{capital(estimand_in_words(model.sheet.outcome))}.")


def _banners(model: Model) -> str:
    """What must be read first, before any script has run."""
    return "\n".join(
        f'<div class="banner" role="note" aria-label="{html.escape(warning.partition(":")[0])}">'
        f"{_banner(warning)}</div>"
        for warning in warnings_of(model.sheet)
    )


def _banner(warning: str) -> str:
    """A warning with its first words set in bold."""
    kind, _, rest = warning.partition(": ")
    return f"<strong>{kind}.</strong> {rest[0].upper()}{rest[1:]}"


def content_security_policy(script: str, style: str) -> str:
    """The page's policy: no connection, no frame, no form target, one script, one style."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _model_json(model: Model) -> str:
    """The sheet and where it comes from, safe inside a script element."""
    document: dict[str, object] = {
        "sheet": encode(model.sheet),
        "bundle": {
            "name": model.bundle.name,
            "version": model.bundle.version,
            "sha256": model.bundle.sha256,
        },
    }
    if (reference := model.reference) is not None:
        patient = dict(reference.compared.patient)
        document["reference"] = {"words": reference.words, "patient": patient}
    if (exposure := model.exposure) is not None:
        document["exposure"] = asdict(exposure)
    if (said := sites_sentence(model.sheet)) is not None:
        document["sites"] = said
    # A `<` could end the element; JSON has another way to write it.
    return canonical_json(document).replace("<", "\\u003c")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _part(name: str) -> str:
    return resources.files("hiprisk.serving.calculator").joinpath(name).read_text("utf-8")
