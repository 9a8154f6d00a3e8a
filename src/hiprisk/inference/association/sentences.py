"""The association table in plain words: what was found, how it was done, what to mind."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.cohort.dictionary import Dictionary
from hiprisk.config import StudyConfig
from hiprisk.inference.association.result import (
    AssociationRow,
    AssociationTable,
    NegativeControl,
    StratumDifference,
)
from hiprisk.inference.effects.clustered import FEW_CLUSTERS
from hiprisk.wording.associations import MEASURE_LABELS, MODEL_LABELS, MODEL_SHORT_LABELS
from hiprisk.wording.disclaimers import cohort_warnings
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import interval_digits, p_equals, with_ci

# With fewer on one side HC3 and CR1 are known to reject too often.
FEW_EXPOSED = 10


def sentences_of(
    table: AssociationTable, config: StudyConfig, dictionary: Dictionary
) -> tuple[str, ...]:
    """What was found, the warning about simulated people first."""
    found = cohort_warnings(table.provenance)
    found.append(
        f"{capital(table.exposure)}; outcome {_outcome(table, config)}, "
        f"at {config.outcome.horizon_months:g} months."
    )
    models = list(dict.fromkeys(row.model for row in table.rows))
    found += [effect_sentence(table.row(model), table) for model in models]
    found += _few_exposed_sentences(table)
    found += [f"Not available: {one.reason}." for one in table.not_available]
    if "adjusted_baseline" in models:
        found.append(
            "The last two estimates answer different questions. If the exposure had already "
            "changed the baseline score, adjusting for that score removes this part of its effect."
        )
    found += [
        difference_sentence(difference, table)
        for difference in table.differences
        if difference.model == models[-1] and difference.measure != "risk_ratio"
    ]
    if table.rows[0].measure == "mean_difference" or _has_risks(table):
        found.append(_e_value_sentence(table, models[-1]))
    if table.negative_control is not None:
        found.append(_control_sentence(table.negative_control, table, dictionary))
    return tuple(found)


def notes_of(
    table: AssociationTable,
    config: StudyConfig,
    dictionary: Dictionary,
    *,
    n_unknown_exposure: int,
    n_people: int,
    constant: Sequence[str],
    from_file: bool = False,
) -> tuple[str, ...]:
    """How it was done, and what to mind; the imputations may be those of a stacked file."""
    row = table.row("crude")
    notes = [
        f"{row.n} rows with a known outcome"
        + (f", of {n_people} people" if n_people != row.n else "")
        + ", the same in every model"
        + (f"; {n_unknown_exposure} with the exposure imputed" if n_unknown_exposure else "")
        + ".",
        _file_note(table) if from_file else _imputation_note(table, config, dictionary),
        _covariance_note(table, config, row),
        *_model_based_notes(table),
    ]
    if table.baseline is not None or table.confounders:
        notes.append(f"Confounders, declared beforehand: {_listed(table.confounders, dictionary)}.")
    notes += constant
    if table.kind == "continuous":
        notes.append(
            "The difference in means is an average that includes people near the floor or ceiling "
            "of the score, where the difference can only be small."
        )
    elif _is_firth(config, table):
        notes.append(
            "No risk difference, risk ratio or E-value: the penalty draws risks towards one half. "
            "Odds ratios are conditional on the adjustment variables, and not comparable between "
            "models."
        )
    else:
        notes.append(
            "Risk differences and risk ratios are standardised to the analysed cohort; odds ratios "
            "are conditional on the adjustment variables, and not comparable between models."
        )
    notes.append(
        "An association is a causal effect only if the compared people differ in nothing else. "
        "Adjustment cannot rule out unmeasured confounding."
    )
    return tuple(notes)


def _outcome(table: AssociationTable, config: StudyConfig) -> str:
    if table.kind == "continuous":
        scale = f"{table.unit}, " if table.unit else ""
        return f"{table.outcome} ({scale}higher is {table.higher_is})"
    cut = config.outcome.dichotomise
    return f"{table.outcome}, event: {config.outcome.event_level if cut is None else cut.label}"


def _listed(names: Sequence[str], dictionary: Dictionary) -> str:
    return ", ".join(map(dictionary.label, names))


def _file_note(table: AssociationTable) -> str:
    return (
        f"Fitted in the {table.n_imputations} imputations of the file and pooled by Rubin's "
        "rules with Barnard and Rubin's degrees of freedom; whether their model held exposure and "
        "outcome is not known here."
    )


def _imputation_note(table: AssociationTable, config: StudyConfig, dictionary: Dictionary) -> str:
    if table.n_imputations == 1:
        return "No value that the models use was missing."
    apart = ""
    if table.strata:
        apart = f", separately in each level of {dictionary.label(table.strata)}"
    return (
        f"Missing values imputed {table.n_imputations} times ({config.imputation.method} model "
        f"with exposure, outcome, confounders and baseline{apart}), pooled by Rubin's rules with "
        "Barnard and Rubin's degrees of freedom."
    )


def _is_firth(config: StudyConfig, table: AssociationTable) -> bool:
    asked = config.association
    return table.kind == "binary" and asked is not None and asked.estimator == "firth"


def _covariance_note(table: AssociationTable, config: StudyConfig, row: AssociationRow) -> str:
    if _is_firth(config, table):
        return (
            "Odds ratios with Firth's penalty, finite under separation; intervals from the profile "
            "of the penalised likelihood; rows count as independent."
        )
    if table.covariance == "model":
        return "Standard errors are model-based: they assume equal variance."
    if table.covariance == "HC3":
        return "Standard errors are heteroscedasticity-consistent (HC3); rows count as independent."
    asked = config.association
    of = "sites" if asked is not None and asked.cluster == "site" else "persons"
    inside = "in" if of == "sites" else "of"
    note = (
        f"Standard errors are cluster-robust (CR1): {row.n} rows {inside} {row.n_clusters} {of}, "
        "intervals with one degree of freedom fewer than there are clusters."
    )
    if row.n_clusters < FEW_CLUSTERS:
        note += (
            f" CAUTION: with only {row.n_clusters} clusters the intervals tend to be too narrow, "
            "even with this correction."
        )
    if of == "persons" and row.n_clusters < row.n:
        note += " People with two rows count twice."
    return note


def _few_exposed_sentences(table: AssociationTable) -> list[str]:
    """Where few rows are exposed, or few are not."""
    found = []
    for row in table.rows:
        # Everybody counts in the crude model as in every other.
        if row.model != "crude" or row.measure != table.rows[0].measure or row.n_exposed is None:
            continue
        for n, what in ((row.n_exposed, "exposed"), (row.n - row.n_exposed, "not exposed")):
            if n < FEW_EXPOSED:
                found.append(
                    f"CAUTION: only {n} of {row.n} rows in '{row.stratum}' "
                    f"{'is' if n == 1 else 'are'} {what}. Robust intervals are too narrow with so "
                    "few, and one outcome can decide the estimate."
                )
    return found


def _model_based_notes(table: AssociationTable) -> list[str]:
    """Where a robust variance says nothing, and the model's stands in its place."""
    own = dict.fromkeys((row.stratum, row.model) for row in table.rows if row.covariance == "model")
    if not own:
        return []
    where = ", ".join(f"{MODEL_SHORT_LABELS[model]} in '{stratum}'" for stratum, model in own)
    return [
        "The interval is model-based, with equal variance and independent rows, where one row or "
        "cluster alone determines an effect, so that a robust variance cannot be estimated: "
        f"{where}."
    ]


def effect_sentence(row: AssociationRow, table: AssociationTable) -> str:
    """One effect with its interval, counts and direction."""
    how = MODEL_LABELS[row.model]
    counted = f"n = {row.n}" + ("" if row.n_exposed is None else f", {row.n_exposed} exposed")
    if row.measure == "mean_difference":
        unit = unit_of_amount(table.unit)
        found = (
            f"{with_ci(row.estimate, table.digits, unit=unit)}, {counted}{_direction(row, table)}"
        )
        return f"{capital(how)}: {found}."
    found = f"odds ratio {with_ci(row.estimate)}"
    if _has_risks(table):
        risk = table.row(row.model, stratum=row.stratum, measure="risk_difference")
        found += f", risk difference {with_ci(risk.estimate)}"
    return f"{capital(how)}: {found}, {counted}, {row.n_events} events."


def _has_risks(table: AssociationTable) -> bool:
    """Whether marginal effects are in the table, as they are not with Firth's penalty."""
    return any(row.measure == "risk_difference" for row in table.rows)


def _direction(row: AssociationRow, table: AssociationTable) -> str:
    low, high = row.estimate.low, row.estimate.high
    if low is None or high is None or low <= 0.0 <= high:
        return "; the CI includes no difference"
    worse = (row.estimate.value > 0.0) == (table.higher_is == "worse")
    return f"; {'worse' if worse else 'better'} in the exposed"


def difference_sentence(difference: StratumDifference, table: AssociationTable) -> str:
    """How far an effect differs between two strata, and whether that is evidence."""
    ratio = difference.measure in ("odds_ratio", "risk_ratio")
    none = 1.0 if ratio else 0.0
    low, high = difference.estimate.low, difference.estimate.high
    inside = low is not None and high is not None and low <= none <= high
    of_means = difference.measure == "mean_difference"
    unit, digits = (unit_of_amount(table.unit), table.digits) if of_means else ("", 2)
    what = f"ratio of the {MEASURE_LABELS[difference.measure]}s" if ratio else "difference"
    verdict = "no evidence" if inside else "evidence"
    one, two = (
        table.row(difference.model, stratum=name, measure=difference.measure).estimate
        for name in (difference.stratum, difference.versus)
    )
    return (
        f"{MEASURE_LABELS[difference.measure].capitalize()} in {difference.stratum} "
        f"{with_ci(one, digits)}, in {difference.versus} {with_ci(two, digits)}; {what} between "
        f"them {with_ci(difference.estimate, digits, unit=unit)} (Wald F {difference.wald:.2f} "
        f"with 1 and {difference.df:.0f} degrees of freedom, {p_equals(difference.p_value)}): "
        f"{verdict} of effect modification."
    )


def _e_value_sentence(table: AssociationTable, model: str) -> str:
    measure = "mean_difference" if table.kind == "continuous" else "risk_ratio"
    found = table.row(model, measure=measure).e_value
    assert found is not None
    approximate = " (approximate, from the standardised difference)"
    how = approximate if table.kind == "continuous" else ""
    start = (
        f"E-value of the {MODEL_SHORT_LABELS[model]} effect {found.point:.2f}: an unmeasured "
        f"confounder would need risk ratios of {found.point:.2f} with both exposure and outcome, "
        "beyond the measured confounders, to explain the estimate away"
    )
    if found.limit == 1.0:
        return f"{start}; the CI already includes no effect{how}."
    return f"{start}, and of {found.limit:.2f} to move the CI to include no effect{how}."


def _control_sentence(
    control: NegativeControl, table: AssociationTable, dictionary: Dictionary
) -> str:
    place = f"in {control.where}"
    if control.kind == "outcome":
        place = f"on {dictionary.label(control.where)}"
    measure = control.row.measure
    digits = interval_digits(control.row.estimate) if measure == "mean_difference" else 2
    digits = 3 if measure == "risk_difference" else digits
    found = (
        f"Negative control ({control.reason}): {place} the {MEASURE_LABELS[control.row.measure]}"
    )
    found += f" is {with_ci(control.row.estimate, digits)}"
    if control.as_expected:
        return f"{found}; the CI includes no effect, as expected, but also any bias within it."
    return (
        f"{found}; CAUTION: the CI excludes no effect. Bias is likely here, and possible in the "
        "main estimate."
    )
