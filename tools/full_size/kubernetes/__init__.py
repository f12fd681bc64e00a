"""Kubernetes on a plain machine: a control plane, one real node, images, Helm."""
