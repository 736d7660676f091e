#!/usr/bin/env bash
# test.sh runs the whole suite: every package on SQLite, most with the race detector,
# then every package that touches the database once more on PostgreSQL, both with
# a real Redis beside the queue in memory, then drills and the pages in a browser. "test.sh
# e2e" runs the browser suite and the independent peer alone.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/setup.sh

browser_suite() {
	echo "== pages in a browser"
	CGO_ENABLED=0 go build -o bin/copse ./cmd/copse
	.ci/npm.sh frontend/e2e
	(cd frontend/e2e && COPSE_TEST_BIN=$PWD/../../bin/copse npm test)
}

.ci/assets.sh
if [ "${1:-}" = e2e ]; then
	browser_suite
	echo "== an independent peer"
	go test -count=1 -timeout 15m ./federation/fedtest/fedify
	go test -count=1 -timeout 15m -run Fedify ./cmd/copse
	exit
fi

# shellcheck source=.ci/services.sh
. .ci/services.sh
trap services_stop EXIT
trap 'exit 130' INT TERM
services_start
export COPSE_TEST_REDIS=$services_redis

# SQLite is Go code and ten times slower under the race detector: what fills a
# database or plays with whole instances runs without it, but for the scripts,
# where several instances work at once, and the process itself.
echo "== rooms, SQLite, race detector"
# shellcheck disable=SC2046 # one word per package
go test -race -timeout 20m $(go list ./... | grep -vE '/(cmd/copse|cmd/drills|db)$')
go test -race -timeout 20m -skip 'TestMigrate_killedAtEachStatement|TestT53_hundredThousandHosts' ./db
go test -race -timeout 20m -run '^Test(Scripts|Run|Serve)' ./cmd/copse

echo "== whole instances, and what fills a database, SQLite"
go test -timeout 20m -run 'TestMigrate_killedAtEachStatement|TestT53_hundredThousandHosts' ./db
go test -timeout 20m -skip '^Test(Scripts|Run|Serve)' ./cmd/copse

echo "== packages with a database, PostgreSQL"
# shellcheck disable=SC2046 # one word per package
COPSE_TEST_POSTGRES=$services_postgres go test -timeout 20m \
	$(go list -f '{{.ImportPath}} {{.Imports}} {{.TestImports}} {{.XTestImports}}' ./... |
		awk '/\/db(\/dbtest)?[] ]/ {print $1}')

# Drills mostly wait for what they broke; the pages are tried meanwhile.
echo "== fault drills, short form, beside the pages"
browser_suite &
pages=$!
trap 'kill "$pages" 2>/dev/null || true; wait "$pages" || true; services_stop' EXIT
go test -count=1 -timeout 20m ./cmd/drills
wait "$pages"
