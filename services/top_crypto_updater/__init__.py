"""The room that keeps the list of traded symbols."""
