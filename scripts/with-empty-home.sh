#!/usr/bin/env bash
# Runs a command as on a new machine: an empty home folder and an empty cargo home, which get
# nothing but the settings of the registries. What an earlier step downloaded cannot hide that a
# step is missing. The toolchain and what is built in target/ stay.
# Usage: scripts/with-empty-home.sh COMMAND [ARGS]…
set -euo pipefail
cd "$(dirname "$0")/.."

empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
mkdir "$empty/home" "$empty/cargo"
for settings in config config.toml credentials.toml; do
    if [ -f "${CARGO_HOME:-$HOME/.cargo}/$settings" ]; then
        cp "${CARGO_HOME:-$HOME/.cargo}/$settings" "$empty/cargo/"
    fi
done

# The toolchain is part of a new machine; it lies where the real home is.
export RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
export HOME="$empty/home" CARGO_HOME="$empty/cargo"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME
"$@"
