#!/usr/bin/env bash
# Installs the npm packages that package-lock.json pins; NODE (the argument) must run afterwards.
# Where Node or npm is missing: root on Debian gets them by apt, everybody else the one command to run.
set -euo pipefail
cd "$(dirname "$0")/.."
node=$1
oldest_node_major=18

install_or_tell() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  else
    echo "Missing: $*. Run this, then make again:"
    echo "  sudo apt-get install -y --no-install-recommends $*"
    exit 1
  fi
}

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  install_or_tell nodejs npm
fi
host_node_major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$host_node_major" -lt "$oldest_node_major" ]; then
  echo "npm runs on Node $host_node_major here; it takes Node $oldest_node_major or newer."
  exit 1
fi

# No package's install script is needed, so none gets to run. npm's warnings are about the host's Node, which
# only runs npm itself.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

# The arm64 build of Node needs a library that a minimal Debian does not have.
if ! "$node" --version >/dev/null 2>&1 && [ "$(uname -m)" = aarch64 ]; then
  install_or_tell libatomic1
fi
"$node" --version >/dev/null
