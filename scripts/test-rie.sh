#!/usr/bin/env bash
# Hands real events to a Lambda program under AWS's own runtime interface emulator.
# Usage: scripts/test-rie.sh PATH_OF_BOOTSTRAP
#
# The emulator comes from the PyPI package aws-sam-cli. No table is there: the events are those
# that need none.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "$1")
version=1.170.0
emulator=.cache/aws-lambda-rie-$version

for tool in python3 curl; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: the runtime interface emulator needs \`$tool\`, which is not installed" >&2
        exit 0
    fi
done

if [ ! -x "$emulator" ]; then
    fetched=$(mktemp -d)
    trap 'rm -rf "$fetched"' EXIT
    python3 -m pip download --quiet --no-deps --dest "$fetched" "aws-sam-cli==$version"
    python3 -m zipfile --extract "$fetched"/*.whl "$fetched/wheel"
    mkdir -p .cache
    install -m 755 "$fetched/wheel/samcli/local/rapid/aws-lambda-rie-x86_64" "$emulator"
fi

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
port=$(free_port)
env AWS_LAMBDA_FUNCTION_TIMEOUT=10 TABLE_NAME=absent AWS_REGION=us-east-1 \
    AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1 \
    "$emulator" --runtime-interface-emulator-address "127.0.0.1:$port" \
    --runtime-api-address "127.0.0.1:$(free_port)" "$program" >.cache/rie.log 2>&1 &
running=$!
trap 'kill "$running" 2>/dev/null; rm -rf "${fetched:-}"' EXIT

invoke() {
    curl --silent --show-error --retry 20 --retry-delay 1 --retry-connrefused \
        --data-binary "$1" "http://127.0.0.1:$port/2015-03-31/functions/function/invocations"
}

# Usage: expect EVENT STATUS TEXT_IN_BODY
expect() {
    local result
    result=$(invoke "$1")
    if python3 - "$result" "$2" "$3" <<'CHECK'; then
import json, sys
result, status, text = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
assert set(result) == {"statusCode", "headers", "cookies", "body", "isBase64Encoded"}, result
assert result["statusCode"] == status and text in result["body"], result
CHECK
        echo "ok: $2 $3"
        passed=$((passed + 1))
    else
        echo "FAILED: $1 gave $result" >&2
        tail -n 20 .cache/rie.log >&2
        exit 1
    fi
}

event() {
    printf '{"version":"2.0","rawPath":"%s","rawQueryString":"","headers":{"content-type":"application/json"},"requestContext":{"http":{"method":"%s","path":"%s"}},"body":%s,"isBase64Encoded":false}' "$2" "$1" "$2" "${3:-null}"
}

passed=0
expect "$(event GET /health)" 200 '"status":"pass"'
expect "$(event GET /nowhere)" 404 'no route matches'
expect "$(event PATCH /health)" 405 'has no method PATCH'
expect "$(event POST /items '"{\"name\":"')" 400 'the body is not JSON'
expect "$(event POST /items '"{\"name\":\"\"}"')" 422 'must be 1 to 200 characters long'
expect "$(event GET /health/ready)" 503 'the database does not answer'
expect '{}' 400 'method` is missing'
expect '[1]' 400 'malformed-event'
echo "$passed passed, 0 failed"
