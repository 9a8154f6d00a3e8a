"""The long form of one patient's answer: what it rests on and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.cli.show.output import print_lines, print_table
from hiprisk.cli.show.phrases import (
    NO_PEOPLE,
    cost_words,
    filled_words,
    heading,
    moves_text,
    print_wrapped,
    some_of,
    variables_counted,
)
from hiprisk.wording.explanations import (
    DIFFERENCE_BETWEEN_PEOPLE,
    NOTHING_NOTICEABLE,
    SOURCE_MARKS,
    changed_in_words,
    differences_in_words,
    has_effect,
    is_noticeable,
    level_in_words,
    others_in_words,
    others_that_narrow,
)
from hiprisk.wording.labels import unit_of_amount, with_unit
from hiprisk.wording.quantities import (
    amount,
    contribution_decimals,
    level_text,
    measured,
    number,
    patient_interval,
    signed,
)
from hiprisk.wording.reference import AVERAGE_MEANS, compared_with
from hiprisk.wording.similarity import SIMILARITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hiprisk.serving.explanation import Explanation
    from hiprisk.serving.model import Model
    from hiprisk.sheet.explanation.next_measurement import NextMeasurement
    from hiprisk.sheet.format import Sheet

SHOWN = 5


def show_why(model: Model, explanation: Explanation, *, new_site: bool = False) -> None:
    """Print every part of an explanation."""
    sheet = model.sheet
    _show_parts(sheet, explanation)
    _show_by_exposure(sheet, explanation)
    _show_not_known(sheet, explanation, new_site=new_site)
    _show_measurement(sheet, explanation)
    _show_likeness(sheet, explanation, new_site=new_site)
    _show_refits(sheet, explanation)
    _show_reference(sheet, explanation)


def _show_parts(sheet: Sheet, explanation: Explanation) -> None:
    found = explanation.contributions
    if found is None:
        heading("Contributions: not available.")
        print_wrapped(NO_PEOPLE, indent=2)
        return
    lacking = set(explanation.not_known.variables)
    scale = f"{explanation.scale}, additive" if explanation.scale else "additive"
    heading(with_unit("Contributions", scale))
    if explanation.reference is not None:
        print_wrapped(f"{compared_with(explanation.reference.words)} ({AVERAGE_MEANS}).", indent=2)
    digits = contribution_decimals(sheet, 2)
    rows = [["reference patient", "", f"{found.reference:.{digits}f}"]]
    parts = sorted(zip(found.groups, found.values, strict=True), key=lambda part: -abs(part[1]))
    for group, value in parts:
        if has_effect(value, digits):
            mark = filled_words(lacking, group.variables)
            rows.append([group.label, mark, f"{value:+.{digits}f}"])
    others = [value for _, value in parts if not has_effect(value, digits)]
    if others:
        total = sum(others)
        shown = signed(total, digits) if has_effect(total, digits) else number(0.0, digits)
        rows.append([others_in_words(others, digits), "", shown])
    if explanation.held_at_bounds:
        held = f"{explanation.held_at_bounds:+.{digits}f}"
        rows.append(["limited to the range of the score", "", held])
    rows.append(["this patient", "", f"{found.total + explanation.held_at_bounds:.{digits}f}"])
    print_table(["", "", "part"], rows)


def _show_by_exposure(sheet: Sheet, explanation: Explanation) -> None:
    found = explanation.predictions_by_exposure
    if found is None:
        return
    label = sheet.variable(found.variable).label
    first = "risk" if sheet.outcome.kind == "binary" else "predicted"
    heading(f"Prediction by {label}")
    rows = []
    for one in found.levels:
        own, low, high = one.values[first], one.values["lower_80"], one.values["upper_80"]
        between = "not available"
        if low is not None and high is not None:
            between = f"{level_text(sheet, low).removesuffix(' %')} to {level_text(sheet, high)}"
        predicted = "not available" if own is None else level_text(sheet, own)
        rows.append([level_in_words(found, one), predicted, between])
    rows += [[name, difference, ""] for name, difference in differences_in_words(sheet, found)]
    interval = patient_interval("80", kind=sheet.outcome.kind)
    print_table(["", first, interval], rows)
    said = [DIFFERENCE_BETWEEN_PEOPLE, *changed_in_words(sheet, found)]
    print_wrapped(" ".join(said), indent=2)


def _show_not_known(sheet: Sheet, explanation: Explanation, *, new_site: bool) -> None:
    missing = explanation.not_known
    if not missing.variables:
        heading("All values that the model uses are known.")
        return
    heading(f"Not known, imputed: {len(missing.variables)} of {len(sheet.variables)}")
    print_wrapped(some_of(sheet, missing.variables, most=len(missing.variables)) + ".", indent=2)
    wider = missing.width_80 - missing.width_80_if_known
    cost = cost_words(sheet, wider, new_site=new_site)
    if cost:
        print_lines("  " + cost)
    if explanation.next_measurements:
        _show_next(sheet, explanation.next_measurements, width_80=missing.width_80)


def _show_next(sheet: Sheet, following: Sequence[NextMeasurement], *, width_80: float) -> None:
    listed = [
        item for item in following if is_noticeable(sheet, item.narrows_80_by, width_80=width_80)
    ]
    if not listed:
        print_wrapped(NOTHING_NOTICEABLE, indent=2)
        return
    print_lines("  Most informative next measurement:")
    rows = [
        [
            sheet.variable(item.variable).label,
            f"about {100 * item.share:.0f} %",
            amount(sheet, item.narrows_80_by),
        ]
        for item in listed[:SHOWN]
    ]
    unit = unit_of_amount(sheet.outcome.unit) if sheet.outcome.kind == "continuous" else ""
    print_table(["once measured", "less of that variance", with_unit("narrower by", unit)], rows)
    if others := others_that_narrow(len(listed), len(following), shown=SHOWN):
        print_lines(f"  {others}")
    print_wrapped(
        "The variance is that of the linear predictor from all that is not known; each share is "
        "that of one measurement alone, so they need not add up to 100 %.",
        indent=2,
    )


def _show_measurement(sheet: Sheet, explanation: Explanation) -> None:
    if not explanation.measurement_ranges:
        heading("Measurement error: not available.")
        return
    heading("Change of the prediction within one standard error of measurement")
    rows = []
    for instrument in explanation.measurement_ranges:
        for item in instrument.variables:
            error = item.error
            figure = (
                f"{error.low:g}" if error.low == error.high else f"{error.low:g}-{error.high:g}"
            )
            rows.append(
                [
                    sheet.variable(item.variable).label,
                    figure + (" assumed" if error.assumed else ""),
                    moves_text(sheet, item.moves_low, item.moves_high),
                ]
            )
        if len(instrument.variables) == 1:
            continue
        rows.append(
            [
                f"all by {instrument.instrument}",
                "",
                moves_text(sheet, instrument.moves_low, instrument.moves_high),
            ]
        )
    print_table(["measured", "standard error", "prediction changes"], rows)
    sources = dict.fromkeys(
        item.error.source for part in explanation.measurement_ranges for item in part.variables
    )
    for source in sources:
        print_wrapped(f"Source: {source}.", indent=2)
    if any("[found]" in source or "[derived]" in source for source in sources):
        print_wrapped(SOURCE_MARKS, indent=2)


def _show_likeness(sheet: Sheet, explanation: Explanation, *, new_site: bool) -> None:
    heading("Similarity to the development cohort")
    found = explanation.distance
    if explanation.typical is None:
        print_wrapped(f"Not available. {NO_PEOPLE}", indent=2)
    elif found is None:
        print_lines("  Too little is known about this patient to tell.")
    else:
        known = variables_counted(sheet, explanation.not_known.variables, new_site=new_site)
        print_wrapped(
            f"{SIMILARITY[found.likeness].capitalize()} (squared Mahalanobis distance "
            f"{found.squared:.1f} over {known}; {100 * found.tail:.0f} % of "
            "the cohort lie at least as far from its mean).",
            indent=2,
        )
    size = explanation.effective_sample_size
    if size is None:
        print_lines("  Effective sample size: not available.")
    else:
        print_wrapped(
            f"Effective sample size {size:.0f}: the predicted mean is as precise as the mean of "
            f"{size:.0f} patients with these values.",
            indent=2,
        )


def _show_refits(sheet: Sheet, explanation: Explanation) -> None:
    heading("Prediction instability across bootstrap models")
    found = explanation.refits
    if found is None:
        print_lines("  Not available: this model has no bootstrap models.")
        return
    print_wrapped(
        f"{found.n_refits} bootstrap models: 95 % of their predictions lie between "
        f"{level_text(sheet, found.low)} and {level_text(sheet, found.high)}; mean absolute "
        f"difference from this prediction {amount(sheet, found.mean_absolute_difference)}.",
        indent=2,
    )


def _show_reference(sheet: Sheet, explanation: Explanation) -> None:
    reference = explanation.reference
    if reference is None:
        heading("The reference patient: not available.")
        return
    print_lines("")
    print_wrapped(f"The reference patient: {reference.words} ({AVERAGE_MEANS})")
    rows = []
    for name, value in reference.compared.patient.items():
        spec = sheet.variable(name)
        shown = measured(value, spec.unit) if isinstance(value, float) else str(value)
        rows.append([spec.label, shown])
    print_table(["variable", "value"], rows)
