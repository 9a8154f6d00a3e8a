"""Addresses of stores as they may be printed: without user, password and secrets of the query."""

from __future__ import annotations

import re

_POSTGRES = re.compile(r"postgres(ql)?(\+\w+)?://", re.IGNORECASE)
_SECRET = re.compile(r"([?&](?:password|sslpassword|passfile)=)[^&]*", re.IGNORECASE)
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
        return address
    shown = _SECRET.sub(r"\1***", rest[_begin_of_host(scheme, rest) :])
    return f"{scheme}://{shown}"


def _begin_of_host(scheme: str, rest: str) -> int:
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    # The path of a page may have an @ of its own, behind a host that is one.
    is_page = scheme in ("http", "https") and ("@" in authority or _PORT.fullmatch(authority))
    return (authority if is_page else rest).rfind("@") + 1
