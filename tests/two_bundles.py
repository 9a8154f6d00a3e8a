"""Two bundles written down by hand that differ in what a test says."""

from dataclasses import replace

from hiprisk.bundle import BundleContents, read_bundle, write_bundle
from small_bundle import small_sheet

METRICS = {
    "r2_corrected": {"value": 0.30, "low": 0.2, "high": 0.4},
    "rmse_corrected": {"value": 16.0, "low": 15.0, "high": 17.0},
    "rmse_cross_validated": {"value": 16.5, "low": None, "high": None},
    "r2_holdout": {"value": 0.25, "low": 0.1, "high": 0.4},
    "r2_apparent": {"value": 0.35, "low": None, "high": None},
}
CONFIG = {
    "name": "small",
    "blocks": {"core": ["age_years", "sex"], "back": ["lbp_any"]},
    "families": {"linear": {"penalty": 0.1}, "mean": {}},
    "outcome": {
        "variable": "womac_function_followup_0_100",
        "events": [{"name": "worsening", "value": 10.0}, {"name": "better", "value": -10.0}],
        "hip_replacement": None,
    },
    "seed": 1,
    "validation": {"holdout": None},
}


def two_bundles(
    root, *, config=None, metrics=None, evidence=None, outcome=None, sheet_of=None, **contents
):
    """The bundles `small@1` and `other@1`, of which the second has what is given."""
    sheet = small_sheet(provenance="real")
    # The config states other events, some of them in part.
    sheet = replace(sheet, outcome=replace(sheet.outcome, events=()))
    first = BundleContents(
        sheet=sheet,
        config=CONFIG,
        evidence={"metrics": METRICS, "n_analysed": 300, "n_people": 300},
        run={"python": "3.11.7", "machine": "x86_64"},
        card="# A small model\n",
        cohort_fingerprint="0" * 64,
        created_with={"hiprisk": "0.1.0", "numpy": "2.4.6"},
    )
    if outcome is not None:
        sheet = replace(sheet, outcome=replace(sheet.outcome, **outcome))
    if sheet_of is not None:
        sheet = sheet_of(sheet)
    second = replace(
        first,
        sheet=replace(sheet, name="other"),
        config={**CONFIG, "name": "other", **(config or {})},
        evidence={**first.evidence, "metrics": metrics or METRICS, **(evidence or {})},
        **contents,
    )
    paths = write_bundle(root, "small", first), write_bundle(root, "other", second)
    return tuple(read_bundle(path) for path in paths)
