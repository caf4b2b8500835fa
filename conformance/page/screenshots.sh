#!/usr/bin/env bash
# Makes docs/screenshots anew; needs npm and Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/clients.sh
. .ci/page.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
CGO_ENABLED=0 go build -trimpath -o "$out/rwsgate" .
mkdir -p docs/screenshots
check_page --screenshots docs/screenshots
