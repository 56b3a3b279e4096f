#!/usr/bin/env bash
# Sees to it that programs of Debian's packages are there: installs those that are missing, where
# that can be done, and otherwise says what to install.
# Usage: scripts/need-tools.sh PROGRAM…, each in a package of the same name
set -euo pipefail
missing=()
for program in "$@"; do
    command -v "$program" >/dev/null || missing+=("$program")
done
if [ ${#missing[@]} = 0 ]; then
    exit
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "this task needs ${missing[*]}: install them with the packages of your system" >&2
    exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}"
