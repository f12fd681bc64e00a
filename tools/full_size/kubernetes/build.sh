#!/usr/bin/env bash
# Build the control plane, kubelet, kubectl, Helm, and helm-unittest from go.mod.
#
# usage: build.sh OUT    the programs go to OUT/bin
# Needs Go (see go.mod); some 10 minutes on two cores the first time, then seconds.
set -euo pipefail
out=$(mkdir -p "$1/bin" && cd "$1/bin" && pwd)
cd "$(dirname "$0")"
export GOFLAGS=-mod=readonly GOTOOLCHAIN=${GOTOOLCHAIN:-auto}

version() { go list -m -f '{{.Version}}' "$1"; }

kubernetes=$(version k8s.io/kubernetes)
minor=${kubernetes#v1.}
minor=${minor%%.*}
base=k8s.io/component-base/version
flags="-s -w -X $base.gitVersion=$kubernetes -X $base.gitMajor=1 -X $base.gitMinor=$minor"
helm="-s -w -X helm.sh/helm/v4/internal/version.version=$(version helm.sh/helm/v4)"

build() { # NAME FLAGS PACKAGE
  echo "$1"
  go build -trimpath -ldflags "$2" -o "$out/$1" "$3"
}

build controlplane "$flags" ./controlplane
build kubelet "$flags" k8s.io/kubernetes/cmd/kubelet
build kubectl "$flags" k8s.io/kubernetes/cmd/kubectl
build helm "$helm" helm.sh/helm/v4/cmd/helm
build helm-unittest "-s -w" github.com/helm-unittest/helm-unittest/cmd/helm-unittest
