"""A study as its bundle keeps it: the same study comes out of it, with its files."""

import json
from pathlib import Path

import pytest

from hiprisk.cohort.mapping import load_mapping
from hiprisk.config import load_config
from hiprisk.config.reading import resolved
from hiprisk.config.study_files import stored_study, study_document, study_files
from hiprisk.errors import BundleError, ConfigError
from own_studies import BINARY, write_study


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    (folder / "variables").mkdir(parents=True)
    config = write_study(folder, BINARY)
    # The mapping names its dictionary in another folder, and an editor's schema.
    (folder / "variables.yaml").rename(folder / "variables" / "own.yaml")
    mapping = (folder / "mapping.yaml").read_text()
    mapping = "# yaml-language-server: $schema=/home/someone/x.json\n" + mapping.replace(
        "variables.yaml", "variables/own.yaml"
    )
    (folder / "mapping.yaml").write_text(mapping)
    config.write_text(config.read_text().replace(", dictionary: variables.yaml", ""))
    return load_config(config)


def kept(config):
    return stored_study(json.loads(study_document(config, study_files(config))))


def unpacked(config, tmp_path, *cohort):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    return kept(config).unpacked(folder, [Path(file) for file in cohort])


def test_no_path_is_kept_and_lines_keep_their_numbers(study):
    files = kept(study).files
    assert {role: file.name for role, file in files.items()} == {
        "mapping": "mapping.yaml",
        "mapping_dictionary": "own.yaml",
    }
    lines = files["mapping"].text.split("\n")
    assert (lines[0], lines[2]) == ("#", "dictionary: own.yaml")
    assert b"someone" not in study_document(study, study_files(study))


def test_the_study_that_comes_out_is_the_one_that_went_in(study, tmp_path):
    renamed = tmp_path / "renamed.csv"
    renamed.write_bytes(Path(study.cohort.file).read_bytes())
    back = unpacked(study, tmp_path, renamed)
    assert resolved(back) == resolved(study)
    assert Path(back.cohort.file).read_bytes() == renamed.read_bytes()
    assert Path(back.cohort.file).name == "cohort.csv"
    assert (
        load_mapping(back.cohort.mapping).variables == load_mapping(study.cohort.mapping).variables
    )


def test_blocks_keep_their_order(study):
    assert list(kept(study).config["blocks"]) == list(study.blocks)


def test_a_study_s_own_dictionary_and_the_mapping_s_of_one_name_stay_apart(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    study = load_config(write_study(folder, BINARY))
    assert set(kept(study).files) == {"mapping", "dictionary", "mapping_dictionary"}
    back = unpacked(study, tmp_path, study.cohort.file)
    assert Path(back.cohort.dictionary).parent != Path(back.cohort.mapping).parent
    assert resolved(back) == resolved(study)


@pytest.mark.parametrize("n", [0, 2])
def test_as_many_files_as_the_study_read_are_asked_for(study, tmp_path, n):
    with pytest.raises(
        ConfigError, match=rf"read 1 cohort file\(s\) \(cohort.csv\), and {n} came"
    ) as refused:
        unpacked(study, tmp_path, *[study.cohort.file] * n)
    assert refused.value.advice == "--cohort cohort.csv"


@pytest.mark.parametrize("document", [{}, {"config": {}, "files": {"mapping": 1}}, {"files": {}}])
def test_what_is_no_study_is_refused(document):
    with pytest.raises(BundleError, match="holds no study"):
        stored_study(document)
