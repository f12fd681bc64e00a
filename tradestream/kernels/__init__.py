"""Compiled kernels without their compiler: baked into one file, linked, called."""
