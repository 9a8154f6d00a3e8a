"""The public API is kept: its names and signatures are those of tests/public_api.txt."""

import importlib
import importlib.util
import inspect

import pytest

from public_names import LIST, PAGES, pages, public_lines, public_modules, public_objects

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


def test_every_public_module_has_its_page_in_the_reference():
    nav = (LIST.parents[1] / "mkdocs.yml").read_text(encoding="utf-8")
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "python tests/public_names.py writes it"
        assert f"reference/api/{path.name}" in nav
    assert {path.name for path in PAGES.glob("*.md")} == {path.name for path in pages()}


@pytest.mark.parametrize("name", [n for n, one in OBJECTS.items() if inspect.isfunction(one)])
def test_every_argument_of_a_public_function_is_explained(name):
    text = inspect.getdoc(OBJECTS[name]).partition("Parameters\n----------\n")[2]
    heads = [line for line in text.splitlines() if line and not line.startswith(" ")]
    told = {word.strip("* ") for line in heads for word in line.partition(" :")[0].split(",")}
    assert set(inspect.signature(OBJECTS[name]).parameters) <= told


def test_references_and_formulas_are_markdown_on_the_site():
    path = LIST.parents[1] / "mkdocs_docstrings.py"
    spec = importlib.util.spec_from_file_location("mkdocs_docstrings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = "A slope [1]_.\n\n.. math:: x = 1\n\n.. [1] Cox (1958). Biometrika."
    assert module.as_markdown(text) == "A slope [1].\n\n$$x = 1$$\n\n1. Cox (1958). Biometrika."
