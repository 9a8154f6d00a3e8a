"""Addresses as they may be printed."""

import pytest

from hiprisk.databases.address import is_postgres, without_password


def test_only_a_postgresql_address_is_one():
    for address in ("postgresql://h/d", "postgresql+psycopg://h/d", "postgres://h/d"):
        assert is_postgres(address)
    for address in ("http://h", "sqlite:///postgresql.db", "mysql://h/d", "postgresql", ""):
        assert not is_postgres(address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql+psycopg://jane:s3cret@h:5432/d", "postgresql+psycopg://h:5432/d"),
        # Signs that ought to have been escaped.
        ("postgresql://jane:s3cret/a@b?c#d@h/d", "postgresql://h/d"),
        ("postgresql://jane:s3cret@/d?host=/run/sock", "postgresql:///d?host=/run/sock"),
        ("postgresql://h/d?user=jane&password=s3cret", "postgresql://h/d?user=jane&password=***"),
        ("postgresql://h/d?PASSWORD=s3cret&x=1", "postgresql://h/d?PASSWORD=***&x=1"),
        ("http://jane:s3cret@host.org:5000/m", "http://host.org:5000/m"),
        ("http://jane:s3c@ret@host.org/m", "http://host.org/m"),
        ("http://jane:s3cret/x@host.org/m", "http://host.org/m"),
        ("https://host.org:5000/a@b", "https://host.org:5000/a@b"),
        ("http://[::1]:5000/a@b", "http://[::1]:5000/a@b"),
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db"),
        ("mlruns", "mlruns"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address, shown):
    assert without_password(address) == shown
