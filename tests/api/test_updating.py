"""`update` writes and gives what the command does."""

from pathlib import Path

import pytest

import hiprisk
from commands import answer
from hiprisk.cli import main
from hiprisk.errors import ConfigError

pytestmark = pytest.mark.usefixtures("here")
MODEL = "invented-womac"


@pytest.mark.slow
def test_the_function_finds_what_the_command_prints(capsys, cohort):
    _, printed = answer(capsys, "update", MODEL, "cohort.csv", "--method", "recalibrate",
                        "--resamples", "50")  # fmt: skip
    updated = hiprisk.update("models/invented-womac/1", cohort, method="recalibrate", resamples=50)
    assert updated.bundle == Path(printed["bundle"]).with_name("3")
    assert updated.to_dict() == {**printed, "bundle": str(updated.bundle)}
    assert len(updated.to_frame()) == 3 * len(updated.result.after)
    second = hiprisk.load(printed["bundle"]).bundle
    assert hiprisk.load(updated.bundle).bundle.sha256 == second.sha256
    # The update's own report stands in the new version, and names the one before.
    assert main(["report", f"{MODEL}@3", "--out", "update.html"]) == 0
    page = Path("update.html").read_text(encoding="utf-8")
    assert "<h1>Update of " in page
    assert f"hiprisk report {MODEL}@1 --out original.html" in page
    assert "SIMULATED DATA" in page


def test_a_model_that_no_test_rejects_stays_as_it_is(cohort):
    found = hiprisk.update(MODEL, cohort.head(60), method="closed-test", alpha=1e-9, resamples=50)
    assert found.bundle is None
    assert found.to_dict()["bundle"] is None


def test_arguments_are_checked_before_anything_is_read():
    with pytest.raises(ConfigError, match="method: must be one of intercept, recalibrate"):
        hiprisk.update(MODEL, "absent.csv", method="refit")
    with pytest.raises(ConfigError, match=r"alpha: must lie inside \(0, 1\), got 2"):
        hiprisk.update(MODEL, "absent.csv", method="closed-test", alpha=2)
