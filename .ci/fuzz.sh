#!/usr/bin/env bash
# fuzz.sh runs each fuzz target of the module for FUZZTIME.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-30s}
git ls-files -co --exclude-standard -- '*_test.go' | xargs grep -Hoh --with-filename '^func Fuzz[A-Za-z0-9_]*' |
	while IFS=: read -r file func; do
		echo "== $(dirname "$file") ${func#func }"
		go test -run '^$' -fuzz "^${func#func }\$" -fuzztime "$time" "./$(dirname "$file")"
	done
