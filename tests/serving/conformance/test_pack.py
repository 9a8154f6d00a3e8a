"""The test pack that verifies another implementation."""

import pytest

from hiprisk.serving.conformance.comparison import compare, read_answers
from hiprisk.serving.conformance.pack import make_pack, pack_files
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from small_bundle import write_small_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_small_bundle(tmp_path_factory.mktemp("bundle")))


@pytest.fixture(scope="module")
def pack(model):
    return make_pack(model, n_random=30)


@pytest.fixture(scope="module")
def files(model, pack):
    return pack_files(model, pack, n_random=30)


def test_the_same_bundle_gives_the_same_bytes(tmp_path, files):
    again = load(write_small_bundle(tmp_path))
    assert pack_files(again, make_pack(again, n_random=30), n_random=30) == files


def test_refused_vectors_have_no_number_and_name_why(pack):
    refused = [
        answer
        for vector, answer in zip(pack.vectors, pack.answers, strict=True)
        if vector.name.endswith("refused")
    ]
    assert refused
    assert all(answer["predicted"] is None and answer["reason"] for answer in refused)
    assert all("explanation" not in answer for answer in refused)


def test_a_scored_file_of_the_vectors_answers_them_to_the_last_bit(tmp_path, model, pack, files):
    source, out = tmp_path / "vectors.csv", tmp_path / "scored.csv"
    source.write_bytes(files["vectors.csv"])
    score_file(model, source, out, raw_text=True)
    found = compare(pack, read_answers(out.read_bytes(), name=out.name), tolerance=0.0)
    assert found.differences == ()
    assert found.is_equal
