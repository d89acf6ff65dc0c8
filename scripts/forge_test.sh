#!/usr/bin/env bash
# Runs the contracts' own tests with the forge that npm carries.
set -euo pipefail
cd "$(dirname "$0")/.."
exec node_modules/.bin/forge test --isolate "$@"
