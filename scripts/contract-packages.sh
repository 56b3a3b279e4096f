# Sourced: the Python packages that read the contract, in the folder $packages.
packages=.cache/contract-$(sha256sum contract/requirements.txt | cut -c 1-12)
if [ ! -e "$packages/complete" ]; then
    rm -rf "$packages"
    python3 -m venv "$packages"
    "$packages/bin/pip" install --quiet --disable-pip-version-check -r contract/requirements.txt
    touch "$packages/complete"
fi
packages=$PWD/$packages
