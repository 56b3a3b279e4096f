#!/usr/bin/env bash
# Holds an API of another shape (api/examples/articles.rs) to the document that it serves itself:
# two validators read it, and schemathesis sends requests made from it.
# Usage: scripts/test-foreign-contract.sh EXAMPLES_PER_OPERATION
set -euo pipefail
cd "$(dirname "$0")/.."
examples=$1
if ! command -v python3 >/dev/null; then
    echo "SKIPPED: the contract tests need \`python3\`, which is not installed" >&2
    exit 0
fi
. scripts/contract-packages.sh
cargo build -p fnurl-cli --bin fnurl
cargo build -p fnurl --example articles

data=$(mktemp -d)
target/debug/fnurl dev --lambda-log --port 0 --control-port 0 --data "$data/fnurl" --function target/debug/examples/articles >"$data/greeting" 2>"$data/log" &
running=$!
trap 'kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
    url=$(sed -n 's|^fnurl: listening on \(http:[^ ]*\).*|\1|p' "$data/greeting")
    [ -n "$url" ] && break
    sleep 0.1
done
document=$data/openapi.json
python3 - "$url" "$document" <<'PYTHON'
import json, sys, urllib.request

url, file = sys.argv[1:]
document = json.load(urllib.request.urlopen(url.rstrip("/") + "/openapi.json"))
ada = {"user": {"username": "ada", "email": "ada@example.com", "password": "12345678"}}
request = urllib.request.Request(
    url.rstrip("/") + "/api/users", json.dumps(ada).encode(), {"content-type": "application/json"}
)
assert urllib.request.urlopen(request).status == 201
json.dump(document, open(file, "w"), indent=1)
PYTHON
"$packages/bin/openapi-spec-validator" "$document"
(cd contract && npx --no-install redocly lint "$document" --config redocly-foreign.yaml)
PYTHONDONTWRITEBYTECODE=1 "$packages/bin/schemathesis" --config-file contract/schemathesis-foreign.toml run "$document" --url "$url" \
    --header 'Authorization: Bearer ada-8' --phases examples,coverage,fuzzing,stateful \
    --max-examples "$examples" --request-timeout 20 --seed 20261126 | tee "$data/report" | tail -n 60
answered=$(grep -c '^[A-Z]* /.* 2[0-9][0-9] ' "$data/log")
echo "$answered requests were served with success"
[ "$answered" -ge 50 ]
