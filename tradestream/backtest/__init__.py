"""Backtests: rules, trades, and metrics of millions of genomes."""
