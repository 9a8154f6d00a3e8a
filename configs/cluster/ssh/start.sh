#!/usr/bin/env bash
# A Dask cluster of machines that are reached by SSH: ./start.sh SCHEDULER WORKER [WORKER ...]
# Each has hiprisk of the same version in ~/hiprisk/.venv and Dask's settings (dask-tls.yaml) in
# ~/.config/dask/. Stop it with ./stop.sh and the same names.
set -euo pipefail
port=${HIPRISK_CLUSTER_PORT:-8786}
scheduler=$1
shift
run() {
  # The process outlives this connection; its output and its number stay on its machine.
  ssh -o BatchMode=yes "$1" "cd ~/hiprisk || exit 1
    nohup env OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $2 > $3.log 2>&1 < /dev/null &
    echo \$! > $3.pid"
}
run "$scheduler" ".venv/bin/dask scheduler --host tls://0.0.0.0:$port --no-dashboard --dashboard-address 127.0.0.1:0" scheduler
for worker in "$@"; do
  # One thread a process: results do not depend on it, and numerical libraries do not compete.
  run "$worker" ".venv/bin/dask worker tls://$scheduler:$port --nworkers auto --nthreads 1 --no-dashboard --dashboard-address 127.0.0.1:0 --death-timeout 60" worker
done
echo "hiprisk train configs/stupar.yaml --cluster tls://$scheduler:$port"
