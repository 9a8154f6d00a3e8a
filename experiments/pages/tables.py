"""Tables of the evidence pages, each from a committed result of an experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

EXPERIMENTS = Path(__file__).parents[1]
# Of a table in a page, by the name between its markers.
Table = Callable[[], str]


def recorded(name: str) -> pd.DataFrame:
    """A committed result: ``folder/file.csv``."""
    return pd.read_csv(EXPERIMENTS / name)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_error(row: pd.Series, name: str, *, digits: int = 2, signed: bool = False) -> str:
    """A mean with its Monte-Carlo error in brackets."""
    sign = "+" if signed else ""
    # Plus 0.0, so that no zero has a minus.
    value = round(row[name], digits) + 0.0
    return f"{value:{sign}.{digits}f} ({row[f'{name}_mc_error']:.{digits}f})"


def percent(row: pd.Series, name: str) -> str:
    return f"{100 * row[name]:.1f} % ({100 * row[f'{name}_mc_error']:.1f})"


def with_interval(row: pd.Series, *, digits: int, signed: bool = False) -> str:
    sign = "+" if signed else ""
    shape = f"{sign}.{digits}f"
    return f"{row['value']:{shape}} ({row['low']:{shape}} to {row['high']:{shape}})"


def back_pain_verdicts() -> str:
    rows = [
        (f"{row['effect']:g}", f"{row['n']:,.0f}", f"{row['cohorts']:.0f}",
         f"{row['true_gain']:.4f}", percent(row, "adds"), percent(row, "adds_less"),
         percent(row, "inconclusive"), percent(row, "wrong"))
        for _, row in recorded("back_pain/summary.csv").iterrows()
    ]  # fmt: skip
    return markdown(
        ("effect (points)", "people", "cohorts", "true gain in R²", "adds",
         "adds less than the minimum important gain", "inconclusive",
         "verdict contradicts the true gain"),
        rows,
    )  # fmt: skip


def back_pain_estimates() -> str:
    rows = [
        (f"{row['effect']:g}", f"{row['n']:,.0f}",
         with_error(row, "association_bias", signed=True),
         percent(row, "association_covered"), f"{row['association_width']:.1f}",
         percent(row, "association_not_zero"),
         with_error(row, "gain_bias", digits=4, signed=True), percent(row, "gain_covered"))
        for _, row in recorded("back_pain/summary.csv").iterrows()
    ]  # fmt: skip
    return markdown(
        ("effect (points)", "people", "effect: bias (points)", "95 % CI covers",
         "width of the CI (points)", "CI excludes 0", "gain in R²: bias", "95 % CI covers"),
        rows,
    )  # fmt: skip


def surrogate_explained() -> str:
    rows = [
        (row["years"] + (" (fitted to)" if row["fitted_to"] else ""), row["rows"],
         f"{row['n']:,}",
         f"{row['explained_variance']:.3f} ({row['low']:.3f} to {row['high']:.3f})",
         f"{row['rmse']:.2f}", f"{round(row['published_less_surrogate'], 2) + 0.0:+.2f}")
        for _, row in recorded("nhs_surrogate/explained.csv").iterrows()
    ]  # fmt: skip
    return markdown(
        ("year", "operations", "n", "share of the variance of the published predictions explained "
         "(95 % CI)", "RMSE (points)", "published less surrogate (points)"),
        rows,
    )  # fmt: skip


_SHOWN = (("r2", 3, False), ("rmse", 2, False), ("calibration_in_the_large", 2, True),
          ("calibration_slope", 2, False))  # fmt: skip


def _by_model_and_year(results: pd.DataFrame) -> Iterable[tuple[str, ...]]:
    for (model, year), part in results.groupby(["model", "year"], sort=False):
        of = part.set_index("metric")
        yield (str(model), str(year),
               *(with_interval(of.loc[name], digits=digits, signed=signed)
                 for name, digits, signed in _SHOWN))  # fmt: skip


_HEAD = ("model", "evaluated on", "R² (95 % CI)", "RMSE (points)",
         "observed minus predicted (points)", "calibration slope")  # fmt: skip


def surrogate_performance() -> str:
    return markdown(_HEAD, _by_model_and_year(recorded("nhs_surrogate/results.csv")))


def surrogate_differences() -> str:
    found = recorded("nhs_surrogate/differences.csv")
    rows = []
    for model, part in found.groupby("model", sort=False):
        of = part.set_index("metric")
        shown = [
            f"{of.loc[name, 'difference']:+.3f} ({of.loc[name, 'low']:.3f} to "
            f"{of.loc[name, 'high']:.3f})"
            for name in ("rmse", "mae")
        ]
        rows.append((str(model), *shown))
    return markdown(("less nhs_proms_hip, boosting (2018/19)", "RMSE", "MAE"), rows)


def nhs_years() -> str:
    return markdown(_HEAD, _by_model_and_year(recorded("nhs_providers/years.csv")))


def nhs_providers() -> str:
    names = {"calibration_in_the_large": "observed minus predicted (points)",
             "calibration_slope": "calibration slope"}  # fmt: skip
    rows = [
        (row["model"], names[row["metric"]],
         f"{row['mean']:.2f} ({row['low']:.2f} to {row['high']:.2f})",
         f"{row['new_low']:.2f} to {row['new_high']:.2f}", f"{row['sd_between']:.2f}",
         f"{100 * row['i2']:.0f} %")
        for _, row in recorded("nhs_providers/providers.csv").iterrows()
    ]  # fmt: skip
    return markdown(
        ("model", "figure", "mean of providers (95 % CI)", "95 % prediction interval, new provider",
         "SD between providers", "I²"),
        rows,
    )  # fmt: skip


def imputation_methods() -> str:
    found = recorded("missing_values/results.csv")
    of = {name: part.set_index("method") for name, part in found.groupby("coefficient")}
    pain, function = of["lbp_any"], of["function"]
    rows = [
        (method, f"{pain.loc[method, 'bias']:+.2f} ({pain.loc[method, 'bias_mc_error']:.2f})",
         f"{100 * pain.loc[method, 'coverage']:.0f} %",
         f"{function.loc[method, 'bias']:+.3f} ({function.loc[method, 'bias_mc_error']:.3f})",
         f"{100 * function.loc[method, 'coverage']:.0f} %")
        for method in pain.index
    ]  # fmt: skip
    return markdown(
        ("method", "back pain: bias (points)", "95 % CI covers",
         "baseline function: bias (points a point)", "95 % CI covers"),
        rows,
    )  # fmt: skip


def imputation_routes() -> str:
    rows = [
        (f"{row['n']:,}", f"{100 * row['share']:.0f} %", row["route"], f"{row['cohorts']}",
         with_error(row, "bias", digits=3, signed=True), percent(row, "covers"),
         f"{row['half_width']:.3f}")
        for _, row in recorded("imputation_coverage/results.csv").iterrows()
    ]  # fmt: skip
    return markdown(
        ("people", "missing", "imputation", "cohorts", "bias of coefficients", "95 % CI covers",
         "half width of the CI"),
        rows,
    )  # fmt: skip


_SOURCES = {"normal": "simulated, normal residuals", "skewed": "simulated, skewed score",
            "nhs": "NHS records"}  # fmt: skip
_MODELS = {"linear": "linear", "boosting": "boosting", "ordinal logit": "ordinal"}


def model_type_rows() -> pd.DataFrame:
    """CRPS, CRPS less linear's, RMSE and coverage by cohorts, size and model type, wide."""
    found = recorded("ordinal/results.csv")
    found = found[found["model"].isin(_MODELS)]
    keys = ["source", "n", "model"]
    values = ["mean", "monte_carlo_error"]
    wide = found.pivot_table(index=keys, columns="figure", values=values)
    cohorts = found.groupby(keys)["cohorts"].max()
    wide[("cohorts", "")] = cohorts
    return wide


def model_types() -> str:
    wide, rows = model_type_rows(), []
    for source, said in _SOURCES.items():
        for n in sorted(wide.loc[source].index.get_level_values("n").unique()):
            for model, name in _MODELS.items():
                row = wide.loc[(source, n, model)]

                def shown(figure: str, digits: int, row: pd.Series = row) -> str:
                    error = row["monte_carlo_error", figure]
                    told = "" if pd.isna(error) or error == 0 else f" ({error:.{digits}f})"
                    return f"{row['mean', figure]:.{digits}f}{told}"

                rows.append((said, f"{n:,}", f"{row['cohorts', '']:.0f}", name, shown("crps", 2),
                             shown("rmse", 2), shown("coverage_90", 3)))  # fmt: skip
    return markdown(
        ("people are", "n", "cohorts", "model type", "CRPS (points)", "RMSE (points)",
         "90 % prediction intervals cover"),
        rows,
    )  # fmt: skip


def own_candidates() -> str:
    found = recorded("nhs_tuning/holdout.csv")
    errors = recorded("nhs_tuning/holdout_errors.csv").set_index("model")
    found = found[found["first"] == "boosting, narrow space"]
    rows = [("boosting (shipped)", f"{errors.loc['boosting, narrow space', 'rmse']:.3f}",
             f"{errors.loc['boosting, narrow space', 'mae']:.3f}", "", "")]  # fmt: skip
    for model, part in found.groupby("second", sort=False):
        of = part.set_index("metric")
        rows.append((
            str(model), f"{errors.loc[model, 'rmse']:.3f}", f"{errors.loc[model, 'mae']:.3f}",
            *(f"{of.loc[name, 'difference']:+.3f} ({of.loc[name, 'low']:.3f} to "
              f"{of.loc[name, 'high']:.3f})" for name in ("rmse", "mae")),
        ))  # fmt: skip
    return markdown(
        ("model", "RMSE", "MAE", "RMSE less boosting's (95 % CI)", "MAE less boosting's (95 % CI)"),
        rows,
    )


TABLES: dict[str, dict[str, Table]] = {
    "explanation/published-models.md": {
        "explained": surrogate_explained,
        "performance": surrogate_performance,
        "differences": surrogate_differences,
    },
    "evidence/back-pain.md": {"verdicts": back_pain_verdicts, "estimates": back_pain_estimates},
    "evidence/nhs-years-and-providers.md": {"years": nhs_years, "providers": nhs_providers},
    "evidence/imputation.md": {"methods": imputation_methods, "routes": imputation_routes},
    "evidence/model-types.md": {"types": model_types, "own": own_candidates},
}
