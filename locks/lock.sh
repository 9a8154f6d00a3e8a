#!/usr/bin/env bash
# Write the lock files anew (maintainers only; needs uv). No index address gets into them.
set -euo pipefail
cd "$(dirname "$0")/.."
flags=(--generate-hashes --no-strip-extras --python-version 3.11 --universal --no-emit-index-url --no-header
       --annotation-style line --quiet)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
uv pip compile pyproject.toml --all-extras "${flags[@]}" -o locks/dev.txt
sed -E 's/^([a-zA-Z0-9_.-]+)\[[^]]*\]/\1/' locks/dev.txt | grep -oE '^[a-zA-Z0-9_.-]+==[^ ]+' > "$scratch/constraints.txt"
printf 'editables\nhatchling\n' > "$scratch/build.in"
uv pip compile pyproject.toml "$scratch/build.in" -c "$scratch/constraints.txt" "${flags[@]}" \
  --no-annotate -o locks/base.txt
uv pip compile pyproject.toml "$scratch/build.in" --extra train -c "$scratch/constraints.txt" \
  "${flags[@]}" --no-annotate -o locks/train.txt
uv pip compile --group mutants -c "$scratch/constraints.txt" "${flags[@]}" --no-annotate -o locks/mutants.txt
uv pip compile --group spark -c "$scratch/constraints.txt" "${flags[@]}" --no-annotate -o locks/spark.txt
uv pip compile --group bench -c "$scratch/constraints.txt" "${flags[@]}" --no-annotate -o locks/bench.txt
uv pip compile --group audit -c "$scratch/constraints.txt" "${flags[@]}" --no-annotate -o locks/audit.txt
