"""A real PostgreSQL server of a test's own: started in a folder, stopped and removed at the end.

Debian's packages put its programs below ``/usr/lib/postgresql``. It refuses to run as root, so
that root starts it as the account ``postgres`` that the package made.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "hiprisk", "s3cret/of@nobody"
# Then the number of the test run's process.
PREFIX = "hiprisk-postgres-"
IN_AN_ADDRESS = "s3cret%2Fof%40nobody"


@dataclass
class PostgresServer:
    """A running server.

    Attributes
    ----------
    programs : Path
        Folder of initdb and pg_ctl.
    folder : Path
        Of its data and its log.
    port : int
    """

    programs: Path
    folder: Path
    port: int

    def address(self, database, password=IN_AN_ADDRESS):
        """SQLAlchemy's address of a database on it."""
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name):
        """Make a database; its address."""
        self.sql(f'CREATE DATABASE "{name}"', autocommit=True)
        return self.address(name)

    def sql(self, statement, database="postgres", **options):
        """Rows of a statement, run by psycopg itself."""
        import psycopg

        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname=database,
            **options,
        ) as connection:  # fmt: skip
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def start(self):
        """Start it, and wait until it answers."""
        settings = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' "
            "-c fsync=off -c shared_buffers=16MB -c max_wal_size=64MB -c autovacuum=off"
        )
        log = self.folder / "log"
        self._program("pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", log,
                      "-o", settings)  # fmt: skip

    def stop(self, mode="fast"):
        """Stop it; `immediate` is as if its machine had lost power."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._program("pg_ctl", "stop", "-w", "-m", mode, "-D", self.data)

    def kill(self):
        """SIGKILL of the server, whose workers end by themselves."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.02)
        (self.data / "postmaster.pid").unlink()

    @property
    def data(self):
        return self.folder / "data"

    def _program(self, name, *words):
        command = [str(self.programs / name), *map(str, words)]
        # Not captured: the server would hold the pipe open.
        with open(self.folder / "said", "ab") as said:
            subprocess.run(
                [*_as_postgres(), *command], cwd="/", check=True, stdout=said, stderr=said
            )


def _as_postgres():
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] * (
        os.geteuid() == 0
    )


def _programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextlib.contextmanager
def running_postgres():
    """A server for a while; the test skips, saying so, where PostgreSQL is not installed."""
    pytest.importorskip("psycopg", reason="psycopg is absent: the extra `postgres`")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is absent: apt-get install postgresql")
    _sweep()
    # Not below pytest's own folders, which the account of the server cannot enter.
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    server = PostgresServer(programs, folder, _free_port())
    try:
        _make_cluster(server)
        server.start()
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


def _sweep():
    """End the servers of test runs that were killed: nobody else would."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not owner.isdecimal() or Path(f"/proc/{owner}").exists():
            continue
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(server):
    secret = server.folder / "password"
    secret.write_text(PASSWORD)
    if os.geteuid() == 0:
        for path in (server.folder, secret):
            shutil.chown(path, "postgres", "postgres")
    server._program("initdb", "-D", server.data, "-U", USER, "--pwfile", secret, "-N",
                    "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C")  # fmt: skip


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
