"""Addresses of stores and servers: as they may be printed, and as a driver takes them."""

from __future__ import annotations

import re

from hiprisk.errors import ConfigError

_POSTGRES = re.compile(r"postgres(ql)?(\+\w+)?://", re.IGNORECASE)
_SECRET = re.compile(r"([?&](?:password|sslpassword|passfile)=)[^&]*", re.IGNORECASE)
# user:password@host without a scheme; a file's path may have an @ of its own.
_NO_SCHEME = re.compile(r"(?!file:)[^/]*:.*@", re.DOTALL | re.IGNORECASE)
# As SQLAlchemy reads it: a user, an @ before which none is left unescaped, a host and its port.
_READABLE = re.compile(
    r"(?P<scheme>[\w+]+)://(?P<rest>(?:[^:/@]*(?::[^@]*)?@)?"
    r"(?:\[[^/?]+\]|[^/:?@]+)?(?::(?P<port>[0-9]{0,5}))?(?:[/?].*)?)",
    re.DOTALL,
)
_DRIVERS = ("postgresql+psycopg", "postgresql+psycopg2")
_MOST_PORTS = 65_535
_PORT = re.compile(r"[^:]*(:\d*)?|\[.*\](:\d*)?")


def is_postgres(address: str) -> bool:
    """Whether an address is that of a database on a PostgreSQL server."""
    return _POSTGRES.match(address) is not None


def without_password(address: str) -> str:
    """An address that may be printed.

    A password may hold signs that ought to have been escaped: rather too much is left out of an
    address than a part of a password kept.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        begin = held.end() if (held := _NO_SCHEME.match(address)) else 0
        return _SECRET.sub(r"\1***", address[begin:])
    shown = _SECRET.sub(r"\1***", rest[_begin_of_host(scheme, rest) :])
    return f"{scheme}://{shown}"


def driver_address(address: str, *, variable: str) -> str:
    """A PostgreSQL address for SQLAlchemy; the form that hosts hand out gets its driver.

    Raises
    ------
    ConfigError
        If it names another driver, or host and port cannot be told apart; the server is not asked.
    """
    read = _READABLE.fullmatch(address)
    if read is None or int(read["port"] or 0) > _MOST_PORTS:
        raise ConfigError(
            f"{without_password(address)} is no address of a database",
            column=variable,
            advice="postgresql+psycopg://USER@HOST:PORT/NAME; in user and password @, : and / are "
            "%40, %3A and %2F",
        )
    scheme = read["scheme"].lower()
    if scheme in ("postgres", "postgresql"):
        scheme = _DRIVERS[0]
    if scheme not in _DRIVERS:
        raise ConfigError(
            f"{without_password(address)} names a driver that is not used",
            column=variable,
            advice=f"the address begins {_DRIVERS[0]}://",
        )
    return f"{scheme}://{read['rest']}"


def _begin_of_host(scheme: str, rest: str) -> int:
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    # The path of a page may have an @ of its own, behind a host that is one.
    is_page = scheme in ("http", "https") and ("@" in authority or _PORT.fullmatch(authority))
    return (authority if is_page else rest).rfind("@") + 1
