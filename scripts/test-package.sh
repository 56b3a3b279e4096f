#!/usr/bin/env bash
# Runs the zip that is deployed behind a local function URL, and calls it as a deployed stage is.
# Usage: scripts/test-package.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build -p fnurl-cli --bin fnurl
work=$(mktemp -d)
trap 'kill "${running:-}" 2>/dev/null || true; wait "${running:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m zipfile --extract target/lambda.zip "$work/zip"
# This tool leaves the permissions out, which the zip holds.
chmod 755 "$work/zip/bootstrap"
printf '[[role]]\narn = "arn:aws:iam::000000000000:role/%s"\nassumed_by = ["*"]\ninvoke = %s\n' invoke true reader false >"$work/roles.toml"
target/debug/fnurl dev --port 0 --auth iam --data "$work/data" --roles "$work/roles.toml" --function "$work/zip/bootstrap" >"$work/greeting" 2>"$work/log" &
running=$!
for _ in $(seq 100); do
    grep -q 'limit=2' "$work/greeting" && break
    sleep 0.1
done
url=$(sed -n 's|^fnurl: listening on \(http:[^ ]*\).*|\1|p' "$work/greeting")
sts=$(sed -n 's|^  control [^h]*\(http://[^ ]*\).*|\1|p' "$work/greeting")
export OUTPUTS=$work/outputs.json AWS_ENDPOINT_URL_STS=$sts AWS_SHARED_CREDENTIALS_FILE=$work/data/credentials AWS_PROFILE=fnurl
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

deployed_with() {
    printf '{"fnurl-test": {"Endpoint": "%s/", "InvokeRoleArn": "arn:aws:iam::000000000000:role/%s"}}' "$url" "$1" >"$OUTPUTS"
}

# Usage: expect STATUS TEXT PATH [OPTIONS]
expect() {
    local status=$1 text=$2 answer
    shift 2
    answer=$(scripts/call.sh test "$@" --include --region us-east-1 2>"$work/said") || true
    if [[ $answer == "HTTP/1.1 $status"* && $answer == *"$text"* ]]; then
        echo "ok: $status $text"
    else
        echo "FAILED: $* gave: $answer $(<"$work/said")" >&2
        tail -n 20 "$work/log" >&2
        exit 1
    fi
}

deployed_with invoke
expect 200 '"status":"pass"' /health
expect 201 '"name":"lamp"' /items -d '{"name":"lamp"}'
expect 200 '"name":"lamp"' '/items?limit=2'
expect 422 '"pointer":"/name"' /items -d '{"name":""}'
deployed_with reader
expect 403 Forbidden /health
