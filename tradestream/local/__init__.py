"""The small stack: PostgreSQL, Valkey, and the rooms as processes of one machine."""
