"""The chart on a real cluster, with real servers beside it."""
