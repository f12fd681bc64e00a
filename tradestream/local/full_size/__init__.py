"""Servers of the full size, as processes on this machine: real ones, no emulators."""
