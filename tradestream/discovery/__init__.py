"""Searching strategies, examining them, and saying what was found."""
