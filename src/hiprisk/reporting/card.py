"""The model card: what a reader needs before trusting a bundle, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.appendix.comparisons import candidate_label
from hiprisk.reporting.internal.performance import with_digits
from hiprisk.reporting.study.limitations import limitations_section
from hiprisk.sheet.format import LinearModel, Sheet, TreesModel
from hiprisk.wording.disclaimers import (
    CARD_DISCLAIMER,
    SIMULATED_COHORT,
    SIMULATED_MODEL,
    provenance_in_words,
)
from hiprisk.wording.intercepts import formula_in_words
from hiprisk.wording.labels import (
    capital,
    column_label,
    estimand_in_words,
    predictor_label,
    sheet_labels,
    with_unit,
)
from hiprisk.wording.quantities import number, number_and_interval, percent, signed, with_interval
from hiprisk.wording.reasons import range_text
from hiprisk.wording.sites import model_over_sites


def model_card(sheet: Sheet, evidence: Evidence, config: StudyConfig) -> str:
    """Markdown card of a model.

    Parameters
    ----------
    sheet : Sheet
    evidence : Evidence
    config : StudyConfig
        For limitations, those that the authors gave among them.
    """
    parts = [
        f"# {sheet.title}",
        *emphasised([capital(sentence) for sentence in evidence.summary]),
        f"*{CARD_DISCLAIMER}*",
        "## Use",
        f"- Intended use: {sheet.intended_use}",
        f"- Estimand: {estimand_in_words(sheet.outcome)}",
        f"- Outcome: {_outcome(sheet)}; higher is {sheet.outcome.higher_is}",
        f"- Data: {provenance_in_words(sheet.provenance)}",
        "## Participants",
        markdown_table(
            ("step", "excluded", "remaining"),
            [(s.label, str(s.n_left_out), str(s.n_remaining)) for s in evidence.flow],
        ),
        "## Performance (internal validation)",
        *_internal_validation(evidence),
    ]
    if evidence.holdout is not None:
        held = evidence.holdout
        parts += [
            f"### Held-out participants ({held.label}, n = {held.model.n})",
            _estimates(held.model.metrics),
        ]
        reference_label = evidence.label(held.reference_name or "")
        compared = held.comparison(reference_label)
        parts += [compared] if compared else []
        if held.model_compared is not None:
            parts += ["The model in these people:", _estimates(held.model_compared.metrics)]
        if held.reference is not None:
            parts += [f"The same people, {reference_label}:", _estimates(held.reference.metrics)]
    limitations = limitations_section(evidence, config).paragraphs
    parts += ["## Limitations", "\n".join(f"- {one}" for one in limitations)]
    parts += ["## Candidate model types", _families(evidence), "## Predictors", _variables(sheet)]
    parts += [said] if (said := model_over_sites(sheet)) else []
    if not isinstance(sheet.model, TreesModel):
        parts += ["## The model in full", full_model(sheet)]
    return "\n\n".join(parts) + "\n"


def _outcome(sheet: Sheet) -> str:
    """What a prediction is; of an event the score behind it is not what is predicted."""
    outcome = sheet.outcome
    if sheet.outcome.kind == "binary":
        return "an event, predicted as a probability from 0 to 1"
    return with_unit(outcome.label, outcome.unit)


def _internal_validation(evidence: Evidence) -> list[str]:
    """Optimism-corrected metrics, or why there are none beside what there is."""
    if "optimism" in evidence.not_available:
        reason = evidence.not_available["optimism"]
        found = [f"Optimism-corrected performance is not available: {reason}."]
        if evidence.cross_validation is not None:
            found += ["Cross-validated:", _estimates(evidence.cross_validation.estimates())]
        return [*found, "Apparent, which is optimistic:", _estimates(evidence.apparent)]
    return [
        markdown_table(
            ("metric", "apparent", "optimism", "optimism-corrected (95 % CI)"),
            [
                (
                    label_of(row.metric),
                    number(row.apparent, digits),
                    signed(row.optimism, digits),
                    with_interval(found, digits),
                )
                for row, found, digits in with_digits(evidence.optimism)
            ],
        ),
        f"Imputation and fit were repeated on {evidence.optimism.n_resamples} bootstrap resamples "
        "of people. "
        f"Not repeated in the resamples: {'; '.join(evidence.not_repeated)}.",
    ]


def emphasised(summary: Sequence[str]) -> list[str]:
    """Lines of a summary, the warnings of simulated data in bold."""
    warnings = (SIMULATED_MODEL, SIMULATED_COHORT)
    return [f"**{line}**" if line in warnings else line for line in summary]


def markdown_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """A cell that stays one cell: an author's words may have bars and lines."""
    return " ".join(text.split()).replace("|", "\\|")


def _estimates(estimates: tuple[Estimate, ...]) -> str:
    return markdown_table(
        ("metric", "value", "95 % CI"),
        [
            (label_of(e.name), *number_and_interval(e))
            for e in estimates
            if e.low is not None and e.high is not None
        ],
    )


def _families(evidence: Evidence) -> str:
    table = markdown_table(
        ("model type", "cross-validated loss", "reduction against the mean-only model", "chosen"),
        [
            (
                candidate_label(f),
                number(f.loss, 4),
                percent(f.gain_over_mean),
                "yes" if f.chosen else "",
            )
            for f in evidence.families
        ],
    )
    return "\n".join([table, *(f"\n{one.sentence()}" for one in evidence.comparisons)])


def _variables(sheet: Sheet) -> str:
    rows = []
    for spec in sheet.variables:
        missing = spec.training.missing_share if spec.training else 0.0
        label = predictor_label(spec.label, sheet.outcome.label)
        rows.append((label, f"`{spec.name}`", range_text(spec), percent(missing)))
    return markdown_table(
        ("variable", "column", "values", "missing in the development cohort"), rows
    )


def full_model(sheet: Sheet) -> str:
    """Every coefficient of a linear or ordinal model; of trees, how many there are."""
    model = sheet.model
    if isinstance(model, TreesModel):
        return f"{len(model.trees)} trees; see `sheet.json`."
    labels = sheet_labels(sheet)
    rows = []
    if isinstance(model, LinearModel):
        rows.append(("intercept", "", "", f"{model.intercept:.6g}"))
    for term in model.terms:
        knots = ", ".join(f"{knot:g}" for knot in term.knots)
        form = f"restricted cubic spline, knots {knots}" if knots else "linear"
        coefficients = ", ".join(f"{c:.6g}" for c in term.coefficients)
        rows.append((column_label(term.column, labels), f"`{term.column}`", form, coefficients))
    said = ""
    if not isinstance(model, LinearModel):
        rows.append((f"{len(model.intercepts)} intercepts", "", "", "see `sheet.json`"))
        said = f"{formula_in_words(model)}\n\n"
    return said + markdown_table(("term", "column", "form", "coefficients"), rows)
