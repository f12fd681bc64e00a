#!/bin/sh
# Install Debian's bazel-bootstrap if no Bazel is there and this user may.
set -eu
if command -v bazel >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends bazel-bootstrap >/dev/null
  exit 0
fi
echo "bazel is required; on Debian and Ubuntu: sudo apt-get install bazel-bootstrap" >&2
exit 1
