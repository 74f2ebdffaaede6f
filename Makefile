# `make report` and `make test` need Swift 6.1+ and make; its C and C++ libraries are installed here.
SHIPPED := scenarios/huntaze-published.yaml scenarios/huntaze-engineering.yaml scenarios/two-tier.yaml
PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
COMPLETION = $(COSTSIM) --generate-completion-script
COSTSIM := .build/release/costsim
# With Swift's libraries inside where the toolchain has them: starts in half the time, and runs where
# there is no toolchain. Debug information would take a fifth of the build; names of functions stay.
STATIC := $(if $(wildcard $(dir $(realpath $(shell command -v swift)))../lib/swift_static/linux), \
  --static-swift-stdlib)
# Libraries that the linker finds here before their shared forms, so that the program needs little
# beside libc. simdjson has no static form in Debian: what is released brings it along, and looks for it
# beside itself.
STATIC_LIBRARIES := .build/static-libraries
LINKED := $(if $(STATIC),-Xlinker -L$(CURDIR)/$(STATIC_LIBRARIES) \
  -Xlinker -rpath -Xlinker '$$ORIGIN/../lib/costsim')
SWIFT_BUILD := swift build -c release --product costsim -debug-info-format none $(STATIC) $(LINKED) \
  $(BUILD_FLAGS)

# A release build that tests can look into.
TESTABLE := -c release -Xswiftc -enable-testing
RELEASE_TESTS := $(TESTABLE) --scratch-path .build-validate
FUZZ_SECONDS ?= 60

.PHONY: report test bench format lint man install build deps gate baseline validate fuzz faults \
  asan tsan dist test-dist test-python static-libraries

# `run` comes last: its index links the pages that are there.
report: build
	$(COSTSIM) sensitivity $(SHIPPED) --users 1000 --out reports --quiet
	for scenario in $(SHIPPED); do \
	  $(COSTSIM) solve $$scenario --users 1000 --out reports --quiet || exit; \
	  for verb in forecast levers stress; do \
	    $(COSTSIM) $$verb $$scenario --out reports --quiet || exit; \
	  done; \
	done
	$(COSTSIM) run $(SHIPPED) --out reports
	$(COSTSIM) audit scenarios/claims.yaml --out reports

build: deps static-libraries
	$(SWIFT_BUILD)

static-libraries:
	@mkdir -p $(STATIC_LIBRARIES)
	@for library in libcsv libcrypto libsqlite3 libz; do \
	  found=$$($${CC:-clang} -print-file-name=$$library.a 2>/dev/null); \
	  if [ -f "$$found" ]; then ln -sf "$$found" $(STATIC_LIBRARIES)/; fi; \
	done

# What is released, in dist/: tarball, .deb, wheel, checksums and SBOM. Tried without Swift by test-dist.
dist: build man
	@missing=; for package in binutils python3-setuptools python3-wheel python3-venv xz-utils; do \
	  dpkg-query -W $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then echo "make dist needs$$missing: apt-get install$$missing" >&2; exit 2; fi
	packaging/dist $(COSTSIM) .build/man dist

test-dist:
	packaging/test-dist dist

# The Python API against the built program; frames that are not installed skip.
test-python: build
	COSTSIM="$(CURDIR)/$(COSTSIM)" COSTSIM_SCENARIOS="$(CURDIR)/scenarios" PYTHONPATH=python/src \
	  python3 -W ignore::ResourceWarning -m unittest discover -s python/tests

# The shipped bills may not grow unnoticed: `make baseline` after a change that is wanted.
gate: build
	$(COSTSIM) check $(SHIPPED) --baseline scenarios/baseline/shipped.yaml --max-increase 1%

baseline: build
	$(COSTSIM) baseline $(SHIPPED) -o scenarios/baseline/shipped.yaml --simulate-up-to 50

# The shipped reports are golden files: the tests run the release build and compare every byte.
test: build
	COSTSIM_BINARY="$(CURDIR)/$(COSTSIM)" swift test

# The engine against every formula of docs/validation.md; writes reports/validation.md.
validate: deps
	COSTSIM_VALIDATE=1 swift test $(RELEASE_TESTS) --filter 'everythingHolds|unreportedHolds'

# Damaged files for every reader, FUZZ_SECONDS each, by libFuzzer: prints inputs and findings.
fuzz: deps
	FUZZ_SECONDS=$(FUZZ_SECONDS) Tests/Fuzz/fuzz.sh $(FUZZ_TARGETS)

# Full disks, signals, folders that go away (needs root for some); then 1,000 signals at random moments
# and 20,000 damaged inputs.
faults: build
	Tests/Faults/faults.sh $(COSTSIM)
	Tests/Faults/interrupts.py $(COSTSIM) 1000
	Tests/Faults/mutants.py $(COSTSIM) 20000

# The whole suite under AddressSanitizer, and under ThreadSanitizer: built like a release, because a
# debug build traps before it oversteps, and takes an hour under ThreadSanitizer. What a program
# holds at its end is no leak: the system takes it back.
asan: deps
	ASAN_OPTIONS=detect_leaks=0:suppressions=$(CURDIR)/Tests/Sanitizers/asan.txt \
	  swift test $(TESTABLE) --sanitize=address --scratch-path .build-asan

tsan: deps
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/tsan.txt \
	  swift test $(TESTABLE) --sanitize=thread --scratch-path .build-tsan

# Every goal of speed; Benchmarks/Makefile tells which variables there are (PEERS, SHORT, ONLY, ...).
bench: build
	$(MAKE) -C Benchmarks table COSTSIM="$(CURDIR)/$(COSTSIM)"

format:
	swift format -i -r Sources Tests Package.swift

lint:
	swift format lint --strict -r Sources Tests Package.swift

# Man pages out of the program's own help; `make man install` installs them, too. Not by the package
# plugin, which would build the program anew, and leave one in its place that needs the toolchain.
GENERATE_MANUAL := swift build --product generate-manual
man: build
	$(GENERATE_MANUAL)
	rm -rf .build/man
	install -d .build/man
	"$$($(GENERATE_MANUAL) --show-bin-path)/generate-manual" $(COSTSIM) --multi-page \
	  --output-directory .build/man

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/bash-completion/completions" \
	  "$(SHARE)/zsh/site-functions" "$(SHARE)/fish/vendor_completions.d"
	install -m 755 $(COSTSIM) "$(DESTDIR)$(PREFIX)/bin/costsim"
	$(COMPLETION) bash > "$(SHARE)/bash-completion/completions/costsim"
	$(COMPLETION) zsh > "$(SHARE)/zsh/site-functions/_costsim"
	$(COMPLETION) fish > "$(SHARE)/fish/vendor_completions.d/costsim.fish"
	if [ -d .build/man ]; then install -d "$(SHARE)/man/man1"; \
	  install -m 644 .build/man/*.1 "$(SHARE)/man/man1"; fi

# The libraries with their headers: those that are not there.
PACKAGES := libcsv-dev libsimdjson-dev libsqlite3-dev libssl-dev libxlsxwriter-dev zlib1g-dev
MISSING = for header in csv.h simdjson.h sqlite3.h openssl/hmac.h xlsxwriter.h zlib.h; do \
  ls /usr/include/$$header /usr/local/include/$$header 2>/dev/null | grep -q . || echo $$header; done
deps:
	@missing=$$($(MISSING)); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "costsim needs the libraries libcsv, simdjson, libsqlite3, OpenSSL, libxlsxwriter and zlib with their headers; missing:" $$missing >&2; \
	  echo "This machine has no apt-get to install them with: please install them, then run make again." >&2; \
	  exit 2; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif command -v sudo >/dev/null; then sudo=sudo; else \
	  echo "costsim needs $(PACKAGES), and installing them needs root: please run" >&2; \
	  echo "  apt-get install $(PACKAGES)" >&2; \
	  exit 2; \
	fi; \
	echo "Installing $(PACKAGES)" >&2; \
	$$sudo apt-get update -qq && $$sudo apt-get install -y -qq $(PACKAGES) >/dev/null; \
	missing=$$($(MISSING)); \
	if [ -n "$$missing" ]; then \
	  echo "That did not work, and costsim cannot be built without" $$missing: please run >&2; \
	  echo "  apt-get install --reinstall $(PACKAGES)" >&2; \
	  exit 2; \
	fi
