#!/bin/sh
# Make .venv-bench: the locked packages, this package, and the samplers that benchmarks set it against.
# Run through the Makefile after scripts/setup.sh, which fetches uv where it is absent.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'set-up of the benchmarks: %s\n' "$*" >&2; }
uv=uv
"$uv" --version >/dev/null 2>&1 || uv=.tools/bin/uv
python=.venv-bench/bin/python

test -x "$python" || "$uv" venv --quiet --no-project --python .venv/bin/python .venv-bench
say "installing the packages of requirements.lock into .venv-bench"
"$uv" pip sync --quiet --python "$python" --require-hashes requirements.lock
"$uv" pip install --quiet --python "$python" --no-deps --no-build-isolation --offline --editable .
# Not in the lock file, which users install; they may not move a version that is.
say "installing the samplers of the group bench in pyproject.toml"
"$uv" pip install --quiet --python "$python" --constraint requirements.lock --group bench ||
    say "some cannot be had here; those that are absent will be skipped"
say "done"
