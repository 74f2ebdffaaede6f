#!/bin/bash
# What happens when the machine misbehaves: full disks, folders that go away, signals at any moment,
# inputs that change, two runs at once. Usage: Tests/Faults/faults.sh PATH-OF-COSTSIM
#
# After each fault nothing half-written may be visible, and the next run must give the usual bytes.
# What needs a small file system of its own (full disk, read-only) is skipped without root.
set -uo pipefail
cd "$(dirname "$0")/../.."
costsim=$(realpath "${1:-.build/release/costsim}")
scenario=scenarios/two-tier.yaml
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
failures=0

expect() { # DESCRIPTION COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok    $what"; else
    echo "FAIL  $what"
    failures=$((failures + 1))
  fi
}
run() { "$costsim" run "$scenario" --users 1000 --runs 4 --out "$1" -q; }
# The same files with the same bytes as a run that nothing disturbed.
same() { diff -r "$work/usual" "$1" >/dev/null; }
no_temporaries() { ! find "$1" -name '.costsim-*' 2>/dev/null | grep -q .; }
# Whole files only: each is absent, or as the undisturbed run wrote it.
only_whole() {
  local file
  while read -r file; do
    cmp -s "$1/$file" "$work/usual/$file" || return 1
  done < <(cd "$1" 2>/dev/null && find . -type f -not -path '*/.costsim-*')
}
intact() { # every database passes SQLite's own check
  local file
  while read -r file; do
    [ "$("$costsim" query "$file" 'PRAGMA integrity_check' | tail -1 | tr -d '\r')" = ok ] || return 1
  done < <(find "$1" -name '*.sqlite' -not -path '*/.costsim-*' 2>/dev/null)
}

run "$work/usual" || exit 1
expect "a run that nothing disturbs passes integrity_check" intact "$work/usual"

for signal in INT TERM KILL; do
  bad=0
  for i in $(seq 12); do
    rm -rf "$work/out"
    run "$work/out" 2>/dev/null &
    sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
    # The program is the only child of the background shell, or that shell itself.
    kill -$signal "$(pgrep -P $! || echo $!)" 2>/dev/null
    wait $! 2>/dev/null
    only_whole "$work/out" && intact "$work/out" || bad=$((bad + 1))
    [ $signal = KILL ] || no_temporaries "$work/out" || bad=$((bad + 1))
    run "$work/out"
    same "$work/out" && no_temporaries "$work/out" || bad=$((bad + 1))
  done
  expect "SIG$signal at 12 moments: only whole files, and the next run is as usual" [ $bad = 0 ]
done

rm -rf "$work/out"
run "$work/out" 2>"$work/errors" &
sleep 0.2
rm -rf "$work/out"
wait $!
code=$?
expect "the output folder removed meanwhile: an error, or a folder that is whole (exit $code)" \
  eval '[ $code = 0 ] && same "$work/out" || { [ $code != 0 ] && grep -q "error: " "$work/errors"; }'

rm -rf "$work/out"
run "$work/out" & first=$!
run "$work/out" & second=$!
wait $first
first=$?
wait $second
second=$?
expect "two runs into one folder (exits $first and $second)" \
  eval '[ $first = 0 ] && [ $second = 0 ] && same "$work/out" && no_temporaries "$work/out"'

cp -r scenarios "$work/inputs"
(for i in $(seq 200); do
  head -c $((RANDOM % 4000)) scenarios/two-tier.yaml >"$work/inputs/two-tier.yaml"
done) &
bad=0
for i in $(seq 10); do
  "$costsim" validate "$work/inputs/two-tier.yaml" >/dev/null 2>&1
  code=$?
  [ $code = 0 ] || [ $code = 2 ] || bad=$((bad + 1))
done
wait
expect "a scenario that changes while it is read: read or refused" [ $bad = 0 ]

"$costsim" run "$scenario" --users 50 --out "$work/log" --calls "$work/calls.csv" -q
cp "$work/calls.csv" "$work/growing.csv"
(for i in $(seq 40); do tail -n 500 "$work/calls.csv" >>"$work/growing.csv"; done) &
"$costsim" replay "$work/growing.csv" --scenario "$scenario" --out "$work/replayed" -q 2>"$work/errors"
code=$?
wait
expect "a log that grows while it is read: replayed or refused (exit $code)" \
  eval '[ $code = 0 ] || { [ $code = 2 ] && grep -q "error: " "$work/errors"; }'

mkdir "$work/disk"
if mount -t tmpfs -o size=300k tmpfs "$work/disk" 2>/dev/null; then
  run "$work/disk/out" 2>"$work/errors"
  code=$?
  expect "a full disk: exit 1, a message, nothing left" \
    eval '[ $code = 1 ] && grep -q "the disk is full" "$work/errors" && [ -z "$(ls -A "$work/disk")" ]'
  mount -o remount,size=50m "$work/disk"
  run "$work/disk/out" 2>"$work/errors" &
  sleep 0.2
  # Refused while files are open for writing, hence more than once.
  for i in $(seq 50); do mount -o remount,ro "$work/disk" 2>/dev/null && break; done
  wait $!
  code=$?
  mount -o remount,rw "$work/disk"
  expect "a file system made read-only meanwhile: an error, or done before (exit $code)" \
    eval 'only_whole "$work/disk/out" && { [ $code = 0 ] || grep -q "error: " "$work/errors"; }'
  run "$work/disk/out"
  expect "afterwards a run is as usual" eval 'same "$work/disk/out" && no_temporaries "$work/disk/out"'
else
  echo "skip  full disk, read-only file system: these need root"
fi
[ $failures = 0 ]
