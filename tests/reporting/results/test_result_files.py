"""A result as files: JSON, tables, figures, or a refusal."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from hiprisk.errors import StoreError
from hiprisk.reporting.results.result_files import ResultFiles, write_result

FRAME = pd.DataFrame({"metric": ["r2"], "value": [0.5]})


RESULT = ResultFiles(
    name="validation", title="Validation of A & B", summary=("Good.",), plain={"n": 3},
    tables={"metrics": FRAME}, figures={"calibration.png": b"\x89PNG"},
)  # fmt: skip


def write(folder):
    write_result(folder, RESULT)


def test_each_form_has_its_file(tmp_path):
    write(tmp_path / "new" / "out")
    folder = tmp_path / "new" / "out"
    assert json.loads((folder / "validation.json").read_text()) == {"n": 3}
    assert (folder / "metrics.csv").read_text() == "metric,value\nr2,0.5\n"
    assert (folder / "calibration.png").read_bytes() == b"\x89PNG"


def test_a_text_that_a_spreadsheet_would_run_is_guarded(tmp_path):
    frame = pd.DataFrame({"level": ["=cmd|'/c calc'!A1", "-"], "value": [-0.5, 1.0]})
    write_result(tmp_path, replace(RESULT, tables={"cells": frame}))
    written = "level,value\n'=cmd|'/c calc'!A1,-0.5\n-,1.0\n"
    assert (tmp_path / "cells.csv").read_text() == written


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "validation.json").mkdir()
    with pytest.raises(StoreError, match="a folder stands at the output's path"):
        write(tmp_path)


def test_the_page_shows_summary_figures_and_tables_of_any_length():
    page = RESULT.page()
    for shown in ("Validation of A &amp; B", "<li>Good.</li>", 'alt="Calibration"', ">0.500</td>"):
        assert shown in page
    assert "<details>" not in page
    long = replace(RESULT, tables={"watch": pd.DataFrame({"sum": [None, *range(30)]})})
    assert "<details><summary>Watch (31 rows)</summary>" in long.page()
