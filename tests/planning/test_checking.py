"""Checks before the work: nothing is written, and a resumed run of another study is refused."""

from pathlib import Path

import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.planning.checking import check_study
from planned_study import checked, silent
from study_text import small_study


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_nothing_is_written_by_the_checks(tmp_path):
    check_study(small_study(), out=Path("models"), workers=1, progress=silent)
    assert list(tmp_path.iterdir()) == []


def test_findings_are_those_that_a_study_begins_with():
    codes = {
        finding.code for finding in checked("sites=random", "cohort.simulate.n_sites=3").findings
    }
    assert "FEW_SITES" in codes


def test_a_resume_of_another_study_is_refused(tmp_path):
    label = tmp_path / "models" / ".searching" / "small" / "bootstrap" / "checkpoint.json"
    label.parent.mkdir(parents=True)
    label.write_text('{"fingerprint": "another"}')
    with pytest.raises(ConfigError, match="the checkpoint belongs to another config"):
        check_study(small_study(), out=Path("models"), workers=1, progress=silent, resume=True)


def test_a_mapping_that_changes_while_the_cohort_is_read_is_refused(monkeypatch):
    # The bundle keeps the text that was read before the cohort.
    texts = iter(["variables: {age_years: a}", "variables: {age_years: b}"])
    monkeypatch.setattr("hiprisk.planning.checking.study_files", lambda config: next(texts))
    with pytest.raises(InputError, match="mapping or dictionary: the file changed while it was"):
        check_study(small_study(), out=Path("models"), workers=1, progress=silent)
