#!/usr/bin/env bash
# Builds what bench/ measures the framework against, into target/peers.
#
# One by one: built together, each would get every feature that another asks for.
set -euo pipefail
cd "$(dirname "$0")/.."
for peer in bare bare-ct axum fnurl; do
    cargo build --release --quiet --manifest-path bench/peers/Cargo.toml -p "peer-$peer" --target-dir target/peers
done
