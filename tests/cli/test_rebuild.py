"""``hiprisk rebuild``: what it prints and answers to the shell."""

import json
from pathlib import Path

import pytest

pytest.importorskip("sklearn")

from hiprisk.cli import main
from hiprisk.rebuilding import Rebuilt
from small_bundle import write_small_bundle


def found(rebuilt_sha256, **more):
    parts = {"sheet.json": rebuilt_sha256 == "a" * 64, "config.json": True}
    given = {
        "bundle_sha256": "a" * 64, "rebuilt_sha256": rebuilt_sha256, "parts": parts,
        "versions": {}, "machine": ("x86_64, Python 3.11.7", "arm64, Python 3.12.1"),
        "rebuilt": Path("again/small/1"),
    }  # fmt: skip
    return Rebuilt(**(given | more))


@pytest.fixture
def rebuilt(monkeypatch, tmp_path, capsys):
    def call(result, *options):
        asked = {}

        def fake(bundle, **how):
            asked.update(how, name=bundle.name)
            return result

        monkeypatch.setattr("hiprisk.rebuilding.rebuild", fake)
        code = main(["rebuild", str(write_small_bundle(tmp_path / "models")), *options])
        return code, capsys.readouterr(), asked

    return call


def test_an_equal_bundle_is_said_with_both_hashes(rebuilt, tmp_path):
    code, said, asked = rebuilt(found("a" * 64), "--cohort", "x.csv", "--workers", "1")
    assert code == 0
    assert said.out.split("\n")[:3] == [
        "The rebuilt bundle is equal.", f"given    {'a' * 64}", f"rebuilt  {'a' * 64}",
    ]  # fmt: skip
    assert (asked["name"], asked["cohort"], asked["workers"]) == ("small", [Path("x.csv")], 1)


def test_what_differs_is_named_with_versions_and_machines(rebuilt):
    other = found("b" * 64, versions={"numpy": ("2.2.0", "2.3.1")})
    code, said, _ = rebuilt(other)
    assert code == 4
    assert "differs in sheet.json" in said.out
    assert "numpy: 2.2.0 then, 2.3.1 now" in said.out
    assert "x86_64, Python 3.11.7 then, arm64, Python 3.12.1 now" in said.out
    assert "error[NOT_REPRODUCED]" in said.err


def test_json_has_the_same(rebuilt):
    code, said, _ = rebuilt(found("b" * 64), "--json")
    assert code == 4
    answer = json.loads(said.out)
    assert answer["equal"] is False
    assert answer["parts"] == {"sheet.json": False, "config.json": True}


def test_a_bundle_without_its_study_is_refused_with_what_to_do(tmp_path, capsys):
    assert main(["rebuild", str(write_small_bundle(tmp_path))]) == 4
    assert "error[NOT_REBUILDABLE]" in capsys.readouterr().err
