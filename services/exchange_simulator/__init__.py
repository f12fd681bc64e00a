"""A venue on loopback: recorded and seeded markets on the venues' own wire formats."""
