"""The test pack that verifies another implementation."""

import json
from pathlib import Path

import pytest

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.cli import main
from hiprisk.errors import InputError
from hiprisk.serving.conformance.comparison import compare, read_answers
from hiprisk.serving.conformance.pack import make_pack, pack_files
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from small_bundle import write_small_bundle
from tree_sheet import tree_sheet


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_small_bundle(tmp_path_factory.mktemp("bundle")))


@pytest.fixture(scope="module")
def pack(model):
    return make_pack(model, n_random=30)


@pytest.fixture(scope="module")
def files(model, pack):
    return pack_files(model, pack, n_random=30)


@pytest.fixture
def right(files):
    """The right answers as another implementation would send them."""
    return read_answers(files["expected.json"], name="expected.json")


def test_the_same_bundle_gives_the_same_bytes(tmp_path, files):
    again = load(write_small_bundle(tmp_path))
    assert pack_files(again, make_pack(again, n_random=30), n_random=30) == files


def test_every_edge_is_there(pack):
    kinds = {vector.name.split("-")[1] for vector in pack.vectors}
    assert kinds == {
        "typical", "nothing", "missing", "alone", "edge", "level", "refused", "random",
    }  # fmt: skip
    given = [vector.given for vector in pack.vectors]
    assert {18.0, 110.0, 40.0, 90.0, 45.0, 85.0} <= {one.get("age_years") for one in given}
    assert {"female", "male", "female?"} <= {one.get("sex") for one in given}


def test_thresholds_of_trees_are_hit_exactly(tmp_path):
    contents = BundleContents(
        sheet=tree_sheet(), config={}, evidence={}, run={}, card="", cohort_fingerprint="0" * 64,
        created_with={},
    )  # fmt: skip
    trees = load(write_bundle(tmp_path, "trees", contents))
    turns = [v.given for v in make_pack(trees, n_random=0).vectors if v.name.endswith("turn")]
    assert {60.0} == {given["age_years"] for given in turns} - {65.0}
    assert {40.0, 45.0, 55.0} <= {given["womac_function_0_100"] for given in turns}


def test_refused_vectors_have_no_number_and_name_why(pack):
    refused = [
        answer
        for vector, answer in zip(pack.vectors, pack.answers, strict=True)
        if vector.name.endswith("refused")
    ]
    assert refused
    assert all(answer["predicted"] is None and answer["reason"] for answer in refused)
    assert all("explanation" not in answer for answer in refused)


def test_the_right_answers_are_equal_in_json_and_in_csv(pack, files):
    for name in ("expected.json", "expected.csv"):
        found = compare(pack, read_answers(files[name], name=name), tolerance=0.0)
        assert found.is_equal
        assert found.n_equal == len(pack.vectors)
        assert max(found.largest.values()) == 0.0


def test_a_scored_file_of_the_vectors_answers_them_to_the_last_bit(tmp_path, model, pack, files):
    source, out = tmp_path / "vectors.csv", tmp_path / "scored.csv"
    source.write_bytes(files["vectors.csv"])
    score_file(model, source, out, raw_text=True)
    found = compare(pack, read_answers(out.read_bytes(), name=out.name), tolerance=0.0)
    assert found.differences == ()
    assert found.is_equal


def changed(answers, name, **values):
    return {**answers, name: {**answers[name], **values}}


def test_a_number_beyond_the_tolerance_is_found(pack, right):
    off = changed(right, "v0001-typical", predicted=right["v0001-typical"]["predicted"] + 1e-6)
    found = compare(pack, off)
    assert not found.is_equal
    assert [(d.vector, d.key) for d in found.differences] == [("v0001-typical", "predicted")]
    assert compare(pack, off, tolerance=1e-5).is_equal


def test_a_difference_in_the_last_digits_is_equal(pack, right):
    close = right["v0001-typical"]["predicted"] * (1 + 1e-12)
    assert compare(pack, changed(right, "v0001-typical", predicted=close)).is_equal


@pytest.mark.parametrize("value", [None, float("nan"), "51.3", True])
def test_what_is_no_number_is_not_equal_to_one(pack, right, value):
    assert not compare(pack, changed(right, "v0001-typical", predicted=value)).is_equal


def test_a_number_for_a_patient_who_must_be_refused_is_found(pack, right):
    name = next(v.name for v in pack.vectors if v.name.endswith("refused"))
    found = compare(pack, changed(right, name, predicted=50.0))
    assert [(d.key, d.expected) for d in found.differences] == [("predicted", None)]


def test_a_vector_without_an_answer_is_not_equal(pack, right):
    fewer = {name: answer for name, answer in right.items() if name != "v0002-nothing"}
    found = compare(pack, fewer)
    assert found.lacking == ("v0002-nothing",)
    assert found.n_equal == found.n_vectors - 1


def test_codes_may_come_in_any_order_but_must_be_the_same(pack, right):
    name = next(n for n, a in right.items() if len(a["imputed"]) > 1)
    codes = right[name]["imputed"]
    assert compare(pack, changed(right, name, imputed=codes[::-1])).is_equal
    assert compare(pack, changed(right, name, imputed=";".join(codes))).is_equal
    assert not compare(pack, changed(right, name, imputed=codes[1:])).is_equal
    assert not compare(pack, changed(right, name, imputed=7)).is_equal


def test_an_explanation_is_compared_where_there_is_one(pack, right):
    answer = right["v0001-typical"]
    parts = {**answer["explanation"], "effective_sample_size": 1.0}
    found = compare(pack, changed(right, "v0001-typical", explanation=parts))
    assert [d.key for d in found.differences] == ["explanation.effective_sample_size"]
    short = {key: value for key, value in answer.items() if key != "explanation"}
    assert compare(pack, {**right, "v0001-typical": short}).is_equal


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"vector": "v0001-typical"}', "must hold a list of objects"),
        (b'[{"predicted": 1.0}]', "row 1: an answer does not name its vector"),
        (b'[{"vector": "a"}, {"vector": "a"}]', "row 2: an answer does not name its vector"),
        (b"vector,predicted\na,1,2\n", "row 1: a row has more or fewer cells"),
        (b"vector,vector\na,b\n", "a column comes twice"),
        (b"\xff\xfe", "neither JSON nor CSV"),
        (b"[NaN]", "NaN"),
    ],
)
def test_answers_that_cannot_be_read_get_a_letter(text, words):
    with pytest.raises(InputError, match=words):
        read_answers(text, name="answers")


# --- the command -----------------------------------------------------------------------------


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_the_command_writes_a_pack_that_it_then_finds_equal(in_a_folder, capsys):
    assert main(["testpack", "small", "--out", "pack", "--random", "5"]) == 0
    assert sorted(p.name for p in Path("pack").iterdir()) == [
        "README.md", "expected.csv", "expected.json", "manifest.json", "vectors.csv",
        "vectors.json",
    ]  # fmt: skip
    assert "--check ANSWERS --random 5 --seed 2010" in Path("pack/README.md").read_text()
    assert "SIMULATED" in Path("pack/README.md").read_text()
    capsys.readouterr()
    assert main(["testpack", "small", "--check", "pack/expected.csv", "--random", "5"]) == 0
    assert capsys.readouterr().out.startswith("EQUAL: ")


def test_a_wrong_answer_is_shown_and_ends_with_3(in_a_folder, capsys):
    main(["testpack", "small", "--out", "pack", "--random", "0"])
    answers = json.loads(Path("pack/expected.json").read_text())
    answers[0]["upper_95"] = 3.0
    Path("answers.json").write_text(json.dumps(answers))
    capsys.readouterr()
    command = ["testpack", "small", "--check", "answers.json", "--random", "0"]
    assert main(command) == 3
    out = capsys.readouterr().out
    assert out.startswith("NOT EQUAL")
    assert "v0001-typical  upper_95" in out
    assert main([*command, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["n_differences"] == 1


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["small"], 2, "give --out DIR to write a pack, or --check ANSWERS"),
        (["small", "--out", "models"], 2, "the folder exists"),
        (["small", "--check", "none.json"], 5, "none.json: the file cannot be read"),
    ],
)
def test_wrong_calls_get_a_letter(in_a_folder, capsys, argv, code, words):
    assert main(["testpack", *argv]) == code
    assert words in capsys.readouterr().err
