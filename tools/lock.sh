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

# Flink's own environment: the platform's versions where both have a package, but for
# those that Flink holds below them; of these, numpy is put in the platform's place.
flink=services/strategy_discovery/flink/requirements
same=$(mktemp)
instead=$(mktemp)
trap 'rm -f "$same" "$instead"' EXIT
sed -n 's/^\([a-z0-9-]*==[^ ;]*\).*/\1/p' requirements.txt |
  grep -vE '^(numpy|protobuf|python-dateutil|redis)==' >"$same"
sed -n 's/^\(numpy==[^ ;]*\).*/\1/p' requirements.txt >"$instead"
env -u UV_FIND_LINKS -u PIP_FIND_LINKS UV_CUSTOM_COMPILE_COMMAND="make lock" \
  "$uv" pip compile --quiet --no-config --universal --generate-hashes \
  --python-version 3.11 --no-emit-index-url --no-emit-find-links "$@" \
  --constraint "$same" --override "$instead" --no-annotate \
  --output-file "$flink.txt" "$flink.in" >/dev/null

if grep -nE 'https?://|^--(index|extra-index|find-links)|file:' requirements*.txt "$flink.txt"; then
  echo "lock: a lock names a place, see above" >&2
  exit 1
fi
