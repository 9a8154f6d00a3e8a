"""Rates, tokens and host names, without a service."""

import pytest

from hiprisk.errors import ConfigError
from hiprisk.serving.http.limits import (
    MAX_CLIENTS,
    RateLimiter,
    allowed_hosts,
    checked_token,
    host_name,
    is_token,
)

TOKEN = "a-secret-of-some-length"


def test_a_service_for_others_does_not_start_without_a_token():
    with pytest.raises(ConfigError, match=r"HIPRISK_TOKEN is not set.*at least 16 characters"):
        checked_token("0.0.0.0", None)
    with pytest.raises(ConfigError, match="would be open to other machines"):
        checked_token("192.0.2.1", "")
    with pytest.raises(ConfigError, match="must have at least 16 plain characters"):
        checked_token("127.0.0.1", "short")
    assert checked_token("127.0.0.1", None) is None
    assert checked_token("0.0.0.0", TOKEN) == TOKEN


def test_tokens_are_compared_whole():
    assert is_token(f"Bearer {TOKEN}", TOKEN)
    assert not is_token(f"Bearer {TOKEN} {TOKEN}", TOKEN)
    assert not is_token("Bearer ä", TOKEN)


def test_hosts_that_are_named_are_the_only_ones():
    assert allowed_hosts("0.0.0.0", ()) is None
    assert allowed_hosts("0.0.0.0", ("Risk.example",)) == {"risk.example"}
    assert allowed_hosts("192.0.2.1", ()) == {"192.0.2.1"}
    assert host_name("risk.example:443") == "risk.example"
    assert host_name("[::1]:443") == "::1"


@pytest.mark.parametrize(
    "header",
    ["localhost:evil", "localhost:99999", "[....]", "[::1", "a@localhost", "", "localhost:80:80"],
)
def test_what_is_no_host_has_no_name(header):
    assert host_name(header) is None


def test_a_bucket_fills_at_its_rate():
    seconds = [0.0]
    limiter = RateLimiter(2.0, 2, lambda: seconds[0])
    assert [limiter.wait_for("a") for _ in range(3)] == [0.0, 0.0, 0.5]
    assert limiter.wait_for("b") == 0.0
    seconds[0] = 0.25
    assert limiter.wait_for("a") == pytest.approx(0.25)
    seconds[0] = 0.5
    assert limiter.wait_for("a") == 0.0
    seconds[0] = 1000.0
    assert [limiter.wait_for("a") for _ in range(3)] == [0.0, 0.0, 0.5]


def test_many_clients_do_not_fill_the_memory():
    limiter = RateLimiter(1.0, 1, lambda: 0.0)
    for number in range(MAX_CLIENTS + 50):
        limiter.wait_for(str(number))
    assert len(limiter._buckets) == MAX_CLIENTS
