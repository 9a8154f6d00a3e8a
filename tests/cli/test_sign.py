"""``hiprisk sign``, and ``--trusted-key`` of every command that reads a bundle."""

import json
import sys
from pathlib import Path

import pytest

import hiprisk
from commands import answer, run
from hiprisk.bundle import read_bundle
from hiprisk.bundle.keys import PASSPHRASE_VARIABLE
from hiprisk.errors import BundleError
from small_bundle import write_small_bundle

ONE = ["small", "--womac-function-0-100", "50"]
COMMANDS = {
    "predict": ONE,
    "score": ["small", "c.csv", "--out", "out.csv"],
    "serve": ["small", "--port", "0"],
    "validate": ["small", "c.csv"],
    "update": ["small", "c.csv", "--method", "intercept"],
    "drift": ["small", "c.csv"],
    "template": ["small", "--out", "out.csv"],
    "calculator": ["small", "--out", "out.html"],
    "testpack": ["small", "--out", "pack"],
    "rebuild": ["small"],
    "track": ["small"],
    "report": ["small", "--out", "out.html"],
    "sheet": ["show", "small"],
    "models": ["--compare", "small", "small"],
}


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    write_small_bundle(Path("models"))
    Path("c.csv").write_text("age_years,womac_function_0_100\n63,45\n")


@pytest.fixture
def key(capsys):
    return answer(capsys, "sign", "--new-key", "key")[1]["key_sha256"]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unsigned_model_is_refused_and_nothing_written(capsys, key, command):
    before = sorted(Path().rglob("*"))
    code, out, err = run(capsys, command, *COMMANDS[command], "--trusted-key", "key.pub")
    (line,) = err.splitlines()
    assert line.startswith("hiprisk: error[NOT_SIGNED]: small@1: the bundle is not signed")
    assert key[:16] in line
    assert (code, out, sorted(Path().rglob("*"))) == (4, "", before)


def test_a_signed_model_is_taken(capsys, key):
    known = read_bundle("small").sha256
    code, told = answer(capsys, "sign", "small", "--key", "key", "--expect-sha256", known)
    assert (code, told["key_sha256"], told["bundle_sha256"]) == (0, key, known)
    assert Path(told["signature"]).name == f"{key}.json"
    assert run(capsys, "predict", *ONE, "--trusted-key", "key.pub")[0] == 0
    assert run(capsys, "score", *COMMANDS["score"], "--trusted-key", "key.pub")[0] == 0
    model = hiprisk.load("small", trusted_keys=["key.pub"], expect_sha256=known)
    assert model.bundle.sha256 == known


def test_another_model_than_is_meant_is_not_signed(capsys, key):
    code, _, err = run(capsys, "sign", "small", "--key", "key", "--expect-sha256", "ab" * 32)
    assert (code, "error[OTHER_BUNDLE]" in err, Path("models/small/1/signatures").exists()) == (
        4, True, False,
    )  # fmt: skip


def test_a_model_that_another_signed_is_refused(capsys, key):
    run(capsys, "sign", "--new-key", "other")
    assert run(capsys, "sign", "small", "--key", "other")[0] == 0
    code, _, err = run(capsys, "predict", *ONE, "--trusted-key", "key.pub")
    assert (code, "error[OTHER_KEY]" in err, key[:16] in err) == (4, True, True)
    assert run(capsys, "predict", *ONE, "--trusted-key", "key.pub",
               "--trusted-key", "other.pub")[0] == 0  # fmt: skip
    with pytest.raises(BundleError, match="is signed by the key"):
        hiprisk.load("small", trusted_keys=["key.pub"])


def test_who_signed_is_said_and_whether_that_was_verified(capsys, key):
    assert answer(capsys, "sheet", "show", "small")[1]["signed_by"] == []
    run(capsys, "sign", "small", "--key", "key")
    for trusted in ([], ["--trusted-key", "key.pub"]):
        signed_by = [{"key_sha256": key, "verified": bool(trusted)}]
        _, told = answer(capsys, "sheet", "show", "small", *trusted)
        assert told["signed_by"] == signed_by
        (row,) = answer(capsys, "models", *trusted)[1]["models"]
        assert row["signed_by"] == signed_by
    out = run(capsys, "sheet", "show", "small")[1]
    assert f"signed by   key {key}, not verified (--trusted-key FILE does it)" in out
    assert f"{key[:12]} (not verified)" in run(capsys, "models")[1]
    out = run(capsys, "models", "--trusted-key", "key.pub")[1]
    assert f"{key[:12]} (verified)" in out


def test_a_false_signature_is_listed_as_refused(capsys, key):
    run(capsys, "sign", "small", "--key", "key")
    path = Path("models/small/1/signatures") / f"{key}.json"
    document = {**json.loads(path.read_text()), "signature": "AAAA"}
    path.write_text(json.dumps(document, sort_keys=True, separators=(",", ":")))
    (row,) = answer(capsys, "models", "--trusted-key", "key.pub")[1]["models"]
    assert (row["data"], row["signed_by"]) == ("SIGNATURE", [])


def test_a_pass_phrase_comes_from_the_environment(capsys, monkeypatch):
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "correct horse")
    assert run(capsys, "sign", "--new-key", "key")[0] == 0
    assert run(capsys, "sign", "small", "--key", "key")[0] == 0
    monkeypatch.delenv(PASSPHRASE_VARIABLE)
    code, _, err = run(capsys, "sign", "small", "--key", "key")
    assert (code, "error[KEY]: key: the key has a pass phrase" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ([], "name a bundle and --key FILE"),
        (["small"], "name a bundle and --key FILE"),
        (["--key", "key"], "name a bundle and --key FILE"),
        (["small", "--new-key", "new"], "makes a key pair and signs nothing"),
        (["--key", "key", "--new-key", "new"], "makes a key pair and signs nothing"),
    ],
)
def test_what_is_to_be_done_must_be_clear(capsys, words, match):
    code, _, err = run(capsys, "sign", *words)
    assert (code, "error[USAGE]" in err, match in err) == (2, True, True)


def test_a_key_without_a_bundle_is_refused(capsys, key):
    options = ["c.csv", "--predictions", "p", "--outcome", "o", "--trusted-key", "key.pub"]
    code, _, err = run(capsys, "validate", *options)
    assert (code, "--trusted-key goes with a bundle" in err) == (2, True)
    code, _, err = run(capsys, "sheet", "new", "m.yaml", "--trusted-key", "key.pub")
    assert (code, "go with sheet show" in err) == (2, True)


def test_the_base_installation_names_the_extra(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for words in (["sign", "--new-key", "key"], ["predict", *ONE, "--trusted-key", "key.pub"]):
        code, _, err = run(capsys, *words)
        assert (code, "error[EXTRA]" in err, "hiprisk[sign]" in err) == (2, True, True)
