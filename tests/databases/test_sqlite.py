"""Files of a block wait for the disk no more, others as before."""

from contextlib import closing

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from hiprisk.databases.sqlite import without_waiting_for_disk


def waiting(path):
    """SQLite's level of waiting: 0 none, 2 full."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with closing(engine.connect()) as connection:
        return connection.execute(text("PRAGMA synchronous")).scalar()


def test_a_file_of_the_block_is_not_waited_for(tmp_path):
    with without_waiting_for_disk():
        assert waiting(tmp_path / "inside.db") == 0


def test_a_file_after_the_block_is_waited_for(tmp_path):
    with without_waiting_for_disk():
        pass
    assert waiting(tmp_path / "after.db") == 2
