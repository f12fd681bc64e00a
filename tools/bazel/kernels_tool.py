"""Compile all kernels into a folder, for any processor of the architecture.

usage: kernels_tool OUT CPU

CPU is a name as LLVM has it. The code is found again by what it was compiled from, and
by the processor: whoever runs it sets the same NUMBA_CPU_NAME and no features.
"""

import os
import sys


def main(out: str, cpu: str) -> None:
    """Compile into `out`."""
    # Numba reads them when it is imported.
    os.environ["NUMBA_CACHE_DIR"] = os.path.abspath(out)
    os.environ["NUMBA_CPU_NAME"] = cpu
    os.environ["NUMBA_CPU_FEATURES"] = ""
    from tradestream.backtest.compile import compile_all

    compile_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
