#!/bin/bash
# Replays a log five times, in turn with PEER if that is set, then counts instructions a row by
# callgrind (40,000 rows − 20,000 rows). LOG is the log; by default one is made of a million rows.
set -euo pipefail
costsim=$1 scenario=$2 threads=${THREADS:-2}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
log=${LOG:-}
if [ -z "$log" ]; then
  log=$out/log.csv
  "$(dirname "$0")/make-log.sh" 1000000 >"$log"
fi
once() { local TIMEFORMAT='%R %U'; { time "$@" >/dev/null 2>&1; } 2>&1; }
replay() {
  "$1" replay "$2" --scenario "$scenario" --policy logged --threads "$3" --out "$out/reports" --quiet
}
replay "$costsim" "$log" "$threads"
for round in 1 2 3 4 5; do
  printf 'costsim replay: %s s wall, user\n' "$(once replay "$costsim" "$log" "$threads")"
  if [ -n "${PEER:-}" ]; then printf 'peer: %s s wall, user\n' "$(once bash -c "$PEER")"; fi
done
command -v valgrind >/dev/null || { echo "valgrind is not installed: no instruction counts"; exit 0; }
# Valgrind cannot read the debug information of Swift programs.
cp "$costsim" "$out/costsim"
strip --strip-debug "$out/costsim"
count() {
  head -n "$(($1 + 1))" "$log" >"$out/part.csv"
  SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$out/costsim" replay "$out/part.csv" --scenario "$scenario" --policy logged --threads 1 \
    --out "$out/reports" --quiet 2>&1 | sed -n 's/.*Collected : //p'
}
small=$(count 20000)
large=$(count 40000)
echo "replay: $(((large - small) / 20000)) instructions a row"
