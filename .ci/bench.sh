#!/usr/bin/env bash
# bench.sh BENCHSTAT [keep] runs the Go benchmarks and prints how they compare with the baseline
# in docs/benchmarks.txt; "keep" makes the new figures the baseline. Nothing fails here: machines
# differ, so read the ratios, and cpu-ns/op rather than sec/op where something else runs.
#
# BENCH picks benchmarks, COUNT is how often each runs, ROOMS where.
set -euo pipefail
benchstat=$1 keep=${2:-}
baseline=docs/benchmarks.txt
now=$(mktemp)
trap 'rm -f "$now"' EXIT
go test -run '^$' -bench "${BENCH:-.}" -benchmem -count "${COUNT:-5}" -benchtime "${BENCHTIME:-0.5s}" \
	${ROOMS:-./server/web ./server/actors ./frontend/views ./server/exchange} | tee "$now"
if [ "$keep" = keep ]; then
	grep -E '^(goos|goarch|pkg|cpu|Benchmark)' "$now" >"$baseline"
	echo "kept in $baseline"
	exit
fi
"$benchstat" baseline="$baseline" now="$now"
