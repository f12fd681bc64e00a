"""The study of the gate: how often it is wrong, and what it finds."""
