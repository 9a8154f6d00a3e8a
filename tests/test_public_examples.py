"""Every example in the docstring of a public name runs, in a folder with a published model."""

import doctest
import shutil
import sys
from pathlib import Path

import pytest

from blank_figures import reports_left_short
from hiprisk.cli import main
from public_names import public_objects

ROOT = Path(__file__).parents[1]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples():
    """Docstrings with examples: of public functions and classes and of what classes define."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {}
    for name, value in public_objects():
        if callable(value):
            # As pytest's doctests have it: an example knows what its module knows.
            own = dict(vars(sys.modules[value.__module__]))
            for test in finder.find(value, name, module=False, globs=own):
                if test.examples:
                    # The same function may be public under two names.
                    found.setdefault((test.filename, test.lineno, test.docstring), test)
    return {test.name: test for test in found.values()}


EXAMPLES = examples()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """``models`` with the bundle of a published model with invented coefficients."""
    folder = tmp_path_factory.mktemp("examples")
    config = ROOT / "configs" / "published" / "invented_womac.yaml"
    assert main(["sheet", "new", str(config), "--out", str(folder / "models")]) == 0
    return folder / "models"


@pytest.fixture
def here(tmp_path, monkeypatch, published):
    shutil.copytree(published, tmp_path / "models")
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    with reports_left_short():
        yield


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.usefixtures("here")
def test_the_example_runs(name):
    report = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(EXAMPLES[name], out=report.append)
    assert not report, "".join(report)


def test_functions_that_take_a_cohort_have_an_example():
    assert {"hiprisk.validate", "hiprisk.update", "hiprisk.drift"} <= set(EXAMPLES)
