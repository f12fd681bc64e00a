#!/bin/sh
# Run Debian's Bazel 4 on this repository, without a network.
#
# usage: run.sh build|test|run|query|shutdown ARGUMENT...
#   run.sh test //...
#   run.sh run //services/candle_ingestor:main -- --help
#
# Wheels come from .venv (`make tools`); OFFLINE_VENV names another environment.
set -eu
overlay=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$overlay/../.." && pwd)
OFFLINE_VENV=${OFFLINE_VENV:-$repository/.venv}
export OFFLINE_VENV
command=$1
shift

# Machine code of kernels, named by what it was made from: tests share it.
kernels=${NUMBA_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/tradestream/kernels}
mkdir -p "$kernels"

# What Bazel starts is looked up here; the stub of a py_binary asks for `python`.
path="$OFFLINE_VENV/bin:/usr/bin:/bin"
[ "$command" != test ] ||
  set -- --test_env=NUMBA_CACHE_DIR="$kernels" --sandbox_writable_path="$kernels" "$@"
case $command in
  build | test | run)
    set -- --package_path="$overlay:$repository" --symlink_prefix=/ \
      --action_env=PATH="$path" --host_action_env=PATH="$path" "$@"
    ;;
  query) set -- --package_path="$overlay:$repository" "$@" ;;
esac
cd "$overlay"
exec bazel --output_user_root="${BAZEL_OUT:-${TMPDIR:-/tmp}/tradestream_bazel.$(id -u)}" \
  --max_idle_secs=60 --host_jvm_args=-Xmx1g \
  --bazelrc="$repository/.bazelrc" --bazelrc="$overlay/bazelrc" "$command" "$@"
