"""The message bus: one port, an adapter per size, one contract-test suite."""
