"""The chart: what Helm makes of it, and what the rooms say to that."""
