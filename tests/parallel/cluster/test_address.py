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


def test_the_extra_is_named_where_dask_is_absent(monkeypatch):
    monkeypatch.setattr(address, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'hiprisk\[scale\]'"):
        address.check_cluster("local")
