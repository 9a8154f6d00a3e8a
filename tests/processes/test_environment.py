"""Environment variables for the length of a block."""

import os

import pytest

from hiprisk.processes.environment import environment


@pytest.fixture(autouse=True)
def one_of_two(monkeypatch):
    monkeypatch.setenv("HIPRISK_TRIED", "before")
    monkeypatch.delenv("HIPRISK_TRIED_NEW", raising=False)


def test_values_hold_inside_and_are_put_back():
    with environment({"HIPRISK_TRIED": "inside", "HIPRISK_TRIED_NEW": "1"}):
        assert (os.environ["HIPRISK_TRIED"], os.environ["HIPRISK_TRIED_NEW"]) == ("inside", "1")
    assert os.environ["HIPRISK_TRIED"] == "before"
    assert "HIPRISK_TRIED_NEW" not in os.environ


def removed_and_refused():
    with environment({"HIPRISK_TRIED_NEW": "1"}):
        del os.environ["HIPRISK_TRIED_NEW"]
        raise ValueError("inside")


def test_they_are_put_back_after_an_error_and_where_the_block_removed_one():
    with pytest.raises(ValueError, match="inside"):
        removed_and_refused()
    assert "HIPRISK_TRIED_NEW" not in os.environ
