#!/usr/bin/env bash
# A function in Python, under AWS's own runtime client (awslambdaric), behind the local function URL.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
    echo 'SKIPPED: the test of a Python function needs `python3`, which is not installed' >&2
    exit 0
fi
source scripts/python-packages.sh
cargo build -p fnurl-cli --bin fnurl

data=$(mktemp -d)
fnurl=$PWD/target/debug/fnurl
(cd tests/python && exec "$fnurl" dev --lambda-log --port 0 --data "$data" --handler app.handler -- "$PYTHON" -m awslambdaric app.handler) \
    >"$data/greeting" 2>"$data/log" &
running=$!
trap 'kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
    grep -q 'limit=2' "$data/greeting" && break
    sleep 0.1
done
URL=$(sed -n 's|^fnurl: listening on \(http:[^ ]*\).*|\1|p' "$data/greeting")
export URL
if ! "$PYTHON" tests/python/test_python.py; then
    tail -n 40 "$data/log" >&2
    exit 1
fi
grep -q '^REPORT RequestId: ' "$data/log"
grep -q 'working on /items' "$data/log"
