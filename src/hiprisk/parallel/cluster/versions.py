"""Whether scheduler and workers have what this process has: other versions give other figures."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any

from hiprisk.errors import StoreError

PYTHON = "python"
# What figures depend on, and what client and workers must agree on to understand each other.
PACKAGES = (
    *("hiprisk", "numpy", "scipy", "pandas", "pyarrow", "scikit-learn"),
    *("dask", "distributed", "cloudpickle", "msgpack", "tornado"),
)
# A scheduler computes nothing: it reads hiprisk's name of a task, and passes it on.
_OF_SCHEDULER = (PYTHON, "hiprisk", "dask", "distributed", "cloudpickle", "msgpack")


@cache
def own_versions() -> dict[str, str]:
    """Versions of Python (without its last number) and of those packages that are installed."""
    found = {PYTHON: f"{sys.version_info.major}.{sys.version_info.minor}"}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "absent"
    return found


def check_versions(client: Any) -> None:
    """Refuse a cluster whose scheduler or workers have other versions.

    Parameters
    ----------
    client : distributed.Client
        Connected.

    Raises
    ------
    StoreError
        Naming package, version here and there.
    """
    told = client.get_versions(check=False, packages=list(PACKAGES))
    own = own_versions()
    for who, there in (("the scheduler", told["scheduler"]), *_workers(told)):
        looked_at = _OF_SCHEDULER if who == "the scheduler" else tuple(own)
        for name in looked_at:
            has = _version(name, there)
            if has != own[name]:
                raise other_version(who, f"{name} {has}", f"{name} {own[name]}")


def other_version(who: str, there: str, here: str) -> StoreError:
    """What is said of a part of the cluster that is not like this process."""
    return StoreError(
        f"{who} of the cluster has {there}, and this process {here}",
        code="CLUSTER_VERSIONS",
        advice="install the same versions everywhere: results must not depend on who works",
    )


def _workers(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [("a worker", one) for _, one in sorted(told["workers"].items())]


def _version(name: str, there: Mapping[str, Any] | None) -> str:
    version = ((there or {}).get("packages") or {}).get(name)
    if version is None:
        return "absent"
    return ".".join(str(version).split(".")[:2]) if name == PYTHON else str(version)
