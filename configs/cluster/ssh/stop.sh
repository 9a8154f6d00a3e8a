#!/usr/bin/env bash
# Ends what start.sh started: ./stop.sh SCHEDULER WORKER [WORKER ...]
set -euo pipefail
for machine in "$@"; do
  ssh -o BatchMode=yes "$machine" 'cd ~/hiprisk && for file in scheduler.pid worker.pid; do
    if [ -f "$file" ]; then kill "$(cat "$file")" 2> /dev/null || true; rm -f "$file"; fi
  done'
done
