"""A clinician's questions about a model, answered from its bundle in a few words each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiprisk.metrics.estimate import Estimate
from hiprisk.serving.clinician_page.figures import (
    Evidence,
    best_evaluation,
    block_gains,
    effect_row,
    estimate_of,
)
from hiprisk.serving.model import Model
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.explanation.exposure import predictions_by_exposure
from hiprisk.sheet.explanation.importance import importance
from hiprisk.sheet.explanation.reference_patient import typical_patient
from hiprisk.sheet.format import Sheet
from hiprisk.wording.associations import MODEL_LABELS
from hiprisk.wording.availability import is_answered
from hiprisk.wording.disclaimers import (
    DISCLAIMER,
    is_surrogate,
    provenance_in_words,
    warnings_of,
)
from hiprisk.wording.explanations import differences_in_words
from hiprisk.wording.labels import (
    capital,
    estimand_in_words,
    in_words,
    listed,
    unit_of_amount,
)
from hiprisk.wording.performance import (
    HEADLINES,
    SLOPE,
    BlockGain,
    blocks_added,
    calibration_clause,
    gain_in_brief,
    how_well,
    sample_size_in_words,
    validation_in_words,
    what_changes_most,
)
from hiprisk.wording.quantities import (
    decimals,
    interval_digits,
    level_text,
    months_in_words,
    number,
    percent,
    plural,
    signed_with_ci,
    with_ci,
)
from hiprisk.wording.reference import AVERAGE_PATIENT

# Of the sentences of a bundle without an evaluation.
MOST_SENTENCES = 4
LABELS = {"r2": "R²", "c_statistic": "C statistic"}
NOT_EVALUATED = (
    "This bundle holds no evaluation of the model. hiprisk validate tells how good it is in a "
    "cohort with known outcomes."
)
# What the authors state, with the words that stand before it.
STATED = {"data_source": "Data", "setting": "Setting", "dates": "Dates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with its answer.

    Attributes
    ----------
    question : str
    headline : str
        The answer in a few words.
    lines : tuple of str
        What belongs to it, a sentence or two each.
    """

    question: str
    headline: str
    lines: tuple[str, ...]


def answers_about(model: Model) -> tuple[Answer, ...]:
    """The questions in the order in which they are asked.

    Parameters
    ----------
    model : Model
    """
    sheet, config, evidence = model.sheet, model.bundle.config, model.bundle.evidence
    found = (
        _purpose(sheet, config),
        _for_whom(sheet, config, evidence),
        _performance(sheet, evidence),
        _one_person(sheet, evidence),
        _predictors(model, evidence),
        _what_changes(sheet),
        _trust(sheet, config, evidence),
    )
    return tuple(answer for answer in found if answer is not None)


def _answer(question: str, headline: str, lines: Iterator[str]) -> Answer:
    return Answer(question=question, headline=headline, lines=tuple(lines))


def _purpose(sheet: Sheet, config: Mapping[str, Any]) -> Answer:
    outcome = sheet.outcome

    def lines() -> Iterator[str]:
        if outcome.kind == "continuous":
            unit = f"{outcome.unit}, " if outcome.unit else ""
            yield f"Scale: {unit}higher is {outcome.higher_is}."
        if outcome.events:
            named = listed([event.label for event in outcome.events])
            yield f"With it come the predicted probabilities of: {named}."
        yield f"Use: {sheet.intended_use}"
        if users := _stated(config, "intended_users"):
            yield f"Users: {users}"

    return _answer("What is it for?", _predicted(sheet), lines())


def _predicted(sheet: Sheet) -> str:
    """What is predicted and when: the whole estimand stands at the top of the page."""
    outcome = sheet.outcome
    if outcome.kind == "continuous":
        return f"{capital(outcome.label)} in {months_in_words(outcome.horizon_months)}"
    return capital(estimand_in_words(outcome).partition(";")[0].partition(", if ")[0])


def _performance(sheet: Sheet, evidence: Evidence) -> Answer:
    kind = sheet.outcome.kind
    metric = HEADLINES[kind]
    found = best_evaluation(evidence, metric)
    question = "How good is it?"
    if found is None:
        # Warnings stand at the top of the page.
        said = [one for one in evidence.get("summary", ()) if one not in warnings_of(sheet)]
        return Answer(
            question=question,
            headline="Not known",
            lines=(NOT_EVALUATED, *(_sentence(one) for one in said[:MOST_SENTENCES])),
        )
    estimate, how = found

    def lines() -> Iterator[str]:
        said = how_well(kind, estimate, outcome=sheet.outcome.label, how=how, label=LABELS[metric])
        slope = best_evaluation(evidence, SLOPE)
        yield f"{said}{'' if slope is None else calibration_clause(slope[0])}."
        yield _scale_of(metric)
        yield from _error(sheet, evidence)
        best = (evidence.get("simulated_truth") or {}).get("best")
        if best is not None:
            yield (
                "In the simulation, whose truth is known, the best possible model has "
                f"{LABELS[metric]} {number(best, 2)}."
            )

    share = percent(estimate.value, 0)
    headline = (
        f"It explains {share} of the differences between people"
        if kind == "continuous"
        else f"It ranks {share} of pairs of people correctly"
    )
    return _answer(question, headline, lines())


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _scale_of(metric: str) -> str:
    if metric == "r2":
        return "R² 0 is as good as predicting the mean for everybody, 1 is perfect."
    return "A C statistic of 0.5 is chance, 1 is perfect."


def _error(sheet: Sheet, evidence: Evidence) -> Iterator[str]:
    found = best_evaluation(evidence, "mae")
    if found is not None and sheet.outcome.kind == "continuous":
        error, how = found
        yield (
            f"On average a prediction is {_points(sheet, error.value)} off ({how} mean absolute "
            "error)."
        )


def _points(sheet: Sheet, value: float) -> str:
    digits = decimals(sheet.residual_sd, 1)
    return f"{number(value, digits)} {unit_of_amount(sheet.outcome.unit)}".rstrip()


def _one_person(sheet: Sheet, evidence: Evidence) -> Answer | None:
    if sheet.outcome.kind == "continuous":
        return _interval_width(sheet, evidence)
    edges = () if sheet.first_visit is None else sheet.first_visit.predictions.edges
    if len(edges) < 2:
        return None
    return Answer(
        question="How far do risks differ between people?",
        headline=f"{percent(edges[0], 0)} to {percent(edges[-1], 0)}",
        lines=(
            "The central 80 % of the development cohort have predicted risks in this range. The "
            "narrower it is, the less the model tells people apart.",
        ),
    )


def _interval_width(sheet: Sheet, evidence: Evidence) -> Answer | None:
    width = estimate_of(evidence, "width_80_out_of_fold")
    covered = estimate_of(evidence, "coverage_80_out_of_fold")
    if width is None:
        return None
    digits = decimals(width.value, 0)
    unit = unit_of_amount(sheet.outcome.unit)

    def lines() -> Iterator[str]:
        yield (
            "The 80 % prediction interval reaches this far to either side on average (half its "
            "mean width). It is to hold the outcomes of 8 in 10 patients."
        )
        if covered is not None:
            yield (
                f"It held the outcomes of {percent(covered.value, 0)} of people who were left out "
                "of the fit (out of fold)."
            )

    headline = f"± {number(width.value / 2, digits)} {unit}".rstrip()
    return _answer("How sure is it for one person?", headline, lines())


def _predictors(model: Model, evidence: Evidence) -> Answer | None:
    sheet = model.sheet
    gains, minimum = block_gains(evidence)
    row = effect_row(evidence)
    if not gains and row is None:
        return None

    def lines() -> Iterator[str]:
        if row is not None:
            yield (
                f"{capital(compared)}, {MODEL_LABELS[row['model']]}: an association, no proof that "
                "treating it changes the outcome."
            )
            effect = (evidence.get("simulated_truth") or {}).get("exposure_effect")
            if effect is not None and row["measure"] == "mean_difference":
                unit = unit_of_amount(sheet.outcome.unit)
                yield f"In the simulation, whose truth is known, it is {effect:+g} {unit}."
        yield from _by_exposure(model)
        if gains:
            yield blocks_added(gains, minimum)

    exposure = str((evidence.get("association") or {}).get("exposure") or "")
    # The exposure's label, and which of its levels are compared.
    name, _, levels = exposure.rpartition(": ")
    compared = levels if name else exposure
    named = listed([one.label for one in gains]) if gains else name or exposure
    headline = (
        _verdicts(gains) if row is None else f"{capital(name or exposure)}: {_effect(sheet, row)}"
    )
    question = f"What {'do' if len(gains) > 1 else 'does'} {named} add?"
    return _answer(question, headline, lines())


def _by_exposure(model: Model) -> Iterator[str]:
    """What the model itself predicts of an average patient with and without the exposure."""
    sheet, exposure = model.sheet, model.exposure
    if exposure is None or not sheet.has_reference_population:
        return
    given = read_rows(sheet.variables, [typical_patient(sheet)])
    found = predictions_by_exposure(model.evaluator, given, exposure)
    first = "risk" if sheet.outcome.kind == "binary" else "predicted"
    known = [(one.level, own) for one in found.levels if (own := one.values[first]) is not None]
    if len(known) < len(found.levels):
        return
    levels = listed([f"{level_text(sheet, own)} ({in_words(level)})" for level, own in known])
    differences = "; ".join(" ".join(one) for one in differences_in_words(sheet, found))
    yield (
        f"By {sheet.variable(exposure.variable).label}, the model predicts {levels} of "
        f"{AVERAGE_PATIENT}; {differences}: a difference between people who are alike in all "
        "else. The calculator shows it for one patient."
    )


def _verdicts(gains: Sequence[BlockGain]) -> str:
    """What is concluded of the blocks; where it differs, each with its block."""
    said = [gain_in_brief(one) for one in gains]
    if len(set(said)) == 1:
        return capital(said[0])
    named = zip(gains, said, strict=True)
    return capital("; ".join(f"{one.label}: {words}" for one, words in named))


def _effect(sheet: Sheet, row: Mapping[str, Any]) -> str:
    found = Estimate(name=row["measure"], **row["estimate"])
    if row["measure"] != "mean_difference":
        label = row["measure"].replace("_", " ")
        return f"{label} {with_ci(found)}"
    digits = interval_digits(found, 1)
    unit = unit_of_amount(sheet.outcome.unit)
    return signed_with_ci(found, digits, unit=unit)


def _what_changes(sheet: Sheet) -> Answer | None:
    found = importance(sheet)
    said = what_changes_most(sheet, found)
    if not said:
        return None
    return Answer(
        question="What changes an answer most?",
        headline=capital(found[0].group.label),
        lines=(
            said,
            "The calculator shows it for one patient: what moved the prediction, and what would "
            "help to know.",
        ),
    )


def _for_whom(sheet: Sheet, config: Mapping[str, Any], evidence: Evidence) -> Answer:
    outcome = config.get("outcome") or {}
    population = outcome.get("population") or sheet.outcome.estimand.partition("; ")[2]

    def lines() -> Iterator[str]:
        yield "Not for anybody else: how good it is in other people is not known."
        replacement = outcome.get("hip_replacement") or {}
        if replacement.get("strategy") == "exclude":
            yield (
                "Not for a patient whose hip will be replaced before then: the answer holds for "
                "people who keep their hip."
            )
        yield from _ranges(sheet)
        if sheet.has_reference_population:
            yield (
                "No answer where too little is known: missing values are imputed, up to "
                f"{percent(sheet.max_imputed_weight, 0)} of the model's information."
            )
        else:
            yield "Not for a patient with a missing value: none is imputed."
        yield from _cohort(sheet, config, evidence)

    return _answer("For whom, and for whom not?", capital(population), lines())


def _cohort(sheet: Sheet, config: Mapping[str, Any], evidence: Evidence) -> Iterator[str]:
    n_people = int(evidence.get("n_people") or sheet.n_people or 0)
    flow = evidence.get("flow") or []
    started = f", of {flow[0]['n_remaining']} {flow[0]['label']}" if flow else ""
    count = f" ({plural(n_people, 'person')}{started})".replace("persons", "people")
    yield f"{_origin_in_words(sheet)}{count if n_people else ''}."
    for key, name in STATED.items():
        if stated := _stated(config, key):
            yield f"{name}: {stated}"


def _origin_in_words(sheet: Sheet) -> str:
    if is_surrogate(sheet):
        return "Fitted to the predictions of a published model"
    if sheet.provenance == "published":
        return "Taken from a publication"
    return f"Developed on {provenance_in_words(sheet.provenance)}"


def _ranges(sheet: Sheet) -> Iterator[str]:
    spec = next((spec for spec in sheet.variables if spec.name == "age_years"), None)
    summary = None if spec is None else spec.training
    if summary is None or summary.low is None or summary.high is None:
        return
    yield (
        f"Less certain outside ages {summary.low:.0f} to {summary.high:.0f} (the central 98 % of "
        "the development cohort). The calculator says so of every value."
    )


def _stated(config: Mapping[str, Any], key: str) -> str:
    """An answer that only the authors know, where they gave it."""
    said = str((config.get("reporting") or {}).get(key) or "")
    return said if is_answered(said) else ""


def _trust(sheet: Sheet, config: Mapping[str, Any], evidence: Evidence) -> Answer:
    evaluated = best_evaluation(evidence, HEADLINES[sheet.outcome.kind]) is not None

    def lines() -> Iterator[str]:
        if evaluated:
            yield _validated(config, evidence)
        size = evidence.get("sample_size") or {}
        if size.get("sufficient") is not None:
            yield sample_size_in_words(is_enough=bool(size["sufficient"]))
        yield "It does not tell what a treatment would change, nor when to operate."
        if expertise := _stated(config, "user_expertise"):
            yield f"Expertise: {expertise}"
        yield DISCLAIMER

    headline = "Not for patients" if warnings_of(sheet) else "For research only"
    return _answer("Can it be trusted?", headline, lines())


def _validated(config: Mapping[str, Any], evidence: Evidence) -> str:
    resamples = int((config.get("validation") or {}).get("resamples") or 0)
    optimism = "optimism" not in (evidence.get("not_available") or {}) and resamples
    how = f"by {plural(resamples, 'bootstrap resample')}" if optimism else "by cross-validation"
    held = evidence.get("holdout")
    people = f"{held['n']} people held out ({held['label']})" if held else None
    return validation_in_words(how, held_out=people)
