"""A refusal as one line for a person and as fields for a script."""

import pickle

import pytest

from hiprisk import errors
from hiprisk.errors import ExitCode, HipRiskError, InputError


def test_the_line_says_where_then_what_then_what_next():
    one = InputError(
        "is no number", code="NOT_A_NUMBER", file="clinic.csv", row=3, column="age",
        advice="write 61",
    )  # fmt: skip
    assert str(one) == "clinic.csv: row 3: age: is no number (write 61)"


@pytest.mark.parametrize(("where", "line"), [
    ({}, "is empty"),
    ({"file": "clinic.csv"}, "clinic.csv: is empty"),
    ({"row": 1}, "row 1: is empty"),
    ({"column": "age", "advice": "fill it"}, "age: is empty (fill it)"),
])  # fmt: skip
def test_what_is_not_known_leaves_no_mark(where, line):
    assert str(InputError("is empty", **where)) == line


def test_fields_for_a_script_name_the_exit_code():
    assert InputError("is empty", row=0).to_dict() == {
        "error": "INPUT", "reason": "is empty", "file": None, "row": 0, "column": None,
        "advice": None, "exit_code": 3,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "builtin", "code", "exit_code"), [
    (errors.InputError, ValueError, "INPUT", ExitCode.INPUT_REFUSED),
    (errors.ConfigError, ValueError, "CONFIG", ExitCode.USAGE),
    (errors.BundleError, ValueError, "BUNDLE", ExitCode.BUNDLE_REFUSED),
    (errors.StoreError, OSError, "IO", ExitCode.IO),
    (errors.MissingExtraError, ImportError, "EXTRA", ExitCode.USAGE),
])  # fmt: skip
def test_each_refusal_is_caught_as_the_builtin_that_it_is(kind, builtin, code, exit_code):
    with pytest.raises(builtin, match="no") as caught:
        raise kind("no")
    assert isinstance(caught.value, HipRiskError)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)


def test_exit_codes_are_a_contract():
    assert {one.name: int(one) for one in ExitCode} == {
        "DONE": 0, "DEFECT": 1, "USAGE": 2, "INPUT_REFUSED": 3, "BUNDLE_REFUSED": 4, "IO": 5,
        "SOME_ROWS_REFUSED": 6, "INTERRUPTED": 130,
    }  # fmt: skip


def test_a_refusal_comes_back_whole_from_a_worker():
    one = InputError("is empty", code="EMPTY", file="clinic.csv", row=2, advice="fill it")
    back = pickle.loads(pickle.dumps(one))
    assert back.to_dict() == one.to_dict()
