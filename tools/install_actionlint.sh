#!/bin/sh
# Put actionlint, which reads .github/workflows as GitHub does, where the argument says.
#
# usage: install_actionlint.sh build/actionlint
# Go builds it from its module, whose sum it knows; some 20 seconds.
set -eu
version=v1.7.12
target=$1

if ! command -v go >/dev/null 2>&1; then
  echo "actionlint is built with Go, which is not installed; on Debian and Ubuntu: apt-get install golang" >&2
  exit 1
fi

mkdir -p "$(dirname "$target")"
folder=$(cd "$(dirname "$target")" && pwd)
GOBIN=$folder go install "github.com/rhysd/actionlint/cmd/actionlint@$version" 2>"$folder/actionlint.log" || {
  tail -n 1 "$folder/actionlint.log" >&2
  exit 1
}
rm "$folder/actionlint.log"
