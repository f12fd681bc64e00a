"""Trusting, choosing, and sizing strategies."""
