"""Metrics, rules, and dashboards on a real Prometheus."""
