"""The card of a model that no study of ours fitted, or that was updated on new people."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.sheet.format import LinearModel, Sheet
from hiprisk.validation.updating.results import UpdateResult
from hiprisk.wording.disclaimers import CARD_DISCLAIMER, provenance_in_words


def published_card(sheet: Sheet) -> str:
    """Markdown card of a published model: what it is, not how good it is."""
    parts = [
        f"# {sheet.title}",
        *sheet.notes,
        f"*{CARD_DISCLAIMER}*",
        *_use(sheet),
        "## How good it is",
        "Not judged here: `hiprisk validate` says how it does on people whose outcome is known.",
        *_model(sheet),
    ]
    return "\n\n".join(parts) + "\n"


def updated_card(result: UpdateResult) -> str:
    """Markdown card of an updated model: where it comes from, before and after."""
    sheet = result.sheet
    stages = (("before", result.before), ("apparent", result.apparent), ("after", result.after))
    found = {stage: {e.name: e for e in estimates} for stage, estimates in stages}
    rows = [
        (label_of(name), *(_shown(found[stage].get(name)) for stage, _ in stages))
        for name in found["after"]
    ]
    parent = result.parent
    version = f"@{parent.version}" if parent.version else ""
    parts = [
        f"# {sheet.title}",
        *[f"**{line}**" if line.startswith("SIMULATED") else line for line in result.summary],
        f"*{CARD_DISCLAIMER}*",
        *_use(sheet),
        "## Where it comes from",
        f"- Parent: `{parent.name}{version}`, sha256 `{parent.bundle_sha256 or 'none'}`\n"
        f"- Updated on {result.n} people ({provenance_in_words(result.cohort_provenance)}), cohort "
        f"fingerprint `{result.cohort_fingerprint[:12]}`",
        *[f"- {line}" for line in sheet.notes],
        "## How good it is",
        table(("metric", "before", "after, apparent", "after, cross-validated"), rows),
        "Cross-validated: each person is judged by an update that was fitted to others.",
        *_model(sheet),
    ]
    return "\n\n".join(parts) + "\n"


def _shown(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.4g}"
    return f"{estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g})"


def _use(sheet: Sheet) -> list[str]:
    return [
        "## Use",
        f"- Intended use: {sheet.intended_use}\n"
        f"- Estimand: {sheet.outcome.estimand}\n"
        f"- Outcome: `{sheet.outcome.variable}`, {sheet.outcome.unit}; higher is "
        f"{sheet.outcome.higher_is}\n"
        f"- Data: {provenance_in_words(sheet.provenance)}",
    ]


def _model(sheet: Sheet) -> list[str]:
    if not isinstance(sheet.model, LinearModel):
        return ["## The model", f"{len(sheet.model.trees)} trees; see `sheet.json`."]
    rows = [("intercept", "", f"{sheet.model.intercept:.6g}")]
    for term in sheet.model.terms:
        knots = ", ".join(f"{knot:g}" for knot in term.knots)
        form = f"spline, knots {knots}" if knots else "linear"
        rows.append((f"`{term.column}`", form, ", ".join(f"{c:.6g}" for c in term.coefficients)))
    return ["## The model in full", table(("term", "form", "coefficients"), rows)]


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
