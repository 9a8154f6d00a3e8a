"""A result as files: JSON, tables, figures, or a refusal."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from hiprisk.errors import StoreError
from hiprisk.reporting.results.result_files import ResultFiles, write_result
from result_reports import small_report

FRAME = pd.DataFrame({"metric": ["r2"], "value": [0.5]})


RESULT = ResultFiles(
    name="validation", plain={"n": 3}, tables={"metrics": FRAME}, report=small_report()
)


def write(folder):
    write_result(folder, RESULT)


def test_each_form_has_its_file(tmp_path):
    write(tmp_path / "new" / "out")
    folder = tmp_path / "new" / "out"
    assert json.loads((folder / "validation.json").read_text()) == {"n": 3}
    assert (folder / "metrics.csv").read_text() == "metric,value\nr2,0.5\n"
    assert (folder / "calibration.png").read_bytes() == b"\x89PNG"
    assert "<h1>Validation of A &amp; B</h1>" in (folder / "report.html").read_text()


def test_a_text_that_a_spreadsheet_would_run_is_guarded(tmp_path):
    frame = pd.DataFrame({"level": ["=cmd|'/c calc'!A1", "-"], "value": [-0.5, 1.0]})
    write_result(tmp_path, replace(RESULT, tables={"cells": frame}))
    written = "level,value\n'=cmd|'/c calc'!A1,-0.5\n-,1.0\n"
    assert (tmp_path / "cells.csv").read_text() == written


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "validation.json").mkdir()
    with pytest.raises(StoreError, match="a folder stands at the output's path"):
        write(tmp_path)
