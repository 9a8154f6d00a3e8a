"""Addresses as they may be printed."""

import pytest

from hiprisk.databases.address import driver_address, is_postgres, without_password
from hiprisk.errors import ConfigError


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
        ("tcp://jane:s3cret@127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("jane:s3cret@127.0.0.1:8786", "127.0.0.1:8786"),
        ("h/d?password=s3cret", "h/d?password=***"),
        ("mlruns", "mlruns"),
        ("runs/a@b", "runs/a@b"),
        ("file:/runs/a@b", "file:/runs/a@b"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address, shown):
    assert without_password(address) == shown


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("postgres://u:p@h:5432/x", "postgresql+psycopg://u:p@h:5432/x"),
        ("PostgreSQL://h/x?sslmode=require", "postgresql+psycopg://h/x?sslmode=require"),
        ("postgresql+psycopg://u:p%40@[::1]:1/x", "postgresql+psycopg://u:p%40@[::1]:1/x"),
        ("postgresql+psycopg2:///x?host=/run/s", "postgresql+psycopg2:///x?host=/run/s"),
        ("postgresql://u@h?x=a@b", "postgresql+psycopg://u@h?x=a@b"),
    ],
)
def test_the_form_that_hosts_hand_out_gets_the_driver(address, taken):
    assert driver_address(address, variable="V") == taken


@pytest.mark.parametrize(
    ("address", "letter"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1x/x", r"127\.0\.0\.1:1x/x is no address of a database"),
        ("postgresql://u:s3cret@h:70000/x", "no address of a database"),
        ("postgresql://u:s3c@ret@h/x", r"no address of a database \(.*@, : and / are %40, %3A"),
        ("postgresql+asyncpg://u:s3cret@h/x", r"begins postgresql\+psycopg://"),
        ("postgres+nothing://u:s3cret@h/x", r"begins postgresql\+psycopg://"),
    ],
)
def test_an_address_that_no_driver_takes_is_refused_without_its_password(address, letter):
    with pytest.raises(ConfigError, match=letter) as caught:
        driver_address(address, variable="V")
    assert str(caught.value).startswith("V: postgres")
    assert not any(part in str(caught.value) for part in ("s3c", "ret@"))
