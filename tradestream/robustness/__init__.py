"""Evidence beside the gate: how a strategy fares when something changes a little.

Shown and stored, never a threshold: each check may break a strategy that is
real, and none protects from one that is not.
"""
