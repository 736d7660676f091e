#!/usr/bin/env bash
# bench.sh BENCHSTAT [keep] runs the Go benchmarks and prints how they compare with the baseline
# in docs/benchmarks.txt; "keep" makes the new figures the baseline. Nothing fails here: machines
# differ, so read the ratios, and cpu-ns/op rather than sec/op where something else runs.
#
# BENCH picks benchmarks, COUNT is how often each runs, ROOMS where. What fills a database of 100,000
# posts first (Growth) or sends to a thousand hosts (Deliver) runs where it is asked for.
set -euo pipefail
benchstat=$1 keep=${2:-}
baseline=docs/benchmarks.txt
now=$(mktemp)
trap 'rm -f "$now"' EXIT
usual='^Benchmark(Page|List|Serve|SignedRead|Discussion50|TakeCreate|Inbound|AddReceipt|Followers|Prove|Verify|Decode)$'
go test -run '^$' -bench "${BENCH:-$usual}" -benchmem -count "${COUNT:-3}" -benchtime "${BENCHTIME:-0.2s}" \
	${ROOMS:-./server/web ./server/actors ./frontend/views ./server/exchange ./db ./federation/delivery ./federation/sign \
	./federation/vocab ./cmd/copse} | tee "$now"
if [ "$keep" = keep ]; then
	grep -E '^(goos|goarch|pkg|cpu|Benchmark)' "$now" >"$baseline"
	echo "kept in $baseline"
	exit
fi
"$benchstat" baseline="$baseline" now="$now"
