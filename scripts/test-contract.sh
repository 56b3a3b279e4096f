#!/usr/bin/env bash
# Holds the running application to openapi.yaml: thousands of requests made from it, every check on.
# Usage: [SEED=NUMBER] scripts/test-contract.sh EXAMPLES_PER_OPERATION [--signed]
set -euo pipefail
cd "$(dirname "$0")/.."
examples=$1
signed=${2-}
for tool in python3; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: the contract tests need \`$tool\`, which is not installed" >&2
        exit 0
    fi
done
. scripts/contract-packages.sh
cargo build -p fnurl-cli --bin fnurl
cargo build -p routes --bin bootstrap

data=$(mktemp -d)
auth=none
if [ "$signed" = --signed ]; then
    auth=iam
fi
target/debug/fnurl dev --lambda-log --port 0 --auth $auth --data "$data" --function target/debug/bootstrap >"$data/greeting" 2>"$data/log" &
running=$!
trap 'kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 100); do
    grep -q 'limit=2' "$data/greeting" && break
    sleep 0.1
done
url=$(sed -n 's|^fnurl: listening on \(http:[^ ]*\).*|\1|p' "$data/greeting")
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SHARED_CREDENTIALS_FILE
export SCHEMATHESIS_HOOKS=contract.hooks PYTHONPATH=$PWD
if [ "$signed" = --signed ]; then
    export AWS_SHARED_CREDENTIALS_FILE=$data/credentials AWS_PROFILE=fnurl AWS_REGION=us-east-1
fi
PYTHONDONTWRITEBYTECODE=1 "$packages/bin/schemathesis" --config-file contract/schemathesis.toml run openapi.yaml --url "$url" \
    --phases examples,coverage,fuzzing,stateful --max-examples "$examples" --request-timeout 20 --seed "${SEED:-20261123}" |
    tee "$data/report" | tail -n 120
# A run in which nearly nothing was answered would find nothing.
answered=$(grep -c '^[A-Z]* /.* 2[0-9][0-9] ' "$data/log")
requests=$(grep -cE '^[A-Z]+ /[^ ]* [0-9]{3} ' "$data/log")
echo "$requests requests, $answered of them answered with success"
[ "$answered" -ge 200 ]
