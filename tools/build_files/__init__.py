"""BUILD.bazel files, written from what the modules import.

So the graph cannot drift from the code: `make check` writes it again and compares.
"""
