#!/bin/bash
# Instructions a call by callgrind: (50 users − 10 users) / the calls between them.
set -euo pipefail
command -v valgrind >/dev/null || { echo "valgrind is not installed: no instruction counts"; exit 0; }
scenario=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# Valgrind cannot read the debug information of Swift programs.
cp "$1" "$out/costsim"
strip --strip-debug "$out/costsim"
count() {
  SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$out/costsim" run "$scenario" --users "$1" --threads 1 --out "$out/reports" --quiet 2>&1 |
    sed -n 's/.*Collected : //p'
}
calls() { awk -F, 'NR == 2 { print $4 }' "$out"/reports/*/plans.csv; }
small=$(count 10); small_calls=$(calls)
large=$(count 50); large_calls=$(calls)
echo "$(basename "$scenario"): $(((large - small) / (large_calls - small_calls))) instructions a call" \
  "($large_calls calls against $small_calls)"
