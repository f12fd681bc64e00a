#!/bin/sh
# Compile every requirements*.in into a lock with hashes that serves Python 3.11 to 3.13.
#
# usage: lock.sh UV [--upgrade]
# Where packages are found is the user's business: no index, host, or local folder
# of wheels is read from the surroundings or written into a lock.
set -eu
uv=$1
shift
for name in requirements requirements_dev requirements_protos requirements_benchmark; do
  env -u UV_FIND_LINKS -u PIP_FIND_LINKS UV_CUSTOM_COMPILE_COMMAND="make lock" \
    "$uv" pip compile --quiet --no-config --universal --generate-hashes \
    --python-version 3.11 --no-emit-index-url --no-emit-find-links "$@" \
    --output-file "$name.txt" "$name.in" >/dev/null
done
if grep -nE 'https?://|^--(index|extra-index|find-links)|file:' requirements*.txt; then
  echo "lock: a lock names a place, see above" >&2
  exit 1
fi
