#!/bin/sh
# Installs the clients that the matrix drives, once per lockfile.
set -eu
cd "$(dirname -- "$0")"
stamp=node_modules/.installed-lock.yaml
if ! cmp -s pnpm-lock.yaml "$stamp"; then
  echo "Installing the clients (once) ..." >&2
  npx --yes pnpm@12.21.0 install --frozen-lockfile --reporter=silent >&2
  cp pnpm-lock.yaml "$stamp"
fi
