#!/bin/sh
# Make .venv with the locked packages and this package in it. Needs any Python 3.8+ or curl, and a network
# the first time. Run through the Makefile, which calls it only when something changed.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }
quietly() { "$@" >/dev/null 2>&1; }
# A shim on PATH may exist and still answer with an error, so ask for the version.
works() { quietly "$1" --version; }

find_python() {
    # Version managers refuse `python3` where .python-version names a version they lack: look further.
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 \
        /usr/bin/python3 /usr/local/bin/python3 python; do
        if quietly "$name" -c 'import sys; sys.exit(sys.version_info < (3, 8))'; then
            printf '%s\n' "$name"
            return
        fi
    done
}

install_uv() {
    python=$(find_python)
    if [ -n "$python" ]; then
        say "fetching uv into .tools with $python"
        rm -rf .tools
        if quietly "$python" -m venv .tools && quietly .tools/bin/python -m pip install uv; then return; fi
        # Some systems ship Python without venv, but with pip.
        rm -rf .tools
        if quietly "$python" -m pip install --target .tools uv; then return; fi
    fi
    if quietly curl --version; then
        say "fetching uv into .tools with its own installer"
        rm -rf .tools
        curl -LsSf https://astral.sh/uv/install.sh | UV_UNMANAGED_INSTALL="$PWD/.tools/bin" sh >&2 || true
    fi
}

if works uv; then
    uv=uv
else
    works .tools/bin/uv || install_uv
    uv=.tools/bin/uv
    if ! works "$uv"; then
        say "could not fetch uv, which installs the packages."
        say "Install uv (https://docs.astral.sh/uv) or Python's venv and pip, check the network, and run make again."
        exit 1
    fi
fi

version=$(cat .python-version)
if ! quietly .venv/bin/python -c "import sys; sys.exit(sys.version_info[:2] < (3, 12))"; then
    say "making .venv with Python $version"
    rm -rf .venv
    if ! "$uv" venv --quiet --no-project --python "$version" .venv; then
        say "Python $version cannot be had here; trying any that is recent enough"
        "$uv" venv --quiet --no-project --python '>=3.12,<3.15' .venv
    fi
fi

say "installing the packages of requirements.lock (about a minute the first time)"
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
say "installing forkmodel"
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --offline --editable .
say "importing it once"
quietly .venv/bin/python scripts/import_once.py || true
say "done"
