"""What using a model may import: numpy and the standard library."""

import subprocess
import sys

import pytest

from small_bundle import write_small_bundle

HEAVY = ("pandas", "sklearn", "scipy", "mlflow", "optuna", "pydantic", "pyarrow", "matplotlib")


def modules_after(code):
    ending = "\nimport sys\nprint(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run(
        [sys.executable, "-c", code + ending], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_importing_hiprisk_costs_nothing():
    assert not {*HEAVY, "numpy"} & modules_after("import hiprisk")


@pytest.mark.parametrize("module", ["metrics", "validation", "inference", "plots", "sample_size"])
def test_a_public_submodule_costs_nothing_until_it_is_used(module):
    assert not {*HEAVY, "numpy"} & modules_after(f"import hiprisk.{module}")


def test_help_imports_no_numpy():
    assert not {*HEAVY, "numpy"} & modules_after("from hiprisk.cli import main; main(['--help'])")


def test_a_prediction_imports_numpy_alone(tmp_path):
    path = write_small_bundle(tmp_path)
    code = (
        "from hiprisk.cli import main\n"
        f"main(['predict', {str(path)!r}, '--womac-function-0-100', '50', '--json'])"
    )
    found = modules_after(code)
    assert "numpy" in found
    assert not set(HEAVY) & found


def test_every_public_name_resolves():
    import hiprisk

    for name in dir(hiprisk):
        assert getattr(hiprisk, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    import hiprisk

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hiprisk.nothing
