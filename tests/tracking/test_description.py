"""What a run says of itself, from a bundle written down by hand."""

import json
from types import SimpleNamespace

from hiprisk.bundle import read_bundle
from hiprisk.tracking.description import cohort_dataset, description, search_tags
from hiprisk.wording.sites import model_over_sites
from site_sheet import site_sheet
from small_bundle import write_small_bundle


def _bundle(folder, **parts):
    return read_bundle(write_small_bundle(folder, **parts))


def test_a_description_is_the_study_in_five_lines(tmp_path):
    bundle = _bundle(
        tmp_path,
        evidence={
            "n_analysed": 200,
            "n_people": 180,
            "metrics": {
                "r2_corrected": {"value": 0.3, "low": 0.2, "high": 0.4},
                "rmse_corrected": {"value": 14.1, "low": None, "high": None},
            },
            "added": {"additions": [{"blocks": ["hip_motion"], "verdict": "adds nothing"}]},
        },
    )
    assert description(bundle).split("\n\n") == [
        "**A small model.** Predicts WOMAC function in 12 months, if no hip replacement by then; "
        "nobody.",
        "Model type: linear, 4 predictors, fitted to 200 rows of 180 people.",
        "Optimism-corrected: R² 0.300 (95 % CI 0.200 to 0.400); root mean squared error "
        "14.1 points 0-100.",
        "What blocks add: hip motion: adds nothing.",
        "SIMULATED DATA: this model was fitted on simulated people; not for patients. "
        f"Fitted on: simulated people. Bundle small 1, `{bundle.sha256[:12]}`.",
    ]


def test_a_description_names_blocks_by_the_labels_of_the_study(tmp_path):
    bundle = _bundle(
        tmp_path,
        config={"block_labels": {"back": "low back pain"}},
        evidence={"added": {"additions": [{"blocks": ["back", "knee"], "verdict": "adds"}]}},
    )
    assert "What blocks add: low back pain + knee: adds." in description(bundle)


def test_a_description_says_how_sites_differ_as_the_summary_does():
    sheet = site_sheet(named=False)
    bundle = SimpleNamespace(sheet=sheet, evidence={"n_analysed": 200}, provenance="simulated",
                             config={}, name="small", version=1, sha256="0" * 64)  # fmt: skip
    assert description(bundle).split("\n\n")[1] == (
        f"Model type: linear, 4 predictors, fitted to 200 people. {model_over_sites(sheet)}"
    )


def test_what_a_bundle_lacks_leaves_its_line_out(tmp_path):
    bundle = _bundle(tmp_path, provenance="real", evidence={"metrics": {}})
    lines = description(bundle).split("\n\n")
    assert lines[1] == "Model type: linear, 4 predictors."
    assert lines[2].startswith("Fitted on: real people.")
    assert "mapping" not in search_tags(bundle)


def test_a_cohort_is_named_by_mapping_file_or_preset(tmp_path):
    for number, (cohort, name) in enumerate(
        (
            ({"mapping": "registry.yaml", "file": "a.csv"}, "registry"),
            ({"mapping": None, "file": ["a.csv", "b.csv"]}, "a"),
            ({"simulate": {"preset": "stupar"}}, "simulated_stupar"),
            ({}, "small"),
        )
    ):
        found = cohort_dataset(_bundle(tmp_path / str(number), config={"cohort": cohort}))
        assert found["name"] == name


def test_the_schema_of_a_cohort_has_names_and_kinds_alone(tmp_path):
    found = cohort_dataset(_bundle(tmp_path))
    assert len(found["digest"]) <= 36
    columns = json.loads(found["schema"])["mlflow_colspec"]
    assert {column["name"]: column["type"] for column in columns} == {
        "age_years": "double",
        "sex": "string",
        "lbp_any": "string",
        "womac_function_0_100": "double",
        "womac_function_followup_0_100": "double",
    }
