"""The store of one-minute bars: one port, an adapter per size, one contract suite."""
