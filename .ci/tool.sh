#!/usr/bin/env bash
# tool.sh FILE MODULE@VERSION builds one Go tool into FILE.
set -euo pipefail
target=$1 source=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$(dirname "$target")"
GOBIN=$dir GOFLAGS=-mod=mod go install "$source"
mv "$dir"/* "$target"
