"""One patient's answer as a person likes to read it: a short form and a long one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiprisk.cli.show.explanation import show_why
from hiprisk.cli.show.intervals import Band, draw_bands
from hiprisk.cli.show.output import print_lines, print_table
from hiprisk.cli.show.phrases import (
    MOST_PARTS,
    NO_PEOPLE,
    cost_words,
    filled_words,
    moves_text,
    print_wrapped,
    some_of,
)
from hiprisk.cli.show.terminal import columns
from hiprisk.sheet.applicability import NEW_SITE, OF_THE_MODEL
from hiprisk.wording.disclaimers import is_surrogate, warnings_of
from hiprisk.wording.explanations import (
    NOTHING_NOTICEABLE,
    changed_in_words,
    differences_in_words,
    is_noticeable,
    level_in_words,
)
from hiprisk.wording.labels import capital, estimand_in_words, with_unit
from hiprisk.wording.quantities import (
    amount,
    contribution_decimals,
    level_text,
    patient_interval,
)
from hiprisk.wording.reference import compared_with
from hiprisk.wording.similarity import SHORT_SIMILARITY, similarity_warning
from hiprisk.wording.sites import new_site_sentence, risk_over_sites, sites_sentence

if TYPE_CHECKING:
    from hiprisk.serving.explanation import Explanation
    from hiprisk.serving.model import Model, PatientPrediction
    from hiprisk.sheet.format import Sheet

FLAG_WORDS = {
    "EXTRAPOLATION": "outside the range of the development cohort",
    "UNUSUAL": "unusual value",
    "NOT_IN_TRAINING": "level absent from the development cohort",
}
DISCLAIMER = "Not a medical device; no medical advice."
# A part smaller than this share of the largest is left out of the short form.
SMALL_PART = 0.05
_STARS = {"": "", "imputed": "*", "partly imputed": "**"}


def show_prediction(
    model: Model,
    result: PatientPrediction,
    *,
    given: Mapping[str, object] | None = None,
    why: bool = False,
) -> None:
    """Print the answer; with `why`, all that it rests on.

    `given` has the values as they were typed, for what is said of a site that is none of the
    model's.
    """
    sheet = model.sheet
    for warning in warnings_of(sheet):
        print_wrapped(warning, style="warning")
        print_lines("")
    print_wrapped(capital(estimand_in_words(sheet.outcome)))
    print_lines("")
    _show_numbers(sheet, result)
    _show_new_site(sheet, result, given)
    _show_picture(sheet, result)
    _show_warning(result)
    _show_chances(sheet, result)
    if result.explanation is not None:
        _show_score_error(sheet, result.explanation)
        if why:
            show_why(model, result.explanation, new_site=_has_new_site(result))
        else:
            _show_short(sheet, result.explanation, new_site=_has_new_site(result))
    elif result.values["imputed"]:
        print_lines("", "Not known, imputed: " + ", ".join(result.values["imputed"]))
    _show_flags(sheet, result)
    _show_sites(sheet, result)
    print_lines("")
    print_wrapped(f"Use: {result.intended_use}")
    bundle = model.bundle
    origin = (
        "a surrogate of a published model"
        if is_surrogate(sheet)
        else provenance_words(result.provenance, invented=sheet.invented)
    )
    print_lines(f"Model {bundle.name} version {bundle.version}, {result.bundle_sha256[:12]}; "
                f"{origin}. {DISCLAIMER}")  # fmt: skip


def provenance_words(provenance: str, *, invented: bool | None = None) -> str:
    """What the people that a model learned from were."""
    if invented and provenance == "published":
        return "published format with invented coefficients"
    words = {
        "simulated": "fitted on simulated people",
        "real": "fitted on real people",
        "published": "written down from a publication",
    }
    return words.get(provenance, "of unknown origin")


def _show_numbers(sheet: Sheet, result: PatientPrediction) -> None:
    values, outcome = result.values, sheet.outcome
    first = "risk" if outcome.kind == "binary" else "predicted"
    scale = ", ".join(part for part in (outcome.unit, f"higher is {outcome.higher_is}") if part)
    unit = "" if first == "risk" else f"   ({scale})"
    print_lines(f"  {first:<25} {level_text(sheet, values[first]):>5}{unit}")
    for level in ("80", "95"):
        lower, upper = values[f"lower_{level}"], values[f"upper_{level}"]
        label = f"  {patient_interval(level, kind=outcome.kind)}".ljust(27)
        if lower is None:
            print_lines(f"{label} not available")
        else:
            low, high = level_text(sheet, lower).removesuffix(" %"), level_text(sheet, upper)
            print_lines(f"{label} {low:>5} to {high}")


def _has_new_site(result: PatientPrediction) -> bool:
    return any(flag.code == NEW_SITE for flag in result.flags)


def _show_new_site(
    sheet: Sheet, result: PatientPrediction, given: Mapping[str, object] | None
) -> None:
    """Beside the number, which is that of the mean site."""
    if _has_new_site(result):
        print_lines("")
        print_wrapped(
            capital(new_site_sentence(sheet, (given or {}).get(sheet.site_variable or "")))
        )


def _show_picture(sheet: Sheet, result: PatientPrediction) -> None:
    found = [_band(result.values, "this patient")]
    if result.explanation is not None and result.explanation.reference is not None:
        found.append(_band(result.explanation.reference.compared.values, "reference patient"))
    bands = [band for band in found if band is not None]
    if not bands:
        return
    low, high = _ends(sheet, bands)
    binary = sheet.outcome.kind == "binary"
    if binary:
        bands = [_percent(band) for band in bands]
        low, high = 100 * low, 100 * high
    unit = "%" if binary else sheet.outcome.higher_is + " >"
    width = max(31, min(61, columns() - 22))
    print_lines("")
    for line in draw_bands(bands, low=low, high=high, unit=unit, width=width):
        print_lines(f"  {line}")


def _band(values: Mapping[str, Any], label: str) -> Band | None:
    """A line of the picture; None where there is no prediction to draw."""
    point = values["risk"] if "risk" in values else values["predicted"]
    if point is None:
        return None
    return Band(
        label=label,
        point=point,
        inner=(values["lower_80"], values["upper_80"]),
        outer=(values["lower_95"], values["upper_95"]),
    )


def _percent(band: Band) -> Band:
    def times(bounds: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
        low, high = bounds
        return (None if low is None else 100 * low, None if high is None else 100 * high)

    return Band(
        label=band.label, point=100 * band.point, inner=times(band.inner), outer=times(band.outer)
    )


def _ends(sheet: Sheet, bands: list[Band]) -> tuple[float, float]:
    outcome = sheet.outcome
    if outcome.kind == "binary":
        return 0.0, 1.0
    seen = [v for band in bands for v in (band.point, *band.outer) if v is not None]
    low = min(seen) if outcome.lower is None else outcome.lower
    high = max(seen) if outcome.upper is None else outcome.upper
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _show_chances(sheet: Sheet, result: PatientPrediction) -> None:
    events = sheet.told_events
    if not events:
        return
    known = None if result.explanation is None else result.explanation.reference
    reference = {} if known is None else known.compared.values
    rows = []
    for event in events:
        name = f"chance_{event.name}"
        other = reference.get(name)
        rows.append([event.label, _chance(result.values[name])]
                    + ([_chance(other)] if reference else []))  # fmt: skip
    print_lines("")
    print_table(
        ["predicted probability of", "this patient", *(["reference"] if reference else [])], rows
    )


def _chance(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _show_score_error(sheet: Sheet, explanation: Explanation) -> None:
    error = explanation.score_error
    if error is None:
        return
    print_lines("")
    change = error.minimal_detectable_change
    beyond = f"; a change of more than {change:g} exceeds it (95 %)" if change else ""
    print_wrapped(
        f"The standard error of measurement of the score is {error.low:g} points{beyond}. "
        f"Source: {error.source}."
    )


def _show_short(sheet: Sheet, explanation: Explanation, *, new_site: bool) -> None:
    parts = largest_parts(explanation)
    if explanation.reference is None:
        print_lines("")
        print_wrapped(f"Contributions: not available. {NO_PEOPLE}")
    if parts and explanation.reference is not None:
        digits = contribution_decimals(sheet, 1)
        words = ", ".join(f"{label} {value:+.{digits}f}" for label, value in parts)
        if any(label.endswith("*") for label, _ in parts):
            words += " (* imputed, ** partly imputed)"
        print_lines("")
        against = compared_with(explanation.reference.words)
        print_wrapped(f"{against}, {with_unit('contributions', explanation.scale)}: {words}.")
    _show_by_exposure(sheet, explanation)
    names = explanation.not_known.variables
    if names:
        wider = explanation.not_known.width_80 - explanation.not_known.width_80_if_known
        print_lines("")
        cost = cost_words(sheet, wider, new_site=new_site)
        print_wrapped(f"Not known, imputed: {some_of(sheet, names)}. {cost}".rstrip())
    _show_best(sheet, explanation)
    _show_trust(sheet, explanation)
    print_lines("", "--why gives the details.")


def _show_by_exposure(sheet: Sheet, explanation: Explanation) -> None:
    """Predictions of two patients who differ in the exposure alone."""
    found = explanation.predictions_by_exposure
    if found is None:
        return
    first = "risk" if sheet.outcome.kind == "binary" else "predicted"
    known = [(one, own) for one in found.levels if (own := one.values[first]) is not None]
    said = [f"{level_in_words(found, one)} {level_text(sheet, own)}" for one, own in known]
    said += [f"{name} {difference}" for name, difference in differences_in_words(sheet, found)]
    print_lines("")
    label = sheet.variable(found.variable).label
    sentence = f"Predictions for patients who are alike in all but {label}: {', '.join(said)}."
    print_wrapped(" ".join([sentence, *changed_in_words(sheet, found)]))


def _show_best(sheet: Sheet, explanation: Explanation) -> None:
    """The measurement that would narrow the interval most, if any would."""
    if not explanation.next_measurements:
        return
    best = max(explanation.next_measurements, key=lambda item: item.narrows_80_by)
    width = explanation.not_known.width_80
    if not is_noticeable(sheet, best.narrows_80_by, width_80=width):
        print_wrapped(NOTHING_NOTICEABLE)
        return
    known = f"Measuring {sheet.variable(best.variable).label}"
    if best.variable == sheet.site_variable:
        known = "A site that the model knows"
    by = amount(sheet, best.narrows_80_by)
    print_wrapped(f"{known} would narrow it most, by about {by}.")


def largest_parts(explanation: Explanation) -> list[tuple[str, float]]:
    """The few parts that matter most, largest first; stars mark imputed values."""
    found = explanation.contributions
    if found is None:
        return []
    lacking = set(explanation.not_known.variables)
    labels = [g.label + _STARS[filled_words(lacking, g.variables)] for g in found.groups]
    parts = sorted(zip(labels, found.values, strict=True), key=lambda part: -abs(part[1]))
    smallest = SMALL_PART * abs(parts[0][1]) if parts else 0.0
    return [part for part in parts[:MOST_PARTS] if abs(part[1]) > smallest]


def _show_warning(result: PatientPrediction) -> None:
    """In a line of its own, under the numbers: values that do not go together."""
    if result.explanation is None:
        return
    warning = similarity_warning(result.explanation.distance)
    if warning is not None:
        print_lines("", warning)


def _show_trust(sheet: Sheet, explanation: Explanation) -> None:
    """Measurement error, likeness and resampled models, a line each."""
    moved = ", ".join(
        f"{moves_text(sheet, item.moves_low, item.moves_high)} ({item.instrument}"
        + (", assumed)" if any(own.error.assumed for own in item.variables) else ")")
        for item in explanation.measurement_ranges
    )
    found, size = explanation.distance, explanation.effective_sample_size
    like = (
        "Similarity to the development cohort: not known"
        if found is None
        else SHORT_SIMILARITY[found.likeness]
    )
    refits = explanation.refits
    between = "not available" if refits is None else (
        f"{level_text(sheet, refits.low)} to {level_text(sheet, refits.high)} "
        f"(95 % of {refits.n_refits})"
    )  # fmt: skip
    print_lines(
        "",
        f"Change within measurement error: {moved or 'not available'}.",
        f"{like}; effective sample size {'not available' if size is None else f'{size:.0f}'}.",
        f"Bootstrap models (95 %): {between}.",
    )


def _show_sites(sheet: Sheet, result: PatientPrediction) -> None:
    """How sites differ, of a model that has intercepts of them."""
    said = sites_sentence(sheet)
    if said is None:
        return
    risk = result.values.get("risk")
    over = None if risk is None else risk_over_sites(sheet, float(risk))
    print_lines("")
    print_wrapped(f"{said} {over}" if over else said)


def _show_flags(sheet: Sheet, result: PatientPrediction) -> None:
    for flag in result.flags:
        if flag.code not in (*OF_THE_MODEL, NEW_SITE):
            words = FLAG_WORDS.get(flag.code, flag.code)
            print_lines(f"Note: {sheet.variable(flag.variable).label}: {words}")
