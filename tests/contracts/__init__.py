"""The contract table: one test a row of what outsiders see, named after it."""
