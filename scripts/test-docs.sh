#!/usr/bin/env bash
# Opens the page of documentation in a headless Chromium, and tries the API on it. Then a page of
# another origin tries every port that `fnurl dev` has opened.
# Usage: scripts/test-docs.sh
#
# The screenshots are in target/screenshots afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in node npm; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: the browser test needs \`$tool\`, which is not installed" >&2
        exit 0
    fi
done
if [ ! -x /usr/bin/chromium ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo 'SKIPPED: the browser test needs /usr/bin/chromium: `apt-get install chromium`' >&2
        exit 0
    fi
    apt-get update --quiet --quiet
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends chromium >/dev/null
fi
scripts/vendor-docs-ui.sh --check
(cd tests/browser && npm ci --silent --no-fund --no-audit)
cargo build -p fnurl-cli --bin fnurl
cargo build -p routes --bin bootstrap

data=$(mktemp -d)
target/debug/fnurl dev --port 0 --data "$data" --function target/debug/bootstrap >"$data/greeting" 2>"$data/log" &
running=$!
trap 'kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
    grep -q 'limit=2' "$data/greeting" && break
    sleep 0.1
done
URL=$(sed -n 's|^fnurl: listening on \(http:[^ ]*\).*|\1|p' "$data/greeting")
if [ -z "$URL" ]; then
    echo "the local function URL did not start: $(<"$data/log")" >&2
    exit 1
fi
SCREENSHOTS=$PWD/target/screenshots
mkdir -p "$SCREENSHOTS"
PID=$running
export URL SCREENSHOTS PID
node --test --test-timeout 120000 tests/browser/docs.test.js tests/browser/pages.test.js
