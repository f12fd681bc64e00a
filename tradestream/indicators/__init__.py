"""Indicators, as kernels that fill one row for up to eight parameter sets."""
