#!/usr/bin/env bash
# The client in clients/node and the programs of docs/calling.md, against the application behind a local function URL with AWS_IAM.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in node npm python3 curl; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: the tests of the clients need \`$tool\`, which is not installed" >&2
        exit 0
    fi
done
source scripts/python-packages.sh
cargo build -p fnurl-cli --bin fnurl --example probe
cargo build -p routes --bin bootstrap
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export PYTHON FNURL=$PWD/target/debug/fnurl BOOTSTRAP=$PWD/target/debug/bootstrap PROBE=$PWD/target/debug/examples/probe
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true

cd clients/node
npm ci --silent --no-fund --no-audit
npm run --silent check
node --test test/*.test.js
