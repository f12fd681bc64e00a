#!/usr/bin/env bash
# Bring the jars of a Kafka broker out of Maven Central.
#
# usage: build.sh FOLDER    the jars go to FOLDER/lib
set -euo pipefail
mvn -B -q -C -f "$(dirname "$0")/pom.xml" -Pkafka -Dlib.dir="$1/lib" \
  -Dkafka.version="$PART_VERSION" process-resources >&2
