"""A small simulated study with candidates of its own, made once in a test run."""

from pathlib import Path
from types import SimpleNamespace

from blank_figures import figures_left_blank
from coverage_pause import coverage_paused
from hiprisk.bundle import read_bundle
from hiprisk.config import load_config
from hiprisk.reporting.study.report import report_sections
from hiprisk.study import run_study
from shared_results import made_once

STUPAR = Path(__file__).parents[1] / "configs" / "stupar.yaml"
# A penalty so large that the forest, which a sheet can hold, is chosen.
CANDIDATES = """families={
  linear: {spline_knots: 0, l1_share: 0, penalty: 1000.0},
  neighbours: {estimator: sklearn.neighbors.KNeighborsRegressor,
    search: {n_neighbors: {low: 10, high: 40}, weights: [uniform, distance]}},
  forest: {estimator: sklearn.ensemble.ExtraTreesRegressor,
    fixed: {n_estimators: 4, min_samples_leaf: 10}, search: {max_features: [sqrt, 0.5, null]}},
  ridge: {estimator: sklearn.linear_model.Ridge, benchmark: true}}"""
QUICK = (
    "name=candidates", "cohort.simulate.n=200", "tuning.trials=2", "tuning.folds=3",
    "tracking.enabled=false", "validation.resamples=20", "validation.interval_resamples=100",
    "validation.repeats=0", "validation.internal_external=false", "imputation.imputations=2",
    "samplesize.simulations=20", "subgroups={resamples: 50, by: []}",
    "association=null", "blocks={core: [age_years, sex, bmi_kg_m2, comorbidity_count, knee_oa, "
    "womac_function_0_100]}", "measurement_error={}", CANDIDATES.replace("\n", " "),
    "validation.holdout={variable: site, test: [site_02, site_05, site_07]}",
)  # fmt: skip


def candidate_config(*overrides):
    """The study's config, with options laid over it."""
    return load_config(STUPAR, overrides=(*QUICK, *overrides))


def candidate_study(tmp_path_factory):
    """The study's evidence, sheet, bundle and report, whichever test worker made them."""

    def make():
        with figures_left_blank(), coverage_paused():
            config = candidate_config()
            result = run_study(config, out=tmp_path_factory.mktemp("models"))
            sections = report_sections(result.evidence, result.sheet, config)
        return result, read_bundle(result.bundle), sections

    result, bundle, sections = made_once(tmp_path_factory, "candidate_study", make)
    return SimpleNamespace(
        result=result,
        evidence=result.evidence,
        bundle=bundle,
        section={section.anchor: section for section in sections},
    )
