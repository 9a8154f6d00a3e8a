"""The card of a model that no study of ours fitted, or that was updated on new people."""

from __future__ import annotations

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.card import emphasised, full_model, markdown_table
from hiprisk.sheet.format import Sheet
from hiprisk.validation.updating.results import UpdateResult
from hiprisk.wording.disclaimers import CARD_DISCLAIMER, provenance_in_words
from hiprisk.wording.labels import estimand_in_words, with_unit
from hiprisk.wording.quantities import people_counted, with_interval
from hiprisk.wording.sites import model_over_sites, site_rows


def published_card(sheet: Sheet) -> str:
    """Markdown card of a published model: what it is, not how good it is."""
    parts = [
        f"# {sheet.title}",
        *sheet.notes,
        f"*{CARD_DISCLAIMER}*",
        *_use(sheet),
        "## Performance",
        "Not evaluated here. Evaluate it with `hiprisk validate` in people with a known outcome.",
        "## The model in full",
        full_model(sheet),
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
    counted = people_counted(result.n_people or result.n, result.n)
    version = f"@{parent.version}" if parent.version else ""
    parts = [
        f"# {sheet.title}",
        *emphasised(result.summary),
        f"*{CARD_DISCLAIMER}*",
        *_use(sheet),
        "## Origin",
        f"- Parent: `{parent.name}{version}`, sha256 `{parent.bundle_sha256 or 'none'}`\n"
        f"- Updated on {counted} ({provenance_in_words(result.cohort_provenance)}), cohort "
        f"fingerprint `{result.cohort_fingerprint[:12]}`",
        *[f"- {line}" for line in sheet.notes],
        "## Performance",
        markdown_table(("metric", "before", "after, apparent", "after, cross-validated"), rows),
        "Cross-validated: each person is predicted by an update that was fitted to others.",
        *_by_site(result),
        "## The model in full",
        full_model(sheet),
    ]
    return "\n\n".join(parts) + "\n"


def _by_site(result: UpdateResult) -> list[str]:
    if result.by_site is None:
        return []
    rows = [tuple(row) for row in site_rows(result.by_site)]
    return [
        "## Recalibration by site",
        markdown_table(("site", "people", "own intercept", "shrunken to the whole"), rows),
        *([said] if (said := model_over_sites(result.sheet)) else []),
    ]


def _shown(estimate: Estimate | None) -> str:
    return "" if estimate is None else with_interval(estimate)


def _use(sheet: Sheet) -> list[str]:
    return [
        "## Use",
        f"- Intended use: {sheet.intended_use}\n"
        f"- Estimand: {estimand_in_words(sheet.outcome)}\n"
        f"- Outcome: {with_unit(sheet.outcome.label, sheet.outcome.unit)}; higher is "
        f"{sheet.outcome.higher_is}\n"
        f"- Data: {provenance_in_words(sheet.provenance)}",
    ]
