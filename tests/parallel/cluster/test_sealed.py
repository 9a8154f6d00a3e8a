"""What travels says nothing of itself, and a batch gives its refusal back instead of failing."""

import sys

import pytest

from hiprisk.errors import InputError
from hiprisk.parallel.cluster.sealed import Failure, Sealed, run_batch
from hiprisk.parallel.cluster.versions import own_versions

pytest.importorskip("distributed")


def double(number):
    if number < 0:
        raise InputError("is below zero", row=number)
    if number > 99:
        error = ValueError("too large")
        error.handle = sys.stdout
        raise error
    return 2 * number


def run(*items, function=double, versions=None):
    parts = [Sealed.of([item]) for item in items]
    return run_batch(Sealed.of(function), parts, versions or own_versions()).opened()


def test_a_sealed_object_shows_its_size_alone():
    sealed = Sealed.of("MRS SMITH, 63")
    assert "SMITH" not in repr(sealed)
    assert repr(sealed) == f"<{len(sealed.data)} sealed bytes>"
    assert sys.getsizeof(sealed) >= len(sealed.data)
    assert sealed.opened() == "MRS SMITH, 63"


def test_a_batch_keeps_the_order_of_its_items():
    assert run(3, 1, 2) == [6, 2, 4]


def test_a_refusal_comes_back_as_it_was_raised():
    failed = run(1, -7)
    assert isinstance(failed, Failure)
    assert isinstance(failed.error, InputError)
    assert failed.error.row == -7


def test_an_error_that_cannot_travel_is_named():
    assert run(100) == Failure(None, "a worker failed with ValueError")


def test_a_worker_of_other_versions_does_not_begin():
    failed = run(1, versions={**own_versions(), "numpy": "1.0"})
    assert failed == Failure(None, f"a worker has numpy {own_versions()['numpy']}")


def test_a_module_that_a_worker_lacks_is_named():
    sealed = Sealed(b"cno_such_module\nthing\n.")
    assert run_batch(sealed, [], own_versions()).opened() == Failure(
        None, "a worker lacks the module no_such_module"
    )
