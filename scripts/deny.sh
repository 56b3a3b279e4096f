#!/usr/bin/env bash
# Licences, sources, bans and who may depend on whom; advisories where their database is reachable.
# Usage: scripts/deny.sh CARGO_DENY
set -euo pipefail
cd "$(dirname "$0")/.."
deny=$(realpath "$1")

"$deny" check bans licenses sources
"$deny" --exclude-dev --config deny-layers.toml check bans

if "$deny" fetch db >/dev/null 2>&1; then
    "$deny" check --disable-fetch advisories
else
    echo 'WARNING: the advisory database cannot be reached, so advisories were NOT checked' >&2
fi
