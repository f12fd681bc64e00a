"""From signals of a strategy to calls: what is sent, once, and never in conflict."""
