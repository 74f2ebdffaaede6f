#!/bin/bash
# What happens when the machine misbehaves: full disks, folders that go away, signals at any moment,
# inputs that change, two runs at once. Usage: Tests/Faults/faults.sh PATH-OF-COSTSIM
#
# After each fault nothing half-written may be visible, and the next run must give the usual bytes.
# What needs a small file system of its own (full disk, read-only) is skipped without root.
# ROUNDS (6) is how often each verb is interrupted.
set -uo pipefail
cd "$(dirname "$0")/../.."
costsim=$(realpath "${1:-.build/release/costsim}")
rounds=${ROUNDS:-6}
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
failures=0

# Every verb that writes, with its output in the folder $out. What `check` compares with and `price`
# and `replay` read is made below.
two=scenarios/two-tier.yaml
hybrid="$work/acting.yaml --allow-outside"
declare -A verbs=(
  [run]="run $two --users 500 --runs 4 --out OUT"
  [run --ledger]="run $two --users 100 --ledger --calls OUT/calls.csv --out OUT"
  [run, acting]="run $hybrid --users 150 --out OUT"
  [run, tests]="run scenarios/ab-test.yaml --users 50 --out OUT"
  [forecast]="forecast $two --runs 1 --months 3 --out OUT"
  [levers]="levers $two --out OUT"
  [stress]="stress $two --out OUT"
  [solve]="solve $two --users 1000 --out OUT"
  [sweep]="sweep $two --vary users=50,100,200 --out OUT"
  [sensitivity]="sensitivity $two --out OUT"
  [select]="select $two --out OUT"
  [audit]="audit scenarios/claims.yaml --json --out OUT"
  [replay --calls]="replay $work/log.csv --scenario $two --calls OUT/calls.csv --out OUT"
  [replay --ledger]="replay $work/log.csv --scenario $two --policy logged --policy scenarios/policies/two-tier.yaml --ledger --out OUT"
  [calibrate]="calibrate $work/log.csv --catalog scenarios/catalogs/documents.yaml -o OUT/fitted.yaml"
  [baseline]="baseline $two --simulate-up-to 100 -o OUT/baseline.yaml"
  [check]="check $two --users 50,100 --baseline $work/baseline.yaml --out OUT"
  [diff]="diff $two scenarios/huntaze-published.yaml --simulate-up-to 100 --out OUT"
  [price]="price $work/usage.csv --catalog scenarios/catalogs/documents.yaml -o OUT/priced.csv"
  [catalog import]="catalog import litellm $work/list.json -o OUT/catalog.yaml"
  [init]="init OUT"
)

expect() { # DESCRIPTION COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok    $what"; else
    echo "FAIL  $what"
    failures=$((failures + 1))
  fi
}
run() { # VERB FOLDER: in the foreground of a (sub)shell, which it becomes if that is asked for
  local arguments=${verbs[$1]//OUT/$2}
  # shellcheck disable=SC2086
  ${become:-} "$costsim" $arguments -q
}
# The same files with the same bytes as a run that nothing disturbed.
same() { diff -r "$usual" "$1" >/dev/null 2>&1; }
no_temporaries() { ! find "$1" -name '.costsim-*' 2>/dev/null | grep -q .; }
# Whole files only: each is absent, or as the undisturbed run wrote it.
only_whole() {
  local file
  while read -r file; do
    cmp -s "$1/$file" "$usual/$file" || return 1
  done < <(cd "$1" 2>/dev/null && find . -type f -not -path '*/.costsim-*')
}
intact() { # every database passes SQLite's own check
  local file
  while read -r file; do
    [ "$("$costsim" query "$file" 'PRAGMA integrity_check' | tail -1 | tr -d '\r')" = ok ] || return 1
  done < <(find "$1" -name '*.sqlite' -not -path '*/.costsim-*' 2>/dev/null)
}
now() { date +%s%N; }
pause() { sleep "$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))"; } # MICROSECONDS
complains() { # FILE: an error of ours, no crash, no trace of temporary names
  grep -q 'error: ' "$1" && ! grep -qE 'Fatal|Crash|\.costsim-' "$1"
}

# MARK: Inputs

"$costsim" run $two --users 50 --out "$work/made" --calls "$work/log.csv" -q || exit 1
"$costsim" baseline $two --simulate-up-to 50 -o "$work/baseline.yaml" -q || exit 1
awk -F, 'NR == 1 { print "model,input_tokens,output_tokens" } NR > 1 { print $14 "," $21 "," $23 }' \
  "$work/log.csv" | grep -v '^,' >"$work/usage.csv"
echo '{"p/m": {"litellm_provider": "p", "mode": "chat", "input_cost_per_token": 1.5e-06}}' \
  >"$work/list.json"
cat >"$work/acting.yaml" <<EOF
extends: $PWD/$two
name: acting
compare_catalog: null
published: null
budget: { amount: \$150, thresholds: [75%, { at: 90%, act: block }] }
EOF

# MARK: Signals, one verb after the other

disk=
mkdir "$work/disk"
mount -t tmpfs -o size=4m tmpfs "$work/disk" 2>/dev/null && disk=$work/disk

for verb in "${!verbs[@]}"; do
  usual="$work/usual" out="$work/out"
  rm -rf "$usual"
  start=$(now)
  run "$verb" "$usual" || exit 1
  took=$((($(now) - start) / 1000))
  expect "$verb: undisturbed ($((took / 1000)) ms), intact and without temporary files" \
    eval 'intact "$usual" && no_temporaries "$usual"'

  for signal in INT TERM KILL; do
    bad=
    for i in $(seq "$rounds"); do
      rm -rf "$out"
      (become=exec run "$verb" "$out") >/dev/null 2>"$work/errors" &
      # 15 bits of chance, over a little more than the whole run.
      pause $((RANDOM * took / 30000))
      kill -$signal $! 2>/dev/null
      wait $! 2>/dev/null
      code=$?
      case $signal:$code in *:0 | INT:130 | TERM:143 | KILL:137) ;; *) bad+=" exit $code" ;; esac
      only_whole "$out" || bad+=" half-written"
      intact "$out" || bad+=" database"
      if [ $signal != KILL ]; then
        no_temporaries "$out" || bad+=" temporaries"
        [ -s "$work/errors" ] && bad+=" $(head -1 "$work/errors")"
      fi
      # `init` overwrites nothing.
      [ "$verb" = init ] && rm -rf "$out"
      run "$verb" "$out" || bad+=" rerun fails"
      same "$out" && no_temporaries "$out" || bad+=" rerun differs"
    done
    expect "$verb: SIG$signal at $rounds moments: only whole files, the next run is as usual$bad" \
      [ -z "$bad" ]
  done

  rm -rf "$out"
  (become=exec run "$verb" "$out") >/dev/null 2>"$work/errors" &
  pause $((took / 2))
  rm -rf "$out"
  wait $!
  code=$?
  expect "$verb: the output folder removed meanwhile: an error, or a folder that is whole (exit $code)" \
    eval '[ $code = 0 ] && { same "$out" || [ ! -e "$out" ]; } || { [ $code != 0 ] && complains "$work/errors"; }'

  rm -rf "$out"
  echo text >"$out"
  run "$verb" "$out" 2>"$work/errors" >/dev/null
  code=$?
  expect "$verb: a file where the folder should be: exit 2, and the file is as it was (exit $code)" \
    eval '[ $code = 2 ] && complains "$work/errors" && [ "$(cat "$out")" = text ]'

  if [ "$verb" != init ]; then
    rm -rf "$out"
    run "$verb" "$out" & first=$!
    run "$verb" "$out" & second=$!
    wait $first
    first=$?
    wait $second
    second=$?
    expect "$verb: two runs into one folder (exits $first and $second)" \
      eval '[ $first = 0 ] && [ $second = 0 ] && same "$out" && no_temporaries "$out"'
  fi

  [ -n "$disk" ] || continue
  # Nearly full: half of the pages that the verb writes still fit.
  rm -rf "${disk:?}"/*
  pages=$(find "$usual" -type f -printf '%s\n' | awk '{ n += int(($1 + 4095) / 4096) } END { print n }')
  free=$((pages / 2 < 500 ? pages / 2 : 500))
  head -c $(((1024 - free) * 4096)) /dev/zero >"$disk/ballast"
  run "$verb" "$disk/out" 2>"$work/errors" >/dev/null
  code=$?
  expect "$verb: a disk with room for $free of $pages pages: exit 1, a message, nothing left (exit $code)" \
    eval '[ $code = 1 ] && grep -q "the disk is full" "$work/errors" && [ "$(ls -A "$disk")" = ballast ]'
  rm -rf "${disk:?}"/*
  mount -o remount,ro "$disk"
  run "$verb" "$disk/out" 2>"$work/errors" >/dev/null
  code=$?
  mount -o remount,rw "$disk"
  expect "$verb: a file system that is read-only: exit 2, a message, nothing left (exit $code)" \
    eval '[ $code = 2 ] && complains "$work/errors" && [ -z "$(ls -A "$disk")" ]'
done
[ -n "$disk" ] || echo "skip  full disk, read-only file system: these need root"

# MARK: Read-only from some moment on

if [ -n "$disk" ]; then
  usual="$work/usual"
  rm -rf "$usual"
  run run "$usual"
  mount -o remount,size=50m "$disk"
  run run "$disk/out" 2>"$work/errors" &
  sleep 0.2
  # Refused while files are open for writing, hence more than once.
  for i in $(seq 50); do mount -o remount,ro "$disk" 2>/dev/null && break; done
  wait $!
  code=$?
  mount -o remount,rw "$disk"
  expect "a file system made read-only meanwhile: an error, or done before (exit $code)" \
    eval 'only_whole "$disk/out" && { [ $code = 0 ] || complains "$work/errors"; }'
  run run "$disk/out"
  expect "afterwards a run is as usual" eval 'same "$disk/out" && no_temporaries "$disk/out"'
fi

# MARK: Standard output that cannot be written

for verb in "explain $two --call 7" "validate $two" "catalog list scenarios/catalogs/market.yaml" \
  "price $work/usage.csv --catalog scenarios/catalogs/documents.yaml" "--help" \
  "run $two --users 50 --out $work/out2 --json" "query $work/made/two-tier/costs.sqlite"; do
  # shellcheck disable=SC2086
  "$costsim" $verb >/dev/full 2>"$work/errors"
  code=$?
  expect "costsim ${verb%% *} into a full device: exit 1 and no crash (exit $code)" \
    eval '[ $code = 1 ] && ! grep -qE "Fatal|Crash" "$work/errors"'
done
"$costsim" validate "$work/none.yaml" 2>/dev/full
code=$?
expect "errors into a full device: still exit 2 (exit $code)" [ $code = 2 ]
TMPDIR="$work/made" "$costsim" price "$work/usage.csv" --catalog scenarios/catalogs/documents.yaml |
  head -1 >/dev/null
expect "a reader of standard output that stops early: nothing is left behind" no_temporaries "$work/made"

# MARK: Inputs that change

cp -r scenarios "$work/inputs"
(for i in $(seq 200); do
  head -c $((RANDOM % 4000)) $two >"$work/inputs/two-tier.yaml"
done) &
bad=0
for i in $(seq 10); do
  "$costsim" validate "$work/inputs/two-tier.yaml" >/dev/null 2>&1
  code=$?
  [ $code = 0 ] || [ $code = 2 ] || bad=$((bad + 1))
done
wait
expect "a scenario that changes while it is read: read or refused" [ $bad = 0 ]

cp "$work/log.csv" "$work/growing.csv"
bad=
for change in grow cut replace remove; do
  for verb in replay calibrate price; do
    cp "$work/log.csv" "$work/changing.csv"
    cp "$work/usage.csv" "$work/changing-usage.csv"
    (
      for i in $(seq 30); do
        case $change in
        grow) tail -n 500 "$work/log.csv" >>"$work/changing.csv"
          tail -n 500 "$work/usage.csv" >>"$work/changing-usage.csv" ;;
        cut) for file in changing changing-usage; do
            truncate -s "$(($(stat -c %s "$work/$file.csv") * 9 / 10))" "$work/$file.csv"
          done ;;
        replace) cp "$work/usage.csv" "$work/changing.csv"
          cp "$work/log.csv" "$work/changing-usage.csv"
          cp "$work/log.csv" "$work/changing.csv" ;;
        remove) rm -f "$work/changing.csv" "$work/changing-usage.csv" ;;
        esac
        sleep 0.005
      done
    ) &
    case $verb in
    replay) set -- "$work/changing.csv" --scenario $two --out "$work/replayed" ;;
    calibrate) set -- "$work/changing.csv" --catalog scenarios/catalogs/documents.yaml \
      -o "$work/fitted/scenario.yaml" ;;
    price) set -- "$work/changing-usage.csv" --catalog scenarios/catalogs/documents.yaml \
      -o "$work/priced/priced.csv" ;;
    esac
    "$costsim" $verb "$@" -q 2>"$work/errors" >/dev/null
    code=$?
    wait
    [ $code = 0 ] || { [ $code = 2 ] && complains "$work/errors"; } ||
      bad+=" $change/$verb: exit $code $(head -1 "$work/errors")"
  done
done
expect "logs that grow, shrink, change or go while they are read: read or refused$bad" [ -z "$bad" ]

# Memory that nothing has written yet may hold anything: glibc fills it with a byte of our choice.
bad=
for scenario in scenarios/huntaze-engineering.yaml scenarios/ab-test.yaml \
  scenarios/huntaze-monitoring.yaml; do
  first=
  for byte in 0 1 85 170 255; do
    rm -rf "$work/filled"
    MALLOC_PERTURB_=$byte "$costsim" run "$scenario" --users 7 --calls "$work/filled/calls.csv" \
      --out "$work/filled" -q || bad+=" $scenario: exit $?"
    sum=$(cat "$work"/filled/calls.csv "$work"/filled/*/*.csv | md5sum)
    [ "$sum" = "${first:=$sum}" ] || bad+=" $scenario with $byte"
  done
done
expect "the same bytes whatever unwritten memory holds$bad" [ -z "$bad" ]

echo "$failures failures"
[ $failures = 0 ]
