#!/usr/bin/env bash
# The libraries that people sign with, against the local function URL with AWS_IAM: curl, the AWS
# SDKs for JavaScript and Python, aws4fetch.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in node npm python3 curl; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: the tests of other signers need \`$tool\`, which is not installed" >&2
        exit 0
    fi
done
source scripts/python-packages.sh
(cd tests/signers && npm ci --silent --no-fund --no-audit)
cargo build -p fnurl-cli --bin fnurl --example probe

data=$(mktemp -d)
target/debug/fnurl dev --port 0 --auth iam --data "$data" --function target/debug/examples/probe >"$data/greeting" 2>"$data/log" &
running=$!
trap 'kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
    grep -q 'limit=2' "$data/greeting" && break
    sleep 0.1
done
URL=$(sed -n 's|^fnurl: listening on \(http:[^ ]*\).*|\1|p' "$data/greeting")
CONTROL=$(sed -n 's|^  control *\(http:[^ ]*\).*|\1|p' "$data/greeting")
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export URL CONTROL FNURL=$PWD/target/debug/fnurl PROBE=$PWD/target/debug/examples/probe
export AWS_SHARED_CREDENTIALS_FILE=$data/credentials AWS_PROFILE=fnurl AWS_CONFIG_FILE=/dev/null
export AWS_ENDPOINT_URL_STS=$CONTROL AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true

# The commands that the greeting says to paste: they have to work as they stand. curl before
# version 8 signs only what needs no second encoding and no sorting.
key=$(awk '/^aws_access_key_id/ {k = $3} /^aws_secret_access_key/ {s = $3} END {print k ":" s}' "$data/credentials")
sign=(--silent --fail --aws-sigv4 aws:amz:us-east-1:lambda --user "$key")
curl "${sign[@]}" "$URL/plain?a=1&b=2" | grep -q '"rawQueryString":"a=1&b=2"'
curl "${sign[@]}" "$URL/items" -H 'content-type: application/json' -d '{"name":"lamp"}' | grep -q '"isBase64Encoded":false'
if curl "${sign[@]/#aws:amz:us-east-1:lambda/aws:amz:eu-west-1:lambda}" "$URL/" >/dev/null; then
    echo 'FAILED: curl was let in with a signature for another region' >&2
    exit 1
fi
bash -euo pipefail -c "$(sed -n '/^  KEY=/,/health/p' "$data/greeting")" | grep -q '"rawPath":"/health"'
echo 'curl: 4 passed'

node --test tests/signers/*.test.js
"$PYTHON" tests/signers/signers.py
