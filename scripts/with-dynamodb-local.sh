#!/usr/bin/env bash
# Runs a command with DynamoDB Local beside it, at the URL in DYNAMODB_LOCAL_URL.
# Usage: scripts/with-dynamodb-local.sh COMMAND [ARGS]…
#
# DynamoDB Local comes from the npm package amplify-dynamodb-simulator and needs Java 17.
set -euo pipefail
cd "$(dirname "$0")/.."
version=2.9.30
folder=.cache/dynamodb-local-$version

for tool in java npm; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: the tests on DynamoDB Local need \`$tool\`, which is not installed" >&2
        exit 0
    fi
done

if [ ! -d "$folder" ]; then
    fetched=$(mktemp -d)
    trap 'rm -rf "$fetched"' EXIT
    (cd "$fetched" && npm pack --silent "amplify-dynamodb-simulator@$version" >/dev/null && tar xzf ./*.tgz package/emulator)
    mkdir -p .cache
    mv "$fetched/package/emulator" "$folder"
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
(cd "$folder" && exec java -Djava.library.path=./DynamoDBLocal_lib -jar DynamoDBLocal.jar -inMemory -port "$port" >../dynamodb-local.log 2>&1) &
engine=$!
trap 'kill "$engine" 2>/dev/null; rm -rf "${fetched:-}"' EXIT

for _ in $(seq 120); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        DYNAMODB_LOCAL_URL="http://127.0.0.1:$port" "$@"
        exit
    fi
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.5
done
echo 'DynamoDB Local did not start; its last words:' >&2
tail -n 5 .cache/dynamodb-local.log >&2
exit 1
