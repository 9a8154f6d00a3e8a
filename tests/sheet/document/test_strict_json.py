"""Strict JSON against texts made to slip a number through or to exhaust the reader."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.errors import BundleError
from hiprisk.sheet.document.strict_json import canonical_json, parse_strict


def refuses(text, code, match, **limits):
    with pytest.raises(BundleError, match=match) as caught:
        parse_strict(text, name="x.json", **limits)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "number",
    ["1e309", "-1E+400", "1" + "0" * 250 + "e99", "1" + "0" * 220 + ".5e99", "1" + "0" * 350,
     "-1" + "0" * 309, "9" * 5000, "1e0400"],
)  # fmt: skip
def test_a_number_beyond_a_float_is_refused_however_it_is_written(number):
    refuses(f'{{"a": [{number}]}}', "NOT_FINITE", "too large")


@pytest.mark.parametrize("number", ["1e308", "1" + "0" * 250, "0.1e99", "1e-400", "-0.0"])
def test_a_number_that_fits_is_read(number):
    assert parse_strict(number, name="x.json") == json.loads(number)


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"\udfff": 1}', r'["a", "\uD83D"]'])
def test_half_a_character_is_refused(text):
    refuses(text, "NOT_JSON", "half a character")


def test_a_pair_of_halves_is_one_character():
    assert parse_strict(r'"\ud83d\ude00"', name="x.json") == "\U0001f600"


@pytest.mark.parametrize("opening", ['"', '["', '{"a'])
def test_an_unclosed_text_takes_linear_time(opening):
    # A pattern for whole strings needed minutes for this megabyte.
    refuses(opening + r"\"" * 500_000, "NOT_JSON", "not JSON")


@pytest.mark.parametrize(
    "text", ["{} {}", "[1],", "", " ", "{'a': 1}", "[01]", '"\t"', b"\xff\xfe"]
)
def test_what_is_not_one_json_value_is_refused(text):
    refuses(text, "NOT_JSON", "not JSON|not UTF-8")


@pytest.mark.parametrize(
    ("text", "limit"), [("[[[]]]", 2), ('{"a": {"b": {}}}', 2), ('["\\"", [[]]]', 2)]
)
def test_depth_is_counted_before_parsing(text, limit):
    refuses(text, "TOO_DEEP", f"deeper than {limit} levels", max_depth=limit)
    assert parse_strict(text, name="x.json", max_depth=limit + 1) == json.loads(text)


def test_a_million_levels_are_refused():
    refuses("[" * 1_000_000, "TOO_DEEP", "deeper than 32")


def test_canonical_json_refuses_half_a_character():
    with pytest.raises(BundleError, match="half a character"):
        canonical_json({"a": "\ud800"})


@given(st.text(alphabet='[]{}"\\:,01e.+-aud8 ', max_size=60))
def test_any_text_is_read_as_python_reads_it_or_refused(text):
    try:
        value = parse_strict(text, name="x.json", max_depth=5)
    except BundleError:
        return
    assert value == json.loads(text)


nested = st.recursive(st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=30)


def depth_of(value):
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(nested)
def test_the_depth_counted_is_the_depth(value):
    depth = depth_of(value)
    assert parse_strict(json.dumps(value), name="x", max_depth=depth) == value
    if depth:
        refuses(json.dumps(value), "TOO_DEEP", "deeper", max_depth=depth - 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "NOT_JSON"),
        ("[1] 2", "NOT_JSON"),
        ('{"a": 1, "a": 2}', "DUP_KEY"),
        ("[NaN]", "NOT_FINITE"),
        ("[-Infinity]", "NOT_FINITE"),
        ("[1e999]", "NOT_FINITE"),
        ("[" + "9" * 401 + "]", "NOT_FINITE"),
        ("[" * 1_000_000, "TOO_DEEP"),
        ('{"a":' * 40 + "1" + "}" * 40, "TOO_DEEP"),
        ("\ufeff{}", "NOT_JSON"),
        (b"\xff\xfe", "NOT_JSON"),
    ],
)
def test_json_that_is_not_strict_is_refused(text, code):
    with pytest.raises(BundleError, match=r"x\.json") as caught:
        parse_strict(text, name="x.json")
    assert caught.value.code == code


def test_json_beyond_the_size_is_refused():
    with pytest.raises(BundleError, match="larger than 10 bytes"):
        parse_strict("[1, 2, 3, 4]", name="x.json", max_bytes=10)


def test_brackets_inside_text_are_no_depth():
    text = json.dumps({"a": "[" * 1000 + '\\"' + "{" * 1000})
    assert parse_strict(text, name="x.json")["a"].startswith("[[[")


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_canonical_json_comes_back_as_it_went(value):
    assert parse_strict(canonical_json(value), name="x") == value


def test_canonical_json_refuses_what_is_not_finite():
    with pytest.raises(BundleError, match="not finite"):
        canonical_json([float("nan")])
