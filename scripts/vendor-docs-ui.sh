#!/usr/bin/env bash
# Takes the page's script from npm, compressed as it is served; `--check` compares only.
# Usage: scripts/vendor-docs-ui.sh [--check]
set -euo pipefail
cd "$(dirname "$0")/.."
package=openapi-explorer
version=2.4.820
integrity=sha512-mHSIxkQS57/QDZtLJKZL4zmsR2HStgBI4PbrgYr/+i+Bk+HgRwdtBRN1n0uUnlHUenpyiOJAKPGleThm5rdhsA==
vendored=api/src/docs/$package.min.js.gz

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package@$version" >/dev/null)
archive=$work/$package-$version.tgz
found=sha512-$(openssl dgst -sha512 -binary "$archive" | base64 --wrap 0)
if [ "$found" != "$integrity" ]; then
    echo "$package@$version is not the package that was chosen: its integrity is $found" >&2
    exit 1
fi
tar --extract --gzip --file "$archive" --directory "$work"
script=$work/package/dist/browser/$package.min.js
license=api/src/docs/LICENSE-$package
if [ "${1-}" = --check ]; then
    if ! cmp --silent "$work/package/LICENSE" "$license"; then
        echo "$license is not that of $package@$version: scripts/vendor-docs-ui.sh takes it" >&2
        exit 1
    fi
    if ! gzip --decompress --stdout "$vendored" | cmp --silent - "$script"; then
        echo "$vendored is not the script of $package@$version: scripts/vendor-docs-ui.sh takes it" >&2
        exit 1
    fi
    echo "ok: $vendored is the script of $package@$version"
else
    gzip --best --no-name --stdout "$script" >"$vendored"
    cp "$work/package/LICENSE" "$license"
fi
