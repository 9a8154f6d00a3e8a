"""A small simulated study with every part of the evidence, made once in a test run."""

from pathlib import Path
from types import SimpleNamespace

from blank_figures import figures_left_blank
from hiprisk.config import load_config
from hiprisk.reporting.study.report import report_sections
from hiprisk.study import run_study
from shared_results import made_once

STUPAR = Path(__file__).parents[1] / "configs" / "stupar.yaml"
QUICK = (
    "cohort.simulate.n=250", "tuning.trials=1", "tuning.folds=3", "tracking.enabled=false",
    "validation.resamples=20", "validation.interval_resamples=100", "validation.repeats=1",
    "families={linear: {spline_knots: 3, l1_share: 0, penalty: 0.01}}",
    "imputation.imputations=2", "samplesize.simulations=20", "subgroups.resamples=50",
    "validation.holdout={variable: site, test: [site_02]}",
    "validation.reference_prediction=womac_function_0_100",
)  # fmt: skip


# Other kinds of study: a risk at one site, and trees on one block without an exposure.
RISK = (
    *(one for one in QUICK if not one.startswith(("families", "validation.holdout",
                                                  "validation.reference"))),
    "cohort.simulate.n_sites=1",
    "families={logistic: {spline_knots: 3, l1_share: 0, penalty: 0.01}}",
)  # fmt: skip
TREES = (
    *(one for one in QUICK if not one.startswith(("families", "validation.reference"))),
    "families={boosting: {n_trees: 10, max_leaves: 3, min_leaf: 20}}", "association=null",
    "blocks={core: [age_years, sex, womac_function_0_100, comorbidity_count, knee_oa, "
    "bmi_kg_m2]}", "measurement_error={}",
)  # fmt: skip
KINDS = {
    "scores": ("stupar.yaml", QUICK),
    "risks": ("stupar_worsening.yaml", RISK),
    "trees": ("stupar.yaml", TREES),
}


def reported_study(tmp_path_factory, kind="scores"):
    """The study's evidence, sheet and report sections, whichever test worker made them."""
    name, options = KINDS[kind]

    def make():
        config = load_config(STUPAR.with_name(name), overrides=options)
        with figures_left_blank():
            result = run_study(config, out=tmp_path_factory.mktemp("models"))
            sections = report_sections(result.evidence, result.sheet, config)
            return result.evidence, result.sheet, sections, config

    evidence, sheet, sections, config = made_once(tmp_path_factory, f"reported_{kind}", make)
    return SimpleNamespace(
        evidence=evidence,
        sheet=sheet,
        sections=sections,
        config=config,
        section={section.anchor: section for section in sections},
    )
