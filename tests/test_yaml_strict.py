"""YAML that means one thing only."""

import pytest

from hiprisk.errors import ConfigError
from hiprisk.yaml_strict import parse_yaml


def read(text):
    return parse_yaml(text, name="c.yaml")[0]


def test_only_true_and_false_are_booleans():
    assert read("a: true\nb: no\nc: yes\nd: off\ne: False\n") == {
        "a": True,
        "b": "no",
        "c": "yes",
        "d": "off",
        "e": False,
    }


def test_numbers_are_numbers_and_times_are_text():
    assert read("a: 1e-3\nb: 1:30\nc: -5\nd: .5\ne: '7'\n") == {
        "a": 0.001,
        "b": "1:30",
        "c": -5,
        "d": 0.5,
        "e": "7",
    }


def test_every_key_has_its_line():
    _, lines = parse_yaml("a: 1\nb:\n  - x\n  - c: 2\n", name="c.yaml")
    assert lines == {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "line 2: the key 'a' comes twice"),
        ("a: &x 1\nb: *x\n", "line 1: anchors and aliases"),
        ("a: !!python/object/apply:os.system ['x']\n", "tags are not allowed|not YAML"),
        ("a: 010\n", "the number 10 or as text"),
        ("- 1\n", "must hold a mapping"),
        ("", "must hold a mapping"),
        ("a: [1\n", "not YAML"),
        ("a: " + "[" * 40 + "]" * 40, "more than 32 levels deep"),
        ("? [1, 2]\n: 3\n", "a key must be plain text"),
        ("a: " + "x" * (1 << 20), "larger than 1 MiB"),
    ],
)
def test_what_is_not_strict_is_refused(text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read(text)
    assert caught.value.exit_code == 2


def test_an_alias_bomb_is_refused_before_it_is_built():
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(20))
    with pytest.raises(ConfigError, match="anchors and aliases"):
        read(bomb)
