"""The declared strategy types, by family: data only."""
