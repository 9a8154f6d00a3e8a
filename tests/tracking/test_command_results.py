"""What the run of a result says; whole runs are in test_command_runs."""

import pytest

from hiprisk.errors import InputError
from hiprisk.tracking.command_results import ResultRun, run_of_result
from hiprisk.validation.external.results import ModelIdentity


def test_what_is_no_result_is_refused():
    with pytest.raises(InputError, match="a str is no result that is tracked"):
        run_of_result("validation.json")


def test_a_description_says_what_was_done_on_whom_and_what_was_found():
    run = ResultRun(
        command="validate",
        model=ModelIdentity(name="small", title="A small model", provenance="real", estimand="",
                            version="2"),
        outcome="y", provenance="real", cohort="clinic.csv", fingerprint="0" * 64,
        counts={"num_rows": 300, "n_analysed": 240, "n_people": 120}, metrics={},
        summary=("No evidence of miscalibration in the large.",),
    )  # fmt: skip
    assert run.description.split("\n\n") == [
        "**validate** of small@2 in clinic.csv, 240 rows of 120 people: A small model.",
        "No evidence of miscalibration in the large.",
    ]
