"""Gives a Python worker of Flink the real `print` back.

PyFlink puts a bound method of its own in the place of `builtins.print`, and numba
looks that up by the name of its module when it is imported: `module
'pyflink.fn_execution.beam.beam_sdk_worker_main' has no attribute 'print'`. It does so
only in a worker process, never where functions run within the client.
"""

import builtins


def restore_print() -> None:
    """Put the real `print` back, before numba is imported."""
    owner = getattr(builtins.print, "__self__", None)
    plain = getattr(owner, "_print", None)
    if plain is not None:
        builtins.print = plain
