#!/bin/bash
# Times a whole run, five times after a warm-up, in turn with PEER if that is set.
set -euo pipefail
costsim=$1 scenario=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
once() { local TIMEFORMAT='%R %U'; { time "$@" >/dev/null 2>&1; } 2>&1; }
run() { once "$costsim" run "$scenario" --out "$out" --quiet; }
run >/dev/null
for round in 1 2 3 4 5; do
  printf 'costsim run %s: %s s wall, user\n' "$(basename "$scenario")" "$(run)"
  if [ -n "${PEER:-}" ]; then printf 'peer: %s s wall, user\n' "$(once bash -c "$PEER")"; fi
done
