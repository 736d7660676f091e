#!/usr/bin/env bash
# npm.sh FOLDER… installs what a lock file names, when it is newer than what is there.
set -euo pipefail
for dir in "$@"; do
	if [ ! -e "$dir/node_modules/.package-lock.json" ] || [ "$dir/package-lock.json" -nt "$dir/node_modules/.package-lock.json" ]; then
		(cd "$dir" && npm ci --no-audit --no-fund --loglevel=error)
	fi
done
