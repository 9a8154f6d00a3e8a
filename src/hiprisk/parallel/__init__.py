"""Work spread over processes here or over a cluster: the only importer of joblib and of Dask.

Neither is needed to import this package: scoring a file on one machine needs the standard library.
"""

from hiprisk.parallel.cluster.address import check_cluster
from hiprisk.parallel.cluster.current import current_cluster
from hiprisk.parallel.cluster.opening import spread_over
from hiprisk.parallel.fork_server import fork_server, imports_of_server
from hiprisk.parallel.in_order import map_in_order
from hiprisk.parallel.shared import Shared
from hiprisk.parallel.tasks import Progress, StageProgress, run_parallel
from hiprisk.parallel.threads import one_thread

__all__ = [
    "Progress",
    "Shared",
    "StageProgress",
    "check_cluster",
    "current_cluster",
    "fork_server",
    "imports_of_server",
    "map_in_order",
    "one_thread",
    "run_parallel",
    "spread_over",
]
