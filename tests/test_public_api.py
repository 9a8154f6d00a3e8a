"""The public API is kept: its names and signatures are those of tests/public_api.txt."""

import importlib
import inspect

import pytest

from public_names import LIST, public_lines, public_modules, public_objects

OBJECTS = dict(public_objects())


def test_public_names_and_signatures_are_those_of_the_list():
    kept = LIST.read_text(encoding="utf-8").splitlines()
    assert public_lines() == kept, (
        "the public API changed: python tests/public_names.py writes the list anew, and the "
        "changelog says what changed"
    )


def test_every_public_module_says_what_is_public():
    for name in public_modules():
        module = importlib.import_module(name)
        assert module.__doc__, name
        assert list(module.__all__) == sorted(set(module.__all__)), name


@pytest.mark.parametrize("name", OBJECTS)
def test_every_public_name_has_a_docstring(name):
    if callable(OBJECTS[name]):
        assert inspect.getdoc(OBJECTS[name]), name


def test_one_object_is_public_once_in_a_module():
    names = [name for name, _ in public_objects()]
    assert len(names) == len(OBJECTS)
