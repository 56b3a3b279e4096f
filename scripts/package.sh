#!/usr/bin/env bash
# Builds what is deployed: target/lambda/bootstrap, and the same in target/lambda.zip.
# Usage: scripts/package.sh x86_64|arm64
#
# The same sources give the same bytes, wherever they lie: paths are left out of the program, and
# times out of the zip.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1-} in
    x86_64) target=x86_64-unknown-linux-gnu ;;
    arm64) target=aarch64-unknown-linux-gnu ;;
    *)
        echo "the architecture is \`${1-}\`: it must be x86_64 or arm64" >&2
        exit 2
        ;;
esac
if [ ! -d "$(rustc --print target-libdir --target "$target")" ]; then
    echo "Rust has no standard library for $target: \`rustup target add $target\` fetches it" >&2
    exit 1
fi

RUSTFLAGS="--remap-path-prefix=$PWD=/fnurl --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$(rustc --print sysroot)=/rust" \
    cargo build --release --locked -p routes --no-default-features --bin bootstrap --target "$target" --target-dir target/package
mkdir -p target/lambda
install -m 755 "target/package/$target/release/bootstrap" target/lambda/bootstrap

# Amazon Linux 2023, which is `provided.al2023`, has glibc 2.34.
newest=$(objdump -T target/lambda/bootstrap | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
if [ "$(printf 'GLIBC_2.34\n%s\n' "$newest" | sort -V | tail -n 1)" != GLIBC_2.34 ]; then
    echo "target/lambda/bootstrap needs $newest, and Lambda has GLIBC_2.34: build on an older system, such as Debian 12" >&2
    exit 1
fi

python3 - <<'ZIP'
import zipfile

entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
entry.external_attr = 0o100755 << 16
entry.create_system = 3
with open("target/lambda/bootstrap", "rb") as program, zipfile.ZipFile("target/lambda.zip", "w") as package:
    package.writestr(entry, program.read(), zipfile.ZIP_DEFLATED, 9)
ZIP
echo "target/lambda.zip: $(stat --format %s target/lambda.zip) bytes, $newest, sha256 $(sha256sum target/lambda.zip | cut -c 1-16)…"
