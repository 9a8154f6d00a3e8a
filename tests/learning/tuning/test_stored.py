"""Whose trials an interrupted search left, read as Optuna reads it and without it."""

import sqlite3
from contextlib import closing

import optuna
import pytest

from hiprisk.errors import ConfigError, StoreError
from hiprisk.learning.tuning.stored import (
    FINGERPRINT,
    check_fingerprint,
    check_stored_searches,
    search_store,
)


def leave(folder, **fingerprints):
    """Searches by their names, as Optuna itself writes them down."""
    store = search_store(folder)
    for name, fingerprint in fingerprints.items():
        study = optuna.create_study(storage=f"sqlite:///{store}", study_name=name)
        study.set_user_attr("remark", "of another kind")
        if fingerprint is not None:
            study.set_user_attr(FINGERPRINT, fingerprint)
    return store


def test_every_search_of_a_store_is_asked(tmp_path):
    store = leave(tmp_path, linear="this", boosting="this", ordinal=None)
    check_stored_searches(store, "this")
    leave(tmp_path, forest="another")
    with pytest.raises(ConfigError, match="belongs to another config, cohort or version") as caught:
        check_stored_searches(store, "this")
    assert caught.value.code == "RESUME_MISMATCH"


def test_no_store_is_no_other_study_and_none_is_made(tmp_path):
    check_stored_searches(search_store(tmp_path), "this")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00" + b"x" * 500])
def test_what_is_no_store_cannot_be_opened(tmp_path, content):
    search_store(tmp_path).write_bytes(content)
    with pytest.raises(StoreError, match="the store of the tuning cannot be read"):
        check_stored_searches(search_store(tmp_path), "this")


def test_a_text_that_is_no_json_cannot_be_read(tmp_path):
    store = leave(tmp_path, linear="this")
    with closing(sqlite3.connect(store)) as opened, opened:
        opened.execute("UPDATE study_user_attributes SET value_json = '{'")
    with pytest.raises(StoreError, match="the store of the tuning cannot be read"):
        check_stored_searches(store, "this")


def test_a_search_that_does_not_say_whose_it_is_is_new():
    check_fingerprint(None, "this")
