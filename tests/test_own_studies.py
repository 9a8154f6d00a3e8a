"""Studies of nothing but the user's own variables, from their files to their models in use."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.cohort.bundled_variables import plain_entries
from hiprisk.config import load_config
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import plan_design
from hiprisk.learning.candidates import development_data, unfitted_estimator
from hiprisk.learning.study_cohort import (
    load_study_cohort,
    select_study_participants,
    study_warnings,
)
from hiprisk.serving.model import load
from own_studies import BINARY, CONTINUOUS, own_cohort, write_study

pytest.importorskip("sklearn")
ORACLE = json.loads((Path(__file__).parent / "oracles" / "own_studies.json").read_text())
STUDIES = {"binary": BINARY, "continuous": CONTINUOUS}
NAMES = {"binary": "own-binary", "continuous": "own-continuous"}
PATIENT = {
    "crp_mg_l": 4.0, "falls": 0, "smoking": "never", "work": "yes", "knee_flexion_deg": 110.0,
    "gait_m_s": 1.1, "grip_left_kg": 30.0, "grip_right_kg": 32.0,
}  # fmt: skip


@pytest.fixture(scope="module", params=sorted(STUDIES))
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def folder(kind, tmp_path_factory):
    """A study trained, with a file of new people beside it."""
    from blank_figures import figures_left_blank

    root = tmp_path_factory.mktemp(kind)
    config = write_study(root, STUDIES[kind])
    with figures_left_blank():
        assert main(["train", str(config), "--workers", "1", "--out", str(root / "models")]) == 0
    own_cohort(200, seed=9).to_csv(root / "new.csv", index=False)
    return root


@pytest.fixture
def model(folder, kind):
    return load(folder / "models" / NAMES[kind])


def answer(capsys, *argv, code=0):
    capsys.readouterr()
    assert main([str(word) for word in argv]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def bundle_of(folder, kind):
    return folder / "models" / NAMES[kind]


# --- the fit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", sorted(STUDIES))
def test_slopes_without_a_penalty_equal_those_of_statsmodels(outcome, tmp_path):
    path = write_study(tmp_path, STUDIES[outcome], gaps=False)
    config = load_config(path, overrides=["validation.holdout=null"])
    family = "logistic" if outcome == "binary" else "linear"
    _, selection = select_study_participants(config)
    people, dictionary = selection.development, selection.dictionary
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    blank = unfitted_estimator(config, design, dictionary, family=family, in_resamples=False)
    blank.params = {"penalty": 0.0, "l1_share": 0.0, "spline_knots": 0.0}
    fitted = blank.fit_numeric(data.columns, data.outcome, start=data.start)
    expected = ORACLE[outcome]["coefficients"]
    assert ["intercept", *design.inputs] == list(expected)
    assert np.allclose(fitted.fit_.coefficients, list(expected.values()), rtol=0, atol=1e-6)


@pytest.mark.slow
def test_the_sheet_has_own_variables_and_declared_features_as_packaged_ones(model):
    sheet = model.sheet
    assert [spec.name for spec in sheet.variables] == list(PATIENT)
    # The levels of a binary outcome are what older readers do not know.
    assert sheet.schema_version == (1 if sheet.outcome.levels is None else 2)
    assert sheet.variable("smoking").levels == ("never", "former", "current")
    assert sheet.variable("knee_flexion_deg").measurement.high == 6.0
    assert {one.name: one.op for one in sheet.derived} == {
        "grip_weaker_kg": "minimum", "gait_if_working_m_s": "product",
    }  # fmt: skip


def test_the_bundle_holds_what_the_study_said_of_its_variables(folder, kind):
    entries = read_bundle(bundle_of(folder, kind)).config["variables"]
    stated = select_study_participants(load_config(folder / "study.yaml"))[1].dictionary
    assert entries == json.loads(json.dumps(plain_entries(stated)))


def test_the_report_names_own_variables_by_their_labels(folder, kind):
    report = (bundle_of(folder, kind) / "1" / "report.html").read_text(encoding="utf-8")
    for label in ("C-reactive protein", "grip strength of the weaker hand", "clinic"):
        assert label in report


# --- the other commands of the study --------------------------------------------------------------


def test_compare_says_what_a_block_of_own_variables_adds(folder, capsys):
    found = answer(
        capsys, "compare", folder / "study.yaml", "--workers", 1, "--resamples", 20, "--json"
    )
    assert found["additions"][0]["blocks"] == ["motion"]


def test_associate_takes_own_exposures_strata_and_negative_controls(folder, kind, capsys):
    found = answer(capsys, "associate", folder / "study.yaml", "--json")
    exposure = "gait speed, per 0.1 m/s" if kind == "binary" else "grip strength of the weaker hand"
    assert exposure in found["exposure"]
    if kind == "binary":
        assert {row["stratum"] for row in found["rows"]} == {"all", "north", "south"}
        assert found["negative_control"]["where"] == "shoe_size"


@pytest.mark.parametrize("mapping", ["mapping.yaml", "not_there.yaml"])
def test_samplesize_counts_own_levels_without_a_cohort(mapping, folder, kind, capsys):
    absent = ["--cohort", str(folder / "not_there.csv"), "--set", f"cohort.mapping={mapping}"]
    code = main(["samplesize", str(folder / "study.yaml"), *absent, "--set",
                 "samplesize={prevalence: 0.4, c_statistic: 0.7}" if kind == "binary"
                 else "samplesize={r2: 0.2, mean: 2, sd: 1}"])  # fmt: skip
    found = capsys.readouterr()
    assert code == 0, found.err
    # A spline with three knots of the binary study has one more.
    assert f"{10 if kind == 'binary' else 9} candidate parameters" in found.out


# --- the model in use -----------------------------------------------------------------------------


@pytest.fixture
def without_a_dictionary(folder, tmp_path):
    """A mapping that names no dictionary: the bundle is enough."""
    text = (folder / "mapping.yaml").read_text().replace("dictionary: variables.yaml\n", "")
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["validate", "drift"])
def test_new_people_are_read_by_the_bundle_alone(
    command, folder, kind, without_a_dictionary, capsys
):
    by = ["--by", "clinic"] if command == "validate" else []
    found = [
        answer(capsys, command, bundle_of(folder, kind), folder / "new.csv", "--mapping", mapping,
               "--json", *by, *(["--resamples", "50"] if by else []))
        for mapping in (without_a_dictionary, folder / "mapping.yaml")
    ]  # fmt: skip
    assert found[0] == found[1]
    assert "crp_mg_l" in json.dumps(found[0])


def test_an_updated_model_is_scored_with_like_its_parent(
    folder, kind, without_a_dictionary, tmp_path, capsys
):
    found = answer(
        capsys, "update", bundle_of(folder, kind), folder / "new.csv", "--mapping",
        without_a_dictionary, "--method", "recalibrate", "--resamples", 50, "--out",
        tmp_path / "updated", "--json",
    )  # fmt: skip
    out = tmp_path / "scored.csv"
    result = answer(capsys, "score", found["bundle"], folder / "new.csv", "--mapping",
                    without_a_dictionary, "--out", out, "--json")  # fmt: skip
    assert result["rows"] == len(pd.read_csv(out)) == 200


def test_a_file_with_the_dictionary_s_names_needs_no_mapping(folder, model, kind, tmp_path, capsys):
    pd.DataFrame([PATIENT]).to_csv(tmp_path / "one.csv", index=False)
    answer(capsys, "score", bundle_of(folder, kind), tmp_path / "one.csv", "--out",
           tmp_path / "out.csv", "--json")  # fmt: skip
    first = "risk" if kind == "binary" else "predicted"
    assert pd.read_csv(tmp_path / "out.csv")[first][0] == model.explain(PATIENT).to_dict()[first]


def test_a_file_scored_by_aliases_is_read_as_validate_reads_it(folder, kind, tmp_path, capsys):
    """The bundle knows the study's other names of a column, where there is no mapping."""
    frame = pd.DataFrame([PATIENT]).rename(columns={"crp_mg_l": "CRP"})
    frame.to_csv(tmp_path / "one.csv", index=False)
    found = answer(capsys, "score", bundle_of(folder, kind), tmp_path / "one.csv", "--out",
                   tmp_path / "out.csv", "--json")  # fmt: skip
    assert "crp_mg_l" not in found["absent"]


def test_predict_takes_own_variables_as_options_and_says_them_in_help(folder, kind, capsys):
    options = [
        part for name, value in PATIENT.items() for part in (f"--{name.replace('_', '-')}", value)
    ]
    found = answer(capsys, "predict", bundle_of(folder, kind), *options, "--json")
    assert not found["imputed"]
    with pytest.raises(SystemExit, match="0"):
        main(["predict", str(bundle_of(folder, kind)), "--help"])
    assert "C-reactive protein: 0 to 500 mg/l" in " ".join(capsys.readouterr().out.split())


def test_a_test_pack_of_own_variables_is_equal_to_itself(folder, kind, tmp_path, capsys):
    bundle = bundle_of(folder, kind)
    assert main(["testpack", str(bundle), "--out", str(tmp_path / "pack"), "--random", "5"]) == 0
    expected = tmp_path / "pack" / "expected.csv"
    assert main(["testpack", str(bundle), "--check", str(expected), "--random", "5"]) == 0
    assert "EQUAL: " in capsys.readouterr().out


def test_the_template_lists_own_variables(folder, kind, tmp_path, capsys):
    assert main(["template", str(bundle_of(folder, kind)), "--out", str(tmp_path / "t.csv")]) == 0
    assert list(pd.read_csv(tmp_path / "t.csv").columns)[-8:] == list(PATIENT)


def test_the_calculator_page_asks_for_own_variables(folder, kind, tmp_path):
    out = tmp_path / "page.html"
    assert main(["calculator", str(bundle_of(folder, kind)), "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "grip strength of the weaker hand" in text
    assert "C-reactive protein" in text


@pytest.mark.slow
def test_the_page_gives_python_s_numbers(model, tmp_path):
    from hiprisk.serving.calculator.building import build_page
    from page_agreement import worst_difference
    from serving_browser import running_browser
    from serving_patients import random_patients

    file = tmp_path / "page.html"
    file.write_text(build_page(model), encoding="utf-8")
    with running_browser() as browser:
        tab = browser.new_page()
        tab.goto(file.as_uri())
        patients = [PATIENT, *random_patients(model.sheet, 40, seed=5)]
        worst, refused = worst_difference(tab, model, patients)
    assert worst < 1e-9
    assert refused < len(patients)


def test_the_service_answers_for_own_variables(model, kind):
    from service_client import client_of

    service = client_of(model)
    first = "risk" if kind == "binary" else "predicted"
    assert (
        service.post("/predict", PATIENT).json()[first] == model.explain(PATIENT).to_dict()[first]
    )
    schema = service.get("/openapi.json").json()["components"]["schemas"]["Patient"]
    assert schema["properties"]["smoking"]["enum"][:3] == ["never", "former", "current"]
    assert service.post("/predict", {**PATIENT, "crp_mg_l": 900}).status_code == 422


def test_a_code_map_codes_own_variables(model):
    from hiprisk.serving.fhir.code_map import code_map_from_text

    text = (
        "observations:\n"
        "  crp_mg_l: {codes: ['http://loinc.org|1988-5'], units: [mg/L]}\n"
        "  work: {codes: ['http://x.org|w'], values: {'true': yes, 'false': no}}\n"
    )
    found = code_map_from_text(text, variables=model.sheet.variables)
    assert set(found.observations) == {"crp_mg_l", "work"}


def with_sentinels(path):
    frame = own_cohort(200, seed=9)
    frame.loc[[3, 9, 17, 30, 50], "crp"] = 99
    frame.loc[[4, 10, 18, 31, 51], "shoe"] = 999
    frame.to_csv(path, index=False)
    return path


def test_a_code_for_missing_that_is_read_as_a_value_is_said_by_whoever_reads_the_file_whole(
    folder, kind, tmp_path, capsys
):
    file, bundle = with_sentinels(tmp_path / "c.csv"), bundle_of(folder, kind)
    found = answer(capsys, "validate", bundle, file, "--mapping", folder / "mapping.yaml",
                   "--json", "--resamples", 50)  # fmt: skip
    said = [one["column"] for one in found["warnings"] if one["code"] == "SENTINEL_SUSPECT"]
    # The model does not use the size of shoes.
    assert said == ["crp_mg_l"]
    for command in (["associate"], ["compare", "--workers", "1", "--resamples", "20"]):
        assert main([command[0], str(folder / "study.yaml"), "--cohort", str(file),
                     *command[1:], "--json"]) == 0  # fmt: skip
        err = capsys.readouterr().err
        assert err.count("warning[SENTINEL_SUSPECT]: crp_mg_l") == 1


def test_an_outcome_that_seems_to_hold_codes_for_missing_is_said_too(tmp_path):
    config = load_config(write_study(tmp_path, CONTINUOUS))
    frame = own_cohort()
    frame.loc[[3, 9, 17, 30, 50], "jsw_change"] = 999
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    found = study_warnings(load_study_cohort(config), config)
    assert [(one.code, one.column) for one in found] == [("SENTINEL_SUSPECT", "change_mm")]


# --- wrong moves ----------------------------------------------------------------------------------


def test_a_study_that_lacks_its_dictionary_is_refused_with_the_way_to_add_one(tmp_path):
    path = write_study(tmp_path, BINARY)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(mapping.read_text().replace("dictionary: variables.yaml\n", ""))
    with pytest.raises(
        ConfigError, match=r"variables.knee_flexion_deg .line 4.*a variable of your own"
    ):
        select_study_participants(load_config(path, overrides=["cohort.dictionary=null"]))


@pytest.mark.parametrize(
    ("column", "name"), [("old", "old_score_mm"), ("jsw_change", "change_mm"), ("wave", "wave")]
)
def test_a_column_that_only_the_evaluation_needs_is_missed_before_anything_is_fitted(
    column, name, tmp_path
):
    config = load_config(write_study(tmp_path, CONTINUOUS))
    own_cohort().drop(columns=column).to_csv(tmp_path / "cohort.csv", index=False)
    with pytest.raises(InputError, match=rf"{name}: the file has no column {column}") as refused:
        select_study_participants(config)
    assert refused.value.code == "MISSING_COLUMN"


def test_a_reference_that_no_mapping_names_is_missed_as_early(tmp_path):
    config = load_config(write_study(tmp_path, CONTINUOUS))
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(mapping.read_text().replace("  old_score_mm: old\n", ""))
    with pytest.raises(ConfigError, match="reference_prediction: the cohort has no 'old_score_mm'"):
        select_study_participants(config)


@pytest.mark.parametrize("key", ["hard", "kind"])
def test_a_mapping_cannot_say_what_a_variable_is(key, tmp_path):
    path = write_study(tmp_path, BINARY)
    mapping = tmp_path / "mapping.yaml"
    plain = yaml.safe_load(mapping.read_text())
    plain["variables"]["crp_mg_l"] = {"column": "crp", key: [0, 1] if key == "hard" else "number"}
    mapping.write_text(yaml.safe_dump(plain))
    with pytest.raises(
        ConfigError, match=f"variables.crp_mg_l.{key} .*a dictionary says what a variable is"
    ):
        select_study_participants(load_config(path))


def test_an_outcome_of_small_numbers_is_shown_with_digits_that_tell(folder, kind, capsys):
    """A scatter of 0.4 mm: one digit would leave four values."""
    options = [
        str(part) for name, value in PATIENT.items()
        for part in (f"--{name.replace('_', '-')}", value)
    ]  # fmt: skip
    assert main(["predict", str(bundle_of(folder, kind)), *options]) == 0
    shown = capsys.readouterr().out
    pattern = r"risk +\d+\.\d %" if kind == "binary" else r"predicted +-?\d\.\d\d   \(mm, higher"
    assert re.search(pattern, shown), shown
    summary = read_bundle(bundle_of(folder, kind)).evidence["summary"]
    if kind == "continuous":
        assert any(re.match(r"Mean absolute error 0\.\d\d mm, ", one) for one in summary)
