"""Metadata of the model, and the page that stands in for the calculator."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from typing import Any

from hiprisk.serving.http.requests import words
from hiprisk.serving.model import Model
from hiprisk.sheet.document.codec import encode
from hiprisk.wording.reasons import range_text

_CLOSED = ("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
_INLINE = re.compile(r"<(script|style)\b[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)


def describe(model: Model) -> dict[str, Any]:
    """The body of ``GET /model``: card, evidence, intended use, provenance, variables."""
    bundle, sheet = model.bundle, model.sheet
    return {
        "name": bundle.name,
        "version": bundle.version,
        "title": sheet.title,
        "family": sheet.family,
        "provenance": sheet.provenance,
        "intended_use": sheet.intended_use,
        "bundle_sha256": bundle.sha256,
        "cohort_fingerprint": bundle.manifest["cohort_fingerprint"],
        "created_with": bundle.manifest.get("created_with", {}),
        "outcome": encode(sheet.outcome),
        "variables": [
            {
                **encode(spec),
                "weight": spec.weight if sheet.has_reference_population else None,
                "takes": range_text(spec),
            }
            for spec in sheet.variables
        ],
        **({} if sheet.sites is None else {"sites": encode(sheet.sites)}),
        "evidence": bundle.evidence,
        "card": bundle.file_bytes("card.md").decode() if bundle.has_file("card.md") else "",
        **words(model),
    }


def health(model: Model) -> dict[str, Any]:
    """The body of ``GET /health``."""
    return {
        "status": "ok",
        "model": model.bundle.name,
        "version": model.bundle.version,
        "provenance": model.sheet.provenance,
        "bundle_sha256": model.bundle.sha256,
    }


def plain_page(model: Model) -> str:
    """A page without a calculator: what the service is and where it answers."""
    sheet = model.sheet
    said = "".join(f"<p>{html.escape(text)}</p>" for text in words(model).values())
    rows = "".join(
        f"<tr><td><code>{html.escape(spec.name)}</code></td><td>{html.escape(spec.label)}</td>"
        f"<td>{html.escape(range_text(spec))}</td></tr>"
        for spec in sheet.variables
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(sheet.title)}</title></head><body><main>"
        f"<h1>{html.escape(sheet.title)}</h1>{said}<p>{html.escape(sheet.intended_use)}</p>"
        "<p>This is a service for programs: <code>/predict</code>, <code>/score</code>, "
        "<code>/model</code>, <code>/cds-services</code>; <code>/openapi.json</code> describes "
        "them.</p><table><caption>Variables of the model</caption><thead><tr><th>name</th>"
        f"<th>meaning</th><th>takes</th></tr></thead><tbody>{rows}</tbody></table>"
        "</main></body></html>\n"
    )


# A report has no script. Its pictures are drawn with style attributes, which no hash can allow.
REPORT_POLICY = "; ".join(
    ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", *_CLOSED]
)


def page_policy(page: str) -> str:
    """The content security policy under which exactly this page's own script and style run."""
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in _INLINE.findall(page):
        digest = hashlib.sha256(text.encode()).digest()
        hashes[kind.lower()].append(f"'sha256-{base64.b64encode(digest).decode()}'")
    parts = ["default-src 'none'"]
    parts += [f"{kind}-src {' '.join(found)}" for kind, found in hashes.items() if found]
    return "; ".join([*parts, "img-src data:", *_CLOSED])
