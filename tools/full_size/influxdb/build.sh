#!/usr/bin/env bash
# Build influxd (without its user interface) from the Go and Rust registries.
#
# usage: build.sh FOLDER    the program goes to FOLDER/influxd
# Go's and Cargo's own caches keep what they fetched; everything else is scratch.
set -euo pipefail
out=$1
work=${PART_SCRATCH:-$(mktemp -d)}
version=v${PART_VERSION:-2.7.12}
sum=h1:m25dUSO7h6nm3zFC4v/aCNeFFmnN/mlN/uPo1T63bmk=
export CGO_ENABLED=1 GOTOOLCHAIN=local GOFLAGS=-mod=readonly
# Flux asks for Rust 1.72 by a file that rustup obeys, and for link-time optimization.
export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-stable} CARGO_PROFILE_RELEASE_LTO=off

field() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",\{0,1\}$/\1/p"; }

echo "module"
info=$(cd "$work" && go mod download -json "github.com/influxdata/influxdb/v2@$version")
found=$(field Sum <<<"$info")
if [[ $found != "$sum" ]]; then
  echo "the sum of influxdb $version was expected to be $sum, was $found" >&2
  exit 1
fi
# A copy, since its go.mod has a replacement, which `go install` refuses.
cp -r "$(field Dir <<<"$info")" "$work/source"
chmod -R u+w "$work/source"

flux=$(cd "$work/source" && go mod download -json github.com/influxdata/flux | field Dir)
mkdir "$work/flux"
# Only these two: the toolchain file beside them would bring an old Rust.
cp -r "$flux/libflux" "$flux/stdlib" "$work/flux/"
chmod -R u+w "$work/flux"

echo "libflux, in Rust"
# Without the default feature `strict`: a newer compiler warns where an error is asked.
(
  cd "$work/flux/libflux"
  CARGO_TARGET_DIR=$work/target cargo rustc --quiet --locked --release \
    --package flux --lib --crate-type staticlib --no-default-features --features cffi
) >&2

# What go asks for, without the program that its go.mod would build for this.
cat >"$work/pkg-config" <<SCRIPT
#!/bin/sh
case "\$*" in
  *--cflags*flux) echo "-I$work/flux/libflux/include" ;;
  *--libs*flux) echo "-L$work/target/release -lflux -ldl -lm" ;;
  *) exit 1 ;;
esac
SCRIPT
chmod +x "$work/pkg-config"

echo "influxd, in Go"
main="-X main.version=$version -X main.commit=module -X main.date=1970-01-01T00:00:00Z"
(
  cd "$work/source"
  PKG_CONFIG=$work/pkg-config go build -trimpath \
    -tags sqlite_foreign_keys,sqlite_json,noasm -ldflags "-s -w $main" \
    -o "$out/influxd" ./cmd/influxd
) >&2
"$out/influxd" version >&2
