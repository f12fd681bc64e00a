"""The statistics of the gate: pure functions on arrays, nothing else."""
