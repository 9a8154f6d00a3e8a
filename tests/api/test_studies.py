"""Studies as functions: what the commands print, from a data frame too."""

import json
from pathlib import Path

import pandas as pd
import pytest

import hiprisk
from blank_figures import figures_left_blank
from commands import answer
from hiprisk.errors import ConfigError, InputError

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
SMALL = (
    "blocks={core: [age_years, sex, womac_function_0_100], back: [lbp_any]}",
    "confounders=[age_years]", "measurement_error={}", "families={linear: {}}",
    "tuning={trials: 1, folds: 3}", "imputation={imputations: 2}",
    "subgroups={resamples: 50, by: []}",
    "validation={resamples: 20, repeats: 0, interval_resamples: 100, internal_external: false}",
    "samplesize={simulations: 20}",
    "association={exposure: lbp_any, level: 'yes', baseline: womac_function_0_100}",
)  # fmt: skip
SET = [word for one in SMALL for word in ("--set", one)]
AS_FILE = ["--cohort", "cohort.csv", *SET]

pytestmark = pytest.mark.usefixtures("here")


def told(plain):
    """What a study found, without where it lies, when it was and what its file is called."""
    apart = ("bundle", "bundle_sha256", "seconds", "mlflow_run", "mlflow_store")
    return {key: value for key, value in plain.items() if key not in apart}


@pytest.fixture(autouse=True)
def no_figures():
    with figures_left_blank():
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_a_study_of_a_frame_is_that_of_its_file_and_is_rebuilt_from_it(capsys, cohort):
    _, printed = answer(capsys, "train", CONFIG, *AS_FILE, "--set", "tracking.enabled=false")
    frame = cohort.set_index("person_id", drop=False).astype({"sex": "category"})
    result = hiprisk.run_study(CONFIG, frame, overrides=SMALL, tracked=False)
    assert told(result.to_dict()) == told(printed)
    assert result.bundle == Path("models/stupar/2")
    study = json.loads((result.bundle / "study.json").read_text(encoding="utf-8"))
    assert study["config"]["cohort"]["file"] == "DataFrame"
    assert {one.name for one in Path("models/stupar").rglob("*.csv")} == {
        "coefficients.csv", "coefficients_covariance.csv", "points.csv", "probast_ai.csv",
        "tripod_ai.csv",
    }  # fmt: skip
    again = hiprisk.rebuild(result.bundle, frame)
    assert again.equal
    assert again.to_frame()["equal"].all()
    with pytest.raises(InputError, match="this is not the cohort that the bundle was trained on"):
        hiprisk.rebuild(result.bundle, frame.head(250))
    with pytest.raises(ConfigError, match="the study was trained on a data frame, and 0 came"):
        hiprisk.rebuild(result.bundle)


def test_what_blocks_add_is_what_the_command_prints(capsys, cohort):
    how = ["--base", "core", "--add", "back", "--resamples", "20", "--fast", "--seed", "4"]
    _, printed = answer(capsys, "compare", CONFIG, *AS_FILE, *how)
    added = hiprisk.compare(CONFIG, cohort, base=["core"], add=["back"], resamples=20, fast=True,
                            overrides=SMALL, seed=4)  # fmt: skip
    assert added.to_dict() == printed


def test_an_association_is_what_the_command_prints(capsys, cohort):
    _, printed = answer(capsys, "associate", CONFIG, *AS_FILE)
    for given in (cohort, "cohort.csv"):
        assert hiprisk.associate(CONFIG, given, overrides=SMALL).to_dict() == printed


def test_a_config_and_a_mapping_may_be_mappings(cohort):
    from hiprisk.yaml_strict import parse_yaml

    config, _ = parse_yaml(CONFIG.read_text(encoding="utf-8"), name="stupar")
    names = {name: name for name in cohort.columns if name != "age_years"}
    frame = cohort.rename(columns={"age_years": "Age"})
    mapping = {"provenance": "simulated", "variables": {**names, "age_years": "Age"}}
    table = hiprisk.associate(config, frame, mapping=mapping, overrides=SMALL)
    expected = hiprisk.associate(CONFIG, cohort, overrides=SMALL)
    pd.testing.assert_frame_equal(table.to_frame(), expected.to_frame())


def test_a_plan_is_that_of_the_frame(cohort):
    plan = hiprisk.plan_study(CONFIG, cohort, overrides=SMALL, timed=False, tracked=False)
    assert plan.n_people == 217


def test_arguments_are_checked_first():
    with pytest.raises(ConfigError, match="workers: must be a whole number of 1 or more, got 0"):
        hiprisk.run_study("absent.yaml", workers=0)
    with pytest.raises(ConfigError, match="seed: must be a whole number"):
        hiprisk.run_study(CONFIG, seed="7")


def test_a_value_outside_its_range_is_told_by_position(cohort):
    frame = cohort.set_index("person_id")
    frame.iloc[5, frame.columns.get_loc("age_years")] = 999.0
    with pytest.raises(InputError, match=r"^DataFrame: position 5: age_years: ") as refused:
        hiprisk.run_study(CONFIG, frame, overrides=SMALL, tracked=False)
    assert "S000006" not in str(refused.value)
