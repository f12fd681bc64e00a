"""Tests on the real parts of the full size."""
