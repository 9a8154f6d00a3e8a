"""The model card: what a reader needs before trusting a bundle, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.registry import label_of
from hiprisk.sheet.format import LinearModel, Sheet
from hiprisk.validation.resampling.intervals import Estimate
from hiprisk.wording.disclaimers import CARD_DISCLAIMER, provenance_in_words


def model_card(sheet: Sheet, evidence: Evidence) -> str:
    """Markdown card of a model."""
    parts = [
        f"# {sheet.title}",
        *[f"**{line}**" if line.startswith("SIMULATED") else line for line in evidence.summary],
        f"*{CARD_DISCLAIMER}*",
        "## Use",
        f"- Intended use: {sheet.intended_use}",
        f"- Estimand: {sheet.outcome.estimand}",
        f"- Outcome: `{sheet.outcome.variable}`, {sheet.outcome.unit}; higher is "
        f"{sheet.outcome.higher_is}",
        f"- Data: {provenance_in_words(sheet.provenance)}",
        "## Who took part",
        _table(
            ("step", "left out", "remaining"),
            [(s.label, str(s.n_left_out), str(s.n_remaining)) for s in evidence.flow],
        ),
        "## How good it is",
        _table(
            ("metric", "apparent", "optimism", "corrected"),
            [
                (label_of(r.metric), f"{r.apparent:.4g}", f"{r.optimism:.4g}", f"{r.corrected:.4g}")
                for r in evidence.optimism.rows
            ],
        ),
        f"Bootstrap of the whole procedure, {evidence.optimism.n_resamples} resamples of people. "
        f"Not repeated in them: {'; '.join(evidence.not_repeated)}.",
    ]
    if evidence.holdout is not None:
        held = evidence.holdout
        parts += [
            f"### Held out ({held.label}, n = {held.model.n})",
            _estimates(held.model.metrics),
        ]
        if held.reference is not None:
            parts += [
                f"The same people, `{held.reference_name}`:",
                _estimates(held.reference.metrics),
            ]
    parts += ["## Candidates", _families(evidence), "## Predictors", _variables(sheet)]
    if isinstance(sheet.model, LinearModel):
        parts += ["## The model in full", _coefficients(sheet.model)]
    return "\n\n".join(parts) + "\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _estimates(estimates: tuple[Estimate, ...]) -> str:
    return _table(
        ("metric", "value", "95 % interval"),
        [
            (label_of(e.name), f"{e.value:.4g}", f"{e.low:.4g} to {e.high:.4g}")
            for e in estimates
            if e.low is not None and e.high is not None
        ],
    )


def _families(evidence: Evidence) -> str:
    return _table(
        ("family", "cross-validated loss", "below the mean's", "chosen"),
        [
            (f.name, f"{f.loss:.4g}", f"{100 * f.gain_over_mean:.1f} %", "yes" if f.chosen else "")
            for f in evidence.families
        ],
    )


def _variables(sheet: Sheet) -> str:
    rows = []
    for spec in sheet.variables:
        values = ", ".join(spec.levels)
        if spec.hard is not None:
            values = f"{spec.hard[0]:g} to {spec.hard[1]:g} {spec.unit}"
        missing = spec.training.missing_share if spec.training else 0.0
        rows.append((f"`{spec.name}`", spec.label, values, f"{100 * missing:.1f} %"))
    return _table(("variable", "meaning", "values", "missing in training"), rows)


def _coefficients(model: LinearModel) -> str:
    rows = [("intercept", "", f"{model.intercept:.6g}")]
    for term in model.terms:
        knots = ", ".join(f"{knot:g}" for knot in term.knots)
        kind = f"spline, knots {knots}" if knots else "linear"
        rows.append((f"`{term.column}`", kind, ", ".join(f"{c:.6g}" for c in term.coefficients)))
    return _table(("term", "form", "coefficients"), rows)
