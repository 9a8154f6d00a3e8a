"""Every hostile bundle is refused on every way in, before anything of it is built: exit code 4."""

import json
import os

import pandas as pd
import pytest

import hiprisk
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.errors import BundleError
from hostile_bundles import HOSTILE, MILLION, PICKLE, hostile_bundle, seal
from small_bundle import write_small_bundle

PATIENT = ["--age-years", "63", "--womac-function-0-100", "45"]


@pytest.fixture
def hostile(tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    return hostile_bundle(tmp_path / "models", request.param)


def command(name):
    def enter(folder, tmp_path):
        cohort = tmp_path / "cohort.csv"
        cohort.write_text("age_years,womac_function_0_100\n63,45\n")
        arguments = {
            "predict": [str(folder), *PATIENT],
            "score": [str(folder), str(cohort), "--out", str(tmp_path / "out.csv")],
            "serve": [str(folder), "--port", "0"],
            "template": [str(folder)],
        }[name]
        return main([name, *arguments])

    return enter


def through_python(folder, tmp_path):
    return raised(lambda: hiprisk.load(folder))


def through_the_pyfunc_loader(folder, tmp_path):
    from hiprisk.tracking.pyfunc import _load_pyfunc

    return raised(
        lambda: _load_pyfunc(str(folder)).predict(pd.DataFrame({"womac_function_0_100": [45.0]}))
    )


def raised(enter):
    """As the command line would end: the line on stderr, and the exit code."""
    import sys

    with pytest.raises(BundleError, match=": ") as caught:
        enter()
    sys.stderr.write(f"hiprisk: error[{caught.value.code}]: {caught.value}\n")
    return int(caught.value.exit_code)


WAYS_IN = {
    **{name: command(name) for name in ("predict", "score", "serve", "template")},
    "python": through_python,
    "pyfunc": through_the_pyfunc_loader,
}


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("hostile", HOSTILE, indirect=True)
def test_a_hostile_bundle_is_refused_on_every_way_in(hostile, way, tmp_path, capsys, request):
    if way == "serve":
        pytest.importorskip("fastapi")
    what = request.node.callspec.params["hostile"]
    _, code, said = HOSTILE[what]
    assert WAYS_IN[way](hostile, tmp_path) == 4
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith(f"hiprisk: error[{code}]: ")
    assert said in line
    assert printed.out == ""
    assert not (tmp_path / "out.csv").exists()
    assert not os.path.exists("harm-was-done")


@pytest.mark.parametrize("hostile", HOSTILE, indirect=True)
def test_a_hostile_bundle_is_listed_as_refused(hostile, capsys, request):
    _, code, said = HOSTILE[request.node.callspec.params["hostile"]]
    assert main(["models", "--root", str(hostile.parents[1]), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    assert (row["outcome"], row["data"]) == ("refused", code)
    assert said in row["reason"]


@pytest.mark.parametrize("part", ["config.json", "evidence.json"])
@pytest.mark.parametrize(
    ("text", "code"), [(MILLION, "TOO_DEEP"), ('{"a":1,"a":2}', "DUP_KEY"), ("[NaN]", "NOT_FINITE")]
)
def test_a_hostile_part_is_refused_when_it_is_read(tmp_path, part, text, code):
    folder = write_small_bundle(tmp_path)
    seal(folder, {part: text.encode()})
    with pytest.raises(BundleError, match=part) as caught:
        getattr(read_bundle(folder), part.removesuffix(".json"))
    assert (caught.value.code, caught.value.exit_code) == (code, 4)


def test_a_pickle_beside_the_bundles_is_never_opened(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "model.joblib"
    file.write_bytes(PICKLE)
    assert main(["predict", str(file), *PATIENT]) == 4
    assert "error[UNTRUSTED_FORMAT]: model.joblib: this is a pickle" in capsys.readouterr().err
    assert not os.path.exists("harm-was-done")


def test_a_name_does_not_lead_out_of_the_models(tmp_path, capsys, monkeypatch):
    write_small_bundle(tmp_path / "elsewhere")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "small").symlink_to(tmp_path / "elsewhere" / "small")
    monkeypatch.chdir(tmp_path)
    assert main(["predict", "small", *PATIENT]) == 4
    assert "error[LINK]: small: the model's name points outside models" in capsys.readouterr().err
    # Whoever names the folder itself means it.
    assert main(["predict", "elsewhere/small", *PATIENT]) == 0


def test_a_card_swapped_after_reading_is_not_told(tmp_path):
    folder = write_small_bundle(tmp_path)
    bundle = read_bundle(folder)
    assert bundle.file_bytes("card.md") == b"# A small model\n"
    (folder / "card.md").write_text("# a large model\n")
    with pytest.raises(BundleError, match=r"card\.md: the file was changed"):
        bundle.file_bytes("card.md")
    with pytest.raises(BundleError, match=r"other\.md: the bundle has no such file"):
        bundle.file_bytes("other.md")
