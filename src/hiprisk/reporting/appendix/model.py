"""The sections of a report that describe the model: in full, and how it was chosen."""

from __future__ import annotations

from hiprisk.evidence.document import Evidence
from hiprisk.reporting.appendix.coefficients import coefficient_tables, uncertainty_in_words
from hiprisk.reporting.appendix.comparisons import (
    candidate_label,
    comparison_paragraphs,
    comparison_tables,
    settings_text,
)
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.predictors.tuning import (
    draw_tuning,
    highest_loss_drawn,
    tuned_losses,
)
from hiprisk.sheet.format import LinearModel, OrdinalModel, Sheet, TreesModel, VariableSpec
from hiprisk.wording.intercepts import formula_in_words, intercept_rows
from hiprisk.wording.labels import (
    column_label,
    estimand_in_words,
    in_words,
    predictor_label,
    sheet_labels,
    unit_of_amount,
    with_unit,
)
from hiprisk.wording.quantities import number, percent
from hiprisk.wording.reasons import range_text
from hiprisk.wording.sites import model_over_sites
from hiprisk.wording.trees import how_combined

# More intercepts than this are folded away: they come after a handful of coefficients.
MANY_INTERCEPTS = 12
# How a prediction follows from the table of coefficients, by the link.
EQUATIONS = {
    "identity": "Prediction = intercept + sum of coefficient x term.",
    "logit": "Log odds = intercept + sum of coefficient x term; risk = 1 / (1 + exp(-log odds)).",
}
SPLINE = (
    "A spline has a coefficient for each of its terms: the value x itself, then for each of the "
    "knots t1, t2, ... but the last two (T the last, S the last but one) its restricted cubic "
    "term: ((x - t)+^3 - (x - S)+^3 (T - t) / (T - S) + (x - T)+^3 (S - t) / (T - S)) / "
    "(T - t1)^2, where (u)+ is u above 0, else 0."
)


def model_section(evidence: Evidence, sheet: Sheet) -> Section:
    """The model in full, as far as a table can hold it; the sheet holds all of it."""
    outcome = sheet.outcome
    paragraphs: tuple[str, ...] = (
        f"Predicted: {estimand_in_words(outcome)}.",
        f"Outcome: {with_unit(outcome.label, outcome.unit)}; higher is {outcome.higher_is}. "
        f"Model type: {in_words(sheet.family)}. Intended use: {sheet.intended_use}",
    )
    if said := model_over_sites(sheet):
        paragraphs = (*paragraphs, said)
    model = sheet.model
    tables = (
        [_trees(sheet, model)]
        if isinstance(model, TreesModel)
        else list(coefficient_tables(sheet, model))
    )
    if isinstance(model, OrdinalModel):
        paragraphs = (*paragraphs, formula_in_words(model))
        tables.append(_intercepts(model))
    if isinstance(model, LinearModel):
        paragraphs = (*paragraphs, EQUATIONS[model.link])
    if not isinstance(model, TreesModel):
        if any(term.basis == "rcs" for term in model.terms):
            paragraphs = (*paragraphs, SPLINE)
        paragraphs = (*paragraphs, uncertainty_in_words(model))
    tables.append(_variables(sheet))
    if sheet.distribution is not None:
        tables.append(_residuals(sheet))
    return Section(
        anchor="model",
        part=APPENDIX,
        title="The model in full",
        paragraphs=paragraphs,
        tables=tuple(tables),
        notes=(
            "`sheet.json` beside this report holds every number that a prediction needs: these, "
            "the derived columns, the means and covariance for missing values"
            + _uncertainty(model)
            + (", and the quantiles of the residuals." if sheet.distribution is not None else "."),
        ),
    )


def _uncertainty(model: LinearModel | OrdinalModel | TreesModel) -> str:
    """Which uncertainty of the coefficients the sheet holds."""
    if isinstance(model, TreesModel) or (model.covariance is None and model.refits is None):
        return ""
    held = "" if model.refits is None else f", with {len(model.refits)} bootstrap models"
    return f", the covariance of the coefficients{held}"


def _intercepts(model: OrdinalModel) -> Table:
    return Table(
        head=("of a score", "intercept"),
        rows=tuple((name, f"{one:.6g}") for name, one in intercept_rows(model)),
        caption="Intercepts of the values of the score",
        folded=len(model.intercepts) > MANY_INTERCEPTS,
    )


def _trees(sheet: Sheet, model: TreesModel) -> Table:
    labels = sheet_labels(sheet)
    leaves = sum(sum(feature < 0 for feature in tree.feature) for tree in model.trees)
    used = {
        column_label(model.inputs[f], labels)
        for tree in model.trees
        for f in tree.feature
        if f >= 0
    }
    return Table(
        head=("part", "value"),
        rows=(
            ("baseline", f"{model.baseline:.6g}"),
            ("trees", str(len(model.trees))),
            ("prediction", how_combined(model)),
            ("leaves", str(leaves)),
            ("inputs used", ", ".join(sorted(used)) or "none"),
        ),
        caption="Decision trees; the sheet has every split and leaf",
    )


def _variables(sheet: Sheet) -> Table:
    return Table(
        head=(
            "variable",
            "column",
            "values",
            "share of the information",
            "missing in the development cohort",
        ),
        rows=tuple(
            (
                predictor_label(spec.label, sheet.outcome.label),
                f"`{spec.name}`",
                _values(spec),
                percent(spec.weight, 0),
                percent(spec.training.missing_share if spec.training else None),
            )
            for spec in sheet.variables
        ),
        caption="Predictors",
    )


def _values(spec: VariableSpec) -> str:
    """Range with unit; levels as a file has them, which are set as code."""
    if spec.kind == "category":
        return ", ".join(f"`{level}`" for level in spec.levels)
    return range_text(spec)


def _residuals(sheet: Sheet) -> Table:
    assert sheet.distribution is not None
    unit = unit_of_amount(sheet.outcome.unit)
    rows = tuple(
        (number(level, 1), number(scale, 2))
        for level, scale in zip(sheet.distribution.levels, sheet.distribution.scales, strict=True)
    )
    return Table(
        head=(f"predicted ({unit})", f"residual SD ({unit})"),
        rows=rows,
        caption="Residual SD by predicted level",
    )


def candidates_section(evidence: Evidence) -> Section:
    """The candidate model types, tuned on the same folds, and which was chosen."""
    rows = tuple(
        (
            candidate_label(family),
            number(family.loss, 4),
            percent(family.gain_over_mean),
            str(len(family.trials)),
            settings_text(family.params),
        )
        for family in evidence.families
    )
    chosen = next(i for i, family in enumerate(evidence.families) if family.chosen)
    loss = evidence.loss_label if evidence.kind == "continuous" else f"mean {evidence.loss_label}"
    return Section(
        anchor="candidates",
        part=APPENDIX,
        title="Candidate model types",
        paragraphs=(
            f"Each model type was tuned by cross-validation on the same folds. The type with the "
            f"smallest {loss} was chosen; it is highlighted.",
            *comparison_paragraphs(evidence),
        ),
        tables=(
            Table(
                head=(
                    "model type",
                    loss,
                    "reduction against the mean-only model",
                    "settings tried",
                    "settings",
                ),
                rows=rows,
                strong=(chosen,),
            ),
            *comparison_tables(evidence),
        ),
        pictures=_tuning_history(evidence),
    )


def _tuning_history(evidence: Evidence) -> tuple[Picture, ...]:
    """Where something was tuned: a model type of which more than one setting was tried."""
    if all(len(family.trials) < 2 for family in evidence.families):
        return ()
    cut = max(tuned_losses(evidence)) > highest_loss_drawn(evidence)
    edge = " A loss far above that of the mean-only model stands at the upper edge." if cut else ""
    return (
        drawn(
            name="tuning.png",
            ax=draw_tuning(evidence),
            alt=f"Cross-validated {evidence.loss_label} of each setting of each model type in the "
            "order tried, and the smallest so far; the table has the smallest of each.",
            caption="Tuning history. Marks: the settings in the order tried; lines: the smallest "
            f"loss so far.{edge}",
        ),
    )
