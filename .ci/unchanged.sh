#!/usr/bin/env bash
# unchanged.sh COMMAND… runs a command and fails if it changed any file that git
# does not ignore. It compares contents, so a tree with work in it is fine.
set -euo pipefail
state() { git ls-files -co --exclude-standard -z | sort -zu | xargs -0 sha256sum 2>/dev/null || true; }
before=$(state)
"$@"
if ! changed=$(diff <(echo "$before") <(state)); then
	echo "$* changed files; commit its result:" >&2
	echo "$changed" | awk '/^[<>]/ {print "  " $3}' | sort -u >&2
	exit 1
fi
