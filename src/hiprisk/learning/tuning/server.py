"""Trials on a database server: they outlive the machine that a study ran on.

Named by study and identity, so that studies of several people do not meet. Read without Optuna,
which takes seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hiprisk.databases.address import driver_address, is_postgres, without_password
from hiprisk.databases.postgres import Database, connection_settings
from hiprisk.errors import ConfigError, HipRiskError

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

# Not a key of the config: it is no part of a study, and an address may hold a password.
VARIABLE = "HIPRISK_TUNING_STORAGE"
# Of the study's identity in the name of a search.
_DIGITS = 16

_NAMES = "SELECT study_name FROM studies WHERE starts_with(study_name, :start) ORDER BY study_id"
_FINGERPRINTS = """
SELECT a.value_json FROM study_user_attributes AS a JOIN studies AS s USING (study_id)
WHERE a.key = :key AND starts_with(s.study_name, :start) ORDER BY study_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchServer:
    """Where the trials of a study are while it runs, on a database server.

    Attributes
    ----------
    address : str
        Of the database.
    study : str
        Name of the study.
    identity : str
        Hash of what makes two runs the same study.
    """

    address: str
    study: str
    identity: str

    @property
    def database(self) -> Database:
        """The database, for connections and letters."""
        return search_database(self.address)

    def refusal(self, problem: BaseException) -> HipRiskError:
        """What a person can do about an error of Optuna's or the database layer's."""
        return self.database.refusal(problem)

    @property
    def prefix(self) -> str:
        """How the names of this study's searches begin."""
        return f"{self.study}/{self.identity[:_DIGITS]}/"

    def names(self) -> list[str]:
        """Names of this study's searches that are there.

        Raises
        ------
        StoreError
        """
        if not self.database.has_table("studies"):
            return []
        return [name for (name,) in self.database.ask(_NAMES, start=self.prefix)]

    def fingerprints(self, key: str) -> list[str]:
        """What this study's searches say they belong to; where it has none, those of its name.

        Raises
        ------
        StoreError
        """
        if not self.database.has_table("study_user_attributes"):
            return []
        for start in (self.prefix, f"{self.study}/"):
            found = self.database.ask(_FINGERPRINTS, key=key, start=start)
            if found:
                return [json.loads(value) for (value,) in found]
        return []

    def delete(self) -> None:
        """Remove this study's searches, and no other's.

        Raises
        ------
        StoreError
        """
        names = self.names()
        if not names:
            return
        import optuna

        with self.opened() as storage, self.database.in_use():
            for name in names:
                optuna.delete_study(study_name=name, storage=storage)

    @contextlib.contextmanager
    def opened(self) -> Iterator[RDBStorage]:
        """Optuna's storage, whose connections are closed at the end.

        Raises
        ------
        StoreError
        """
        from optuna.storages import RDBStorage

        with self.database.making_tables(), self.database.in_use():
            storage = RDBStorage(
                self.address,
                engine_kwargs={"connect_args": connection_settings(), "pool_pre_ping": True},
            )
        try:
            yield storage
        finally:
            storage.engine.dispose()

    @contextlib.contextmanager
    def only_one(self, *, wait: float, waiting: Callable[[str], None]) -> Iterator[None]:
        """Be the only process that runs this study during a block, on any machine.

        Raises
        ------
        HeldError
            If another process held it for as long as `wait`.
        StoreError
        """
        with self.database.lock(f"tuning {self.prefix}", wait=wait, waiting=waiting):
            yield


def search_database(address: str) -> Database:
    """A database in which trials are kept."""
    return Database(
        address=address,
        what="the store of the tuning",
        variable=VARIABLE,
        otherwise="go on later with --resume",
    )


def search_address() -> str | None:
    """The address that the environment names; None where trials are kept in a file.

    Raises
    ------
    ConfigError
        If it is that of no PostgreSQL server, or cannot be read.
    """
    address = os.environ.get(VARIABLE)
    if not address:
        return None
    if not is_postgres(address):
        raise ConfigError(
            f"the store of the tuning must be a database on a PostgreSQL server, got "
            f"{without_password(address)}",
            column=VARIABLE,
            advice="for instance postgresql+psycopg://user@host/name; without the variable the "
            "trials are in a file below --out",
        )
    return driver_address(address, variable=VARIABLE)


def check_search_server() -> None:
    """Raise unless the database for trials, where the environment names one, can be used.

    Raises
    ------
    ConfigError, MissingExtraError, StoreError
    """
    address = search_address()
    if address is not None:
        search_database(address).check_writable("studies")
