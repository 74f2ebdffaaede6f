#!/bin/bash
# Fuzzes every reader with libFuzzer, one after the other: fuzz.sh [TARGET...]
#
# FUZZ_SECONDS for each (60); the folder .build-fuzz/corpus keeps inputs that reach new code, so that
# the next run goes on from there. What breaks a reader is left there as TARGET/crash-….
set -u
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-60}
swift=$(readlink -f "$(command -v swift)")
library=$(ls "$(dirname "$swift")"/../lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-"$(uname -m)".a 2>/dev/null)
if [ -z "$library" ]; then
  echo "This Swift toolchain has no libFuzzer; 'swift test --filter FuzzTests' tries a few inputs." >&2
  exit 2
fi
# Traps stay: a release build without -Ounchecked.
options=(-c release --scratch-path .build-fuzz -Xswiftc -enable-testing
  -Xswiftc -Xfrontend -Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link
  -Xlinker "$library" -Xlinker --undefined=LLVMFuzzerRunDriver -Xlinker --export-dynamic -Xlinker -lstdc++)
export COSTSIM_FUZZ=1
# Every input is written to a file and read from it: in memory that is quick.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
swift build --build-tests "${options[@]}" || exit
tests=$(swift build --show-bin-path "${options[@]}")/costsimPackageTests.xctest

if [ $# = 0 ]; then
  set -- $(ls Tests/Golden/fuzz) $(ls Tests/Golden/traces)
fi
# Keys of all formats, and what is wrong in every one of them.
{ cat Tests/Fuzz/pieces.dict; grep -ohE '^\| `[a-z_]+`' docs/*-format.md | tr -d '|` ' | sort -u | sed 's/.*/"&"/'; } \
  >.build-fuzz/words.dict
status=0
printf '%-16s %12s %10s %10s  %s\n' target inputs 'a second' edges found
for target in "$@"; do
  corpus=$PWD/.build-fuzz/corpus/$target
  mkdir -p "$corpus/seen"
  seeds=$PWD/Tests/Golden/fuzz/$target
  [ -d "$seeds" ] || { seeds=$corpus/seeds; mkdir -p "$seeds"; cp "Tests/Golden/traces/$target" "$seeds"; }
  COSTSIM_FUZZ_TARGET=$target SWIFT_BACKTRACE=enable=no \
    COSTSIM_FUZZ_OPTIONS="-max_total_time=$seconds -max_len=3000 -timeout=10 -rss_limit_mb=3000 \
      -dict=.build-fuzz/words.dict -artifact_prefix=$corpus/ -print_final_stats=1 $corpus/seen $seeds" \
    "$tests" --testing-library swift-testing --filter 'FuzzTests.libFuzzer' >"$corpus/log" 2>&1
  failed=$?
  [ $failed = 0 ] || status=1
  printf '%-16s %12s %10s %10s  %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus/log")" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$corpus/log")" \
    "$(grep -o 'cov: [0-9]*' "$corpus/log" | tail -1 | cut -c6-)" \
    "$([ $failed = 0 ] || find "$corpus" -maxdepth 1 -newer .build-fuzz/words.dict -regextype egrep \
      -regex '.*/(crash|timeout|oom)-.*' -printf '%f' -quit)"
done
exit $status
