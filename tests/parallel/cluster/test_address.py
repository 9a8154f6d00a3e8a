"""How a cluster may be named, and what is said where Dask is not installed."""

import pytest

from hiprisk.errors import ConfigError, MissingExtraError
from hiprisk.parallel.cluster import address


@pytest.mark.parametrize(
    "named", ["local", "tcp://10.0.0.5:8786", "tls://dask.clinic.example:8786", "tcp://[::1]:1"]
)
def test_an_address_is_taken(named):
    pytest.importorskip("distributed")
    address.check_cluster(named)


@pytest.mark.parametrize(
    "named",
    ["", "LOCAL", "10.0.0.5:8786", "tcp://10.0.0.5", "tcp://h:0", "tcp://h:70000", "http://h:8786",
     "tcp://a:b@h:8786", "tcp://h:8786/x", "tcp://h :1", 8786],
)  # fmt: skip
def test_another_form_is_refused(named):
    with pytest.raises(ConfigError, match=r"--cluster: .* is no address of a Dask scheduler"):
        address.check_cluster(named)


@pytest.mark.parametrize("named", ["tcp://jane:s3cret@h:8786", "jane:s3cret@h:8786"])
def test_a_password_is_refused_and_not_shown(named):
    with pytest.raises(ConfigError, match=r"h:8786' is no .*: it has neither user nor") as caught:
        address.check_cluster(named)
    assert not any(word in str(caught.value) for word in ("jane", "s3cret"))


def test_the_extra_is_named_where_dask_is_absent(monkeypatch):
    monkeypatch.setattr(address, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'hiprisk\[scale\]'"):
        address.check_cluster("local")
