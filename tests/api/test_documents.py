"""Config, mapping and dictionary from a path, a mapping, or what was read."""

from pathlib import Path

import numpy as np
import pytest

from hiprisk.api.documents import (
    as_yaml,
    bundle_of,
    config_of,
    mapping_of,
    own_dictionary,
    stated_outcome,
    study_with,
)
from hiprisk.config import load_config
from hiprisk.config.study_files import study_files
from hiprisk.errors import ConfigError
from hiprisk.serving.model import load
from hiprisk.yaml_strict import parse_yaml

STUPAR = Path(__file__).parents[2] / "configs" / "stupar.yaml"
OWN = {"gait_speed": {"label": "gait speed", "kind": "number", "unit": "m/s", "hard": [0, 4]}}


def test_a_config_is_a_path_a_mapping_or_a_config():
    data, _ = parse_yaml(STUPAR.read_text(encoding="utf-8"), name="stupar")
    config = load_config(STUPAR, overrides=["seed=5"])
    assert config_of(STUPAR, ["seed=5"]) == config_of(data, ["seed=5"]) == config_of(config)
    with pytest.raises(ConfigError, match="overrides: overrides are laid over a file or a mapping"):
        config_of(config, ["seed=5"])


def test_a_key_that_is_unknown_is_refused_in_a_mapping_too():
    with pytest.raises(ConfigError, match="config: nonsense: this key is not known"):
        config_of({"nonsense": 1})


def test_no_line_is_named_of_what_came_as_a_mapping():
    data, _ = parse_yaml(STUPAR.read_text(encoding="utf-8"), name="stupar")
    wrong = {**data, "outcome": {**data["outcome"], "kind": "binary"}, "seed": "x"}
    with pytest.raises(ConfigError, match=r"^config: seed: must be") as told:
        config_of(wrong)
    assert "line" not in str(told.value)
    with pytest.raises(ConfigError, match=r"^config: all of it: the model type"):
        config_of({**data, "families": {"logistic": {}}})
    with pytest.raises(ConfigError, match=r"^study: outcome.kind: must be one of"):
        stated_outcome({"outcome": {**data["outcome"], "kind": "x"}})
    with pytest.raises(ConfigError, match=r"^mapping: variables\.age_years\.colum: this key"):
        mapping_of({"variables": {"age_years": {"column": "a", "colum": "a"}}})
    with pytest.raises(ConfigError, match=r"^dictionary: gait_speed\.kind: must be one of"):
        own_dictionary({"gait_speed": {**OWN["gait_speed"], "kind": "x"}})


def test_what_a_study_is_given_as_mappings_is_refused_by_its_keys():
    config = load_config(STUPAR)
    with (
        pytest.raises(ConfigError, match=r"^dictionary: gait_speed\.kind: must be one of"),
        study_with(config, dictionary={"gait_speed": {**OWN["gait_speed"], "kind": "x"}}),
    ):
        pass
    with (
        pytest.raises(ConfigError, match=r"^mapping: variables\.age_years\.colum: this key"),
        study_with(config, mapping={"variables": {"age_years": {"column": "a", "colum": "a"}}}),
    ):
        pass


def test_numbers_of_numpy_and_tuples_are_plain():
    text = as_yaml({"a": (np.int64(3), np.float64(0.5)), "b": Path("x.csv"), 1: True}, "config")
    assert parse_yaml(text, name="x")[0] == {"a": [3, 0.5], "b": "x.csv", "1": True}


@pytest.mark.parametrize("value", [{1, 2}, object(), float("nan")])
def test_what_no_yaml_file_could_hold_is_refused(value):
    with pytest.raises(ConfigError, match="mapping: the mapping holds a value that no YAML file"):
        as_yaml({"variables": value}, "mapping")


def test_a_mapping_knows_the_variables_of_a_dictionary_that_is_a_mapping():
    own = own_dictionary(OWN)
    assert own["gait_speed"].unit == "m/s"
    mapped = mapping_of({"variables": {"gait_speed": "speed"}}, dictionary=own)
    assert mapped.variables["gait_speed"].column == "speed"
    assert mapping_of(mapped) is mapped
    assert own_dictionary(own) is own
    assert "gait_speed" not in own_dictionary(None)


def test_what_a_study_predicts_may_stand_alone():
    data, _ = parse_yaml(STUPAR.read_text(encoding="utf-8"), name="stupar")
    whole = stated_outcome(load_config(STUPAR)).outcome
    assert stated_outcome({"outcome": data["outcome"]}).study is None
    assert stated_outcome(data).outcome == whole == stated_outcome(STUPAR).outcome


def test_a_study_keeps_the_text_of_mappings_that_came_without_a_file(tmp_path):
    config = load_config(STUPAR)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("variables: {gait_speed: speed}\n", encoding="utf-8")
    with study_with(config, mapping=mapping, dictionary=OWN) as study:
        files = study_files(study)
        assert study.cohort.mapping == str(mapping)
    assert "gait speed" in files["dictionary"].text
    assert not Path(str(study.cohort.dictionary)).exists()
    with study_with(config) as study:
        assert study is config


def test_a_dictionary_named_in_a_mapping_is_found_from_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(as_yaml(OWN, "own"), encoding="utf-8")
    stated = {"dictionary": "own.yaml", "variables": {"gait_speed": "speed"}}
    with study_with(load_config(STUPAR), mapping=stated) as study:
        files = study_files(study)
    assert files["mapping_dictionary"].name == "own.yaml"
    assert str(tmp_path) not in files["mapping"].text


@pytest.mark.usefixtures("here")
def test_a_model_is_a_name_a_folder_a_bundle_or_a_model():
    model = load("invented-womac")
    assert bundle_of(model) is model.bundle is bundle_of(model.bundle)
    assert bundle_of("models/invented-womac/1").sha256 == model.bundle.sha256
