"""What every binary stands on: flags, logs, metrics, health, signals, exit codes."""
