"""How a cluster is named: its scheduler's address, or a cluster of this machine's own."""

from __future__ import annotations

import re
from importlib.util import find_spec

from hiprisk.databases.address import without_password
from hiprisk.errors import ConfigError, MissingExtraError

LOCAL = "local"
_SCHEDULER = re.compile(
    r"(?:tcp|tls)://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})"
)
_MOST_PORTS = 65_535


def check_cluster(address: str) -> None:
    """Refuse what names no cluster, and any where Dask is not installed; nobody is asked.

    Raises
    ------
    ConfigError
        If it is neither ``local`` nor the address of a scheduler.
    MissingExtraError
        If the package distributed is absent.
    """
    named = _SCHEDULER.fullmatch(address) if isinstance(address, str) else None
    if address != LOCAL and (named is None or not 0 < int(named["port"]) <= _MOST_PORTS):
        held = "@" in str(address)
        raise ConfigError(
            f"'{without_password(str(address))}' is no address of a Dask scheduler"
            + (": it has neither user nor password" if held else ""),
            code="CLUSTER_ADDRESS",
            column="--cluster",
            advice="tcp://HOST:PORT, tls://HOST:PORT, or local",
        )
    if find_spec("distributed") is None:
        raise MissingExtraError(
            "a cluster needs the package distributed", advice="pip install 'hiprisk[scale]'"
        )
