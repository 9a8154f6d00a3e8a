"""``--expect-sha256``: a bundle of another hash is refused by every command that reads one."""

from pathlib import Path

import pytest

import hiprisk
from commands import run
from hiprisk.bundle import read_bundle
from hiprisk.errors import BundleError, ConfigError
from small_bundle import write_small_bundle

OTHER = "ab" * 32
COMMANDS = {
    "predict": ["small", "--age-years", "63"],
    "score": ["small", "c.csv", "--out", "out.csv"],
    "serve": ["small", "--port", "0"],
    "validate": ["small", "c.csv"],
    "update": ["small", "c.csv", "--method", "intercept"],
    "drift": ["small", "c.csv"],
    "template": ["small", "--out", "out.csv"],
    "calculator": ["small", "--out", "out.html"],
    "report": ["small", "--out", "out.html"],
    "testpack": ["small", "--out", "pack"],
    "rebuild": ["small"],
}


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))
    Path("c.csv").write_text("age_years,womac_function_0_100\n63,45\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_another_model_is_refused_and_nothing_written(capsys, command):
    before = sorted(Path().rglob("*"))
    code, out, err = run(capsys, command, *COMMANDS[command], "--expect-sha256", OTHER)
    (line,) = err.splitlines()
    known = read_bundle("small").sha256
    assert line.startswith("hiprisk: error[OTHER_BUNDLE]: small: ")
    assert f"bundle_sha256 is {known[:12]}..., and {OTHER[:12]}... is expected" in line
    assert (code, out, sorted(Path().rglob("*"))) == (4, "", before)


def test_the_model_that_is_meant_is_taken(capsys):
    known = read_bundle("small").sha256
    code, _, _ = run(capsys, "predict", *COMMANDS["predict"], "--expect-sha256", known)
    assert code == 0
    assert hiprisk.load("small", expect_sha256=known).bundle.sha256 == known
    with pytest.raises(BundleError, match="is expected"):
        hiprisk.load("small", expect_sha256=OTHER)


@pytest.mark.parametrize("text", ["", "abc", "AB" * 32, "ab" * 31 + "g1"])
def test_what_is_no_hash_is_said_to_be_none(capsys, text):
    code, _, err = run(capsys, "score", *COMMANDS["score"], "--expect-sha256", text)
    assert (code, "error[USAGE]: --expect-sha256: the hash" in err) == (2, True)
    with pytest.raises(ConfigError, match="64 digits or letters"):
        hiprisk.load("small", expect_sha256=text)


def test_a_hash_without_a_bundle_is_refused(capsys):
    options = ["c.csv", "--predictions", "p", "--outcome", "o", "--expect-sha256", OTHER]
    code, _, err = run(capsys, "validate", *options)
    assert (code, "--expect-sha256 goes with a bundle" in err) == (2, True)
