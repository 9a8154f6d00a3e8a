"""A file of tests for every module: the tests of src/hiprisk/ROOM/MODULE.py have their own."""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SRC = TESTS.parent / "src" / "hiprisk"

# A module without a file of tests of its own, and the reason. The list only shrinks: an exception
# whose file of tests exists, or whose module is gone, fails.
EXCEPTIONS = {
    "arrays.py": "names of types, which only the type checker reads",
    "outcome_kind.py": "the name of a type, which only the type checker reads",
    "__main__.py": "the entry, tested in tests/cli/test_main.py",
    "schemas/__main__.py": "writes what tests/schemas/test_generate.py and test_reference.py hold",
}


def own_tests(module):
    """Where the tests of a module stand, relative to the folder of tests."""
    return module.parent / f"test_{module.stem.strip('_')}.py"


MODULES = sorted(path.relative_to(SRC) for path in SRC.rglob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_its_file_of_tests(module):
    there = (TESTS / own_tests(module)).is_file()
    if module.as_posix() in EXCEPTIONS:
        assert not there, f"tests/{own_tests(module)} exists: take {module} out of EXCEPTIONS"
    else:
        assert there, (
            f"src/hiprisk/{module} has no tests of its own: make tests/{own_tests(module)}"
        )


def test_every_file_of_tests_holds_tests():
    empty = [
        own_tests(module).as_posix()
        for module in MODULES
        if (TESTS / own_tests(module)).is_file()
        and "\ndef test_" not in (TESTS / own_tests(module)).read_text(encoding="utf-8")
    ]
    assert empty == []


def test_no_exception_outlives_its_module():
    assert set(EXCEPTIONS) <= {module.as_posix() for module in MODULES}
