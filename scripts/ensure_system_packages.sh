#!/usr/bin/env bash
# The tests use a real browser, a real PostgreSQL and OpenSSL's time-stamping authority. Where they are missing they are
# installed through apt, if we may.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v openssl >/dev/null || missing+=(openssl)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "The tests need: ${missing[*]}. Please install them with your system's package manager." >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo)
    else
        echo "The tests need: ${missing[*]}. Please run: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
