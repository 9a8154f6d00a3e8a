"""A real PostgreSQL server: its lock, and what a person is told when it cannot be used."""

import builtins
import sys
import traceback

import pytest

from hiprisk.databases.postgres import Database
from hiprisk.errors import MissingExtraError, StoreError
from hiprisk.processes.locks import HeldError
from killed_process import a_process
from postgres_server import PASSWORD

HOLDING = """
import sys
from hiprisk.databases.postgres import Database
held = Database(address=sys.argv[1], what="w", variable="V").lock("one", wait=0)
held.__enter__()
"""


def database(address):
    return Database(address=address, what="the store", variable="A_VARIABLE")


def refused(address):
    with pytest.raises(StoreError, match="the store at") as caught:
        database(address).check_writable("studies")
    assert "s3cret" not in str(caught.value)
    assert caught.value.column == "A_VARIABLE"
    return str(caught.value)


def test_a_database_that_takes_tables_can_be_used(postgres):
    database(postgres.new_database("writable")).check_writable("studies")


def test_what_is_wrong_with_an_address_is_told_without_its_password(postgres):
    assert "refuses this user or password" in refused(postgres.address("postgres", "s3cret-wrong"))
    assert "there is no such database" in refused(postgres.address("nothing"))
    silent = f"postgresql+psycopg://jane:s3cret@127.0.0.1:9/d?application_name={PASSWORD}"
    assert "does not answer (start it" in refused(silent.split("?")[0])
    assert "cannot be used (ValueError)" in refused("postgresql+psycopg://jane:s3cret@h:abc/d")
    assert "does not answer" in refused("postgresql://jane:s3cret@host.invalid/d")


def test_a_password_that_is_escaped_wrongly_stands_in_no_traceback():
    # The lines of this test stand in it too.
    wrong = database("postgresql://jane:s3@s3cret@h.invalid/d")
    with pytest.raises(StoreError, match=r"the store at postgresql://h\.invalid/d: ") as caught:
        wrong.check_writable("studies")
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_a_user_who_may_make_no_table_is_told_so(postgres):
    postgres.new_database("guarded")
    postgres.sql("CREATE ROLE reader LOGIN PASSWORD 's3cret'", autocommit=True)
    address = f"postgresql+psycopg://reader:s3cret@127.0.0.1:{postgres.port}/guarded"
    assert "the user may not write to this database (grant it CREATE" in refused(address)


def test_without_a_driver_the_extra_is_named(monkeypatch):
    imported = builtins.__import__

    def without(name, *rest, **options):
        if name.startswith("psycopg"):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return imported(name, *rest, **options)

    for name in [one for one in sys.modules if one.startswith("psycopg")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'hiprisk\[postgres\]'"):
        database("postgresql://jane:s3cret@127.0.0.1:9/d").check_writable("studies")


def test_what_a_server_of_another_language_says_still_ends_in_a_letter():
    letter = database("postgresql://h/d").refusal(RuntimeError("Passwort-Authentifizierung"))
    assert "the database cannot be used (RuntimeError) (see that the server answers" in str(letter)


def test_a_lock_reaches_other_processes_and_ends_with_them(postgres):
    address = postgres.new_database("locks")
    told = []
    with a_process(HOLDING, address) as (process, _):
        with (
            pytest.raises(HeldError, match=f"hiprisk, process {process.pid} on .* since 20"),
            database(address).lock("one", wait=0.1, waiting=told.append),
        ):
            pass
        assert told
        assert f"process {process.pid} on" in told[0]
        with database(address).lock("another", wait=0):
            pass
        process.kill()
        process.wait()
        with database(address).lock("one", wait=5):
            pass


def test_tables_that_another_process_makes_are_waited_for_and_then_refused(postgres, monkeypatch):
    address = postgres.new_database("tables")
    monkeypatch.setattr("hiprisk.databases.postgres.SECONDS_FOR_TABLES", 0)
    with (
        database(address).making_tables(),
        pytest.raises(StoreError, match="its tables are being made by hiprisk, process"),
        database(address).making_tables(),
    ):
        pass
