#!/usr/bin/env bash
# Make Flink's own Python environment from its hash-locked requirements.
#
# usage: build.sh FOLDER    FOLDER/venv, and the connector to Kafka in FOLDER/connector
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
uv=$(dirname "$PART_PYTHON")/uv
lock=$here/../../../services/strategy_discovery/flink/requirements.txt
[[ -x $uv ]] || { echo "uv is required in the tools' environment; make tools" >&2; exit 1; }

echo "environment of Python 3.11"
# Relocatable, since the folder is moved to its place when all of it is there.
"$uv" venv --quiet --no-project --relocatable --python 3.11 "$1/venv" >&2
echo "requirements"
# A copy, not a link into a cache: Flink's scripts look for their neighbours.
# The lock is whole, and holds a newer numpy than Beam would have: nothing to resolve.
"$uv" pip install --quiet --no-progress --link-mode=copy --require-hashes --no-deps \
  --compile-bytecode \
  --python "$1/venv/bin/python" --requirement "$lock" >&2
echo "connector"
mvn -B -q -C -f "$here/../kafka/pom.xml" -Pflink -Dlib.dir="$1/connector" \
  process-resources >&2
