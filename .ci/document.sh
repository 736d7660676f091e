#!/usr/bin/env bash
# document.sh FORM FILE writes the settings, as "copse config example" prints them,
# into a file; one that cannot be made whole stays as it was.
set -euo pipefail
cd "$(dirname "$0")/.."
text=$(go run ./cmd/copse config example --format "$1")
printf '%s\n' "$text" >"$2"
