# Sourced: a Python with the packages of tests/signers/requirements.txt, in PYTHON.
packages=.cache/python-$(sha256sum tests/signers/requirements.txt | cut -c 1-12)
if [ ! -x "$packages/bin/pip" ] || [ ! -e "$packages/complete" ]; then
    rm -rf "$packages"
    python3 -m venv "$packages"
    "$packages/bin/pip" install --quiet --disable-pip-version-check -r tests/signers/requirements.txt
    touch "$packages/complete"
fi
PYTHON=$PWD/$packages/bin/python
