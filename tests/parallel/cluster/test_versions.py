"""A scheduler or a worker of another kind is refused, with what it has."""

import pytest

from hiprisk.errors import StoreError
from hiprisk.parallel.cluster.versions import PACKAGES, check_versions, own_versions


class Client:
    def __init__(self, scheduler=(), worker=()):
        like = {name: own for name, own in own_versions().items() if own != "absent"}
        like["python"] += ".99.final.0"
        self.told = {
            "scheduler": {"packages": {**like, **dict(scheduler)}},
            "workers": {
                "tcp://a:1": {"packages": like},
                "tcp://b:2": {"packages": {**like, **dict(worker)}},
            },
        }

    def get_versions(self, *, check, packages):
        assert packages == list(PACKAGES)
        return self.told


def test_equal_versions_pass_and_a_last_number_of_python_is_no_difference():
    check_versions(Client())


@pytest.mark.parametrize(
    ("package", "there"),
    [("hiprisk", "0.0.1"), ("numpy", "1.0"), ("python", "3.9.1.final.0"), ("scipy", None)],
)
def test_a_worker_that_differs_is_refused(package, there):
    told = "absent" if there is None else "3.9" if package == "python" else there
    words = f"a worker of the cluster has {package} {told}, and this process {package} "
    with pytest.raises(StoreError, match=words) as refused:
        check_versions(Client(worker={package: there}))
    assert refused.value.code == "CLUSTER_VERSIONS"


def test_a_scheduler_that_differs_is_refused_where_it_matters():
    check_versions(Client(scheduler={"scipy": None}))
    with pytest.raises(StoreError, match="the scheduler of the cluster has hiprisk absent"):
        check_versions(Client(scheduler={"hiprisk": None}))
