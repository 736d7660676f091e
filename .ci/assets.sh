#!/usr/bin/env bash
# assets.sh bundles the scripts of the pages into frontend/dist, where Node.js is at
# hand. Without them the site is complete and styled, and lacks only comfort.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
	echo "no Node.js: the site is built without scripts" >&2
	exit 0
fi
find frontend -name node_modules -prune -o -name package.json -print | while read -r file; do
	grep -q '"build":' "$file" || continue
	.ci/npm.sh "$(dirname "$file")"
	(cd "$(dirname "$file")" && npm run --silent build)
done
