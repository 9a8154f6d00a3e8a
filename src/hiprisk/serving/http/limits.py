"""Limits of the service: rate of a client, bearer token, allowed hosts."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from hiprisk.errors import ConfigError

TOKEN_VARIABLE = "HIPRISK_TOKEN"
MIN_TOKEN_LENGTH = 16
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WILDCARDS = ("0.0.0.0", "::", "")
MAX_CLIENTS = 10_000

_HOST = re.compile(
    r"((?P<name>[A-Za-z0-9_]([A-Za-z0-9._-]{0,253}))|\[(?P<ipv6>[A-Fa-f0-9:.]{2,45})\])"
    r"(:(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the service.

    Attributes
    ----------
    max_body_bytes : int
    max_record_bytes : int
        Of a patient's record.
    max_records_in_flight : int
        Records beyond `max_body_bytes` that are read or answered at one time; beyond it the answer
        is 503, so that memory stays bounded.
    max_rows : int
        Patients in one request to ``/score``.
    requests_per_second : float
        Of one client, on average; 0 for no limit.
    burst : int
        Requests that a client may send at once.
    max_in_flight : int
        Requests that are read or answered at one time; beyond it the answer is 503.
    read_timeout_s : float
        Time within which the whole body must have come.
    head_timeout_s : float
        Time within which the head of a request must have come; an idle connection is closed then.
    send_timeout_s : float
        Time within which a client must have taken some of its answer; its connection is cut then.
    max_connections : int
        Open connections, whether they say anything or not; one more is answered 503 and closed.
    max_connections_per_address : int
        The same of one address; each has one request at a time, so this bounds those too.
    """

    max_body_bytes: int = 1 << 20
    max_record_bytes: int = 16 << 20
    max_records_in_flight: int = 2
    max_rows: int = 1_000
    requests_per_second: float = 50.0
    burst: int = 100
    max_in_flight: int = 256
    read_timeout_s: float = 10.0
    head_timeout_s: float = 10.0
    send_timeout_s: float = 10.0
    max_connections: int = 512
    max_connections_per_address: int = 128


class RateLimiter:
    """A token bucket for each client.

    Parameters
    ----------
    rate : float
        Requests a second; 0 for no limit.
    burst : int
        Size of a bucket.
    clock : callable
        Seconds that never run backwards.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, client: str) -> float:
        """Take a request from the client's bucket: 0, or the seconds until there is one."""
        if self._rate <= 0:
            return 0.0
        now = self._clock()
        left, then = self._buckets.pop(client, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        allowed = left >= 1.0
        self._buckets[client] = (left - 1.0 if allowed else left, now)
        if len(self._buckets) > MAX_CLIENTS:
            # The client that was silent longest has a full bucket again by now, or soon.
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1.0 - left) / self._rate


def checked_token(host: str, token: str | None) -> str | None:
    """The token that requests must carry; None where none is needed.

    Raises
    ------
    ConfigError
        If others could reach the service and there is no token, or if the token is short.
    """
    if not token:
        if host in LOOPBACK:
            return None
        raise ConfigError(
            f"the service would be open to other machines, and {TOKEN_VARIABLE} is not set",
            code="NO_TOKEN",
            advice=f"set {TOKEN_VARIABLE} to a secret of at least {MIN_TOKEN_LENGTH} characters, "
            "or serve on 127.0.0.1",
        )
    if len(token) < MIN_TOKEN_LENGTH or not token.isascii() or not token.isprintable():
        raise ConfigError(
            f"{TOKEN_VARIABLE} must have at least {MIN_TOKEN_LENGTH} plain characters",
            code="BAD_TOKEN",
            advice="python3 -c 'import secrets; print(secrets.token_urlsafe(32))' makes one",
        )
    return token


def is_token(given: str, token: str) -> bool:
    """Whether an Authorization header carries the token; the time does not tell how nearly."""
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != "bearer":
        return False
    # Digests have one length, so not even the token's own length shows.
    mine, theirs = (hashlib.sha256(text.encode()).digest() for text in (token, secret.strip()))
    return hmac.compare_digest(mine, theirs)


def allowed_hosts(host: str, named: tuple[str, ...]) -> frozenset[str] | None:
    """Names by which the service may be addressed; None for any."""
    if named:
        return frozenset(name.lower() for name in named)
    if host in LOOPBACK:
        return frozenset(LOOPBACK)
    return None if host in WILDCARDS else frozenset({host.lower()})


def host_name(header: str) -> str | None:
    """The name in a Host header, without its port; None if the header is malformed."""
    found = _HOST.fullmatch(header)
    if found is None or int(found["port"] or 0) > 65535:
        return None
    if found["ipv6"]:
        try:
            return str(ipaddress.IPv6Address(found["ipv6"]))
        except ValueError:
            return None
    return found["name"].lower()
