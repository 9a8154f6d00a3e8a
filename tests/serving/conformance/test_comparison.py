"""Answers of another implementation compared with the expected ones."""

import pytest

from hiprisk.errors import InputError
from hiprisk.serving.conformance.comparison import compare, read_answers
from hiprisk.serving.conformance.pack import make_pack, pack_files
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


@pytest.fixture
def right(files):
    """The right answers as another implementation would send them."""
    return read_answers(files["expected.json"], name="expected.json")


def test_the_right_answers_are_equal_in_json_and_in_csv(pack, files):
    for name in ("expected.json", "expected.csv"):
        found = compare(pack, read_answers(files[name], name=name), tolerance=0.0)
        assert found.is_equal
        assert found.n_equal == len(pack.vectors)
        assert max(found.largest.values()) == 0.0


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
        (b"vector,predicted\na,1,2\n", "row 2: a row has more or fewer cells"),
        (b"vector,vector\na,b\n", "a column comes twice"),
        (b"\xff\xfe", "neither JSON nor CSV"),
        (b"[NaN]", "NaN"),
    ],
)
def test_answers_that_cannot_be_read_get_a_message(text, words):
    with pytest.raises(InputError, match=words):
        read_answers(text, name="answers")
