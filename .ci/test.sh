#!/usr/bin/env bash
# test.sh runs the whole suite: every package with the race detector on SQLite,
# then every package that touches the database once more on PostgreSQL; both
# with a real Redis beside the queue in memory. "test.sh e2e" runs the browser
# suite and the independent peer alone.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/setup.sh
# shellcheck source=.ci/services.sh
. .ci/services.sh
trap services_stop EXIT
trap 'exit 130' INT TERM
services_start
export COPSE_TEST_REDIS=$services_redis

# The browser suite and the peer written in TypeScript come from npm; each folder
# with a lock file is installed when the lock is newer than what is there.
if command -v npm >/dev/null; then
	git ls-files -co --exclude-standard -- '*package-lock.json' | while read -r lock; do
		dir=$(dirname "$lock")
		if [ ! -e "$dir/node_modules/.package-lock.json" ] || [ "$lock" -nt "$dir/node_modules/.package-lock.json" ]; then
			(cd "$dir" && npm ci --no-audit --no-fund --loglevel=error)
		fi
	done
elif [ "${CI:-}" = true ]; then
	echo "Node.js is missing: the browser suite cannot run" >&2
	exit 1
fi

if [ "${1:-}" = e2e ]; then
	go test -count=1 -timeout 15m -run '^Test(Browser|Fedify)' ./cmd/...
	exit
fi

echo "== all packages, SQLite, race detector"
go test -race -timeout 20m ./...

echo "== packages with a database, PostgreSQL"
export COPSE_TEST_POSTGRES=$services_postgres
# shellcheck disable=SC2046 # one word per package
go test -timeout 20m $(go list -f '{{.ImportPath}} {{.Imports}} {{.TestImports}} {{.XTestImports}}' ./... |
	awk '/\/db(\/dbtest)?[] ]/ {print $1}')
