"""Where bars come from: one port, an adapter per venue."""
