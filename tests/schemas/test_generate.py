"""Schemas agree with what reads the files: shipped files pass, broken ones do not."""

import copy
import json
from pathlib import Path

import jsonschema_rs
import pytest

from hiprisk.config import study_from_text
from hiprisk.errors import ConfigError
from hiprisk.schemas.files import KINDS, schema_path
from hiprisk.schemas.generate import schema_text
from hiprisk.yaml_strict import parse_yaml
from small_bundle import small_sheet

CONFIGS = Path(__file__).parents[2] / "configs"
SHIPPED = [
    *(("study", path) for path in sorted(CONFIGS.glob("*.yaml"))),
    *(("mapping", path) for path in sorted((CONFIGS / "cohorts").glob("*.yaml"))),
    *(("published", path) for path in sorted((CONFIGS / "published").glob("*.yaml"))),
]


def problems(kind, data):
    validator = jsonschema_rs.validator_for(json.loads(schema_path(kind).read_text("utf-8")))
    return [list(error.instance_path) for error in validator.iter_errors(data)]


def stupar():
    return parse_yaml((CONFIGS / "stupar.yaml").read_text("utf-8"), name="stupar.yaml")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_packaged_schema_is_that_of_the_settings(kind):
    """If it is not: python -m hiprisk.schemas."""
    assert schema_path(kind).read_text("utf-8") == schema_text(kind)


@pytest.mark.parametrize(("kind", "path"), SHIPPED, ids=[path.name for _, path in SHIPPED])
def test_every_shipped_file_passes_and_names_its_schema(kind, path):
    text = path.read_text("utf-8")
    assert problems(kind, parse_yaml(text, name=path.name)[0]) == []
    start, _, named = text.partition("\n")[0].partition("$schema=")
    assert start == "# yaml-language-server: "
    assert (path.parent / named).resolve() == schema_path(kind).resolve()


def test_a_sheet_passes():
    assert problems("sheet", json.loads(small_sheet().to_json())) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("tuning", "trails"), 10),
        (("tuning", "trials"), "many"),
        (("outcome", "kind"), "continous"),
        (("validation", "resamples"), 3),
        (("families", "linear", "penalty"), {"low": 1}),
        (("measurement_error", "hip_flexion_right_deg"), [1, 2, 3]),
        (("seed",), None),
    ],
)
def test_what_a_study_refuses_an_editor_marks(place, value):
    study = copy.deepcopy(stupar())
    inside = study
    for key in place[:-1]:
        inside = inside.setdefault(key, {})
    inside[place[-1]] = value
    assert any(path == list(place)[: len(path)] for path in problems("study", study))
    with pytest.raises(ConfigError, match=place[-1]):
        study_from_text(json.dumps(study))


def test_a_key_that_is_required_is_asked_for():
    study = stupar()
    del study["confounders"]
    assert problems("study", study) == [[]]


def test_a_mapping_takes_the_name_of_a_column_alone_and_codes_as_numbers():
    sex = {"column": "s", "levels": {"1": "female"}, "missing": [9]}
    assert problems("mapping", {"variables": {"age_years": "Age", "sex": sex}}) == []
    assert problems("mapping", {"variables": {"sex": {"colum": "s"}}}) != []
