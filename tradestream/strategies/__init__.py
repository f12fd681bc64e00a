"""Strategy types as data, who a strategy is, and its parameters on the bus."""
