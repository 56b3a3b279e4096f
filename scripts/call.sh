#!/usr/bin/env bash
# Calls a deployed stage with temporary credentials of its invoke role.
# Usage: scripts/call.sh STAGE PATH [OPTIONS OF fnurl call]
#
# Where it is and what its role is called was written by `make deploy`; OUTPUTS names another file.
set -euo pipefail
cd "$(dirname "$0")/.."
stage=$1 route=$2
shift 2
outputs=${OUTPUTS:-infra/outputs-$stage.json}
if [ ! -f "$outputs" ]; then
    echo "there is no $outputs: \`make deploy STAGE=$stage\` writes it" >&2
    exit 2
fi
output() {
    node --print 'const [file, stack, name] = process.argv.slice(1); JSON.parse(fs.readFileSync(file))[stack]?.[name] ?? ""' \
        "$outputs" "fnurl-$stage" "$1"
}
endpoint=$(output Endpoint) role=$(output InvokeRoleArn)
if [ -z "$endpoint" ]; then
    echo "$outputs has no stack fnurl-$stage: \`make deploy STAGE=$stage\` writes it" >&2
    exit 2
fi
if [ -n "$role" ]; then
    set -- --role-arn "$role" "$@"
else
    set -- --no-sign "$@"
fi
exec "${FNURL:-target/debug/fnurl}" call "${endpoint%/}$route" "$@"
