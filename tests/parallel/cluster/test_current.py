"""Which cluster is open."""

from hiprisk.parallel.cluster.current import current_cluster, work_goes_to


def test_a_cluster_is_open_until_its_block_ends():
    assert current_cluster() is None
    with work_goes_to("outer"):
        with work_goes_to("inner"):
            assert current_cluster() == "inner"
        assert current_cluster() == "outer"
    assert current_cluster() is None
