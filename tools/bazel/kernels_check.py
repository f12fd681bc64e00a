"""Test that a room finds every kernel in the layer of them, and compiles none.

Both as Numba keeps them, and baked for rooms that run without the compiler.

usage: kernels_check LAYER CPU
"""

import os
import sys
import tarfile
import tempfile
from pathlib import Path


def main(layer: str, cpu: str) -> int:
    """Take every indicator's machine code; return 1 if any had to be made."""
    with tempfile.TemporaryDirectory() as root:
        with tarfile.open(layer) as tar:
            tar.extractall(root, filter="data")
        kernels = Path(root, "app", "kernels")
        # Numba reads them when it is imported.
        os.environ["NUMBA_CACHE_DIR"] = str(kernels)
        os.environ["NUMBA_CPU_NAME"] = cpu
        os.environ["NUMBA_CPU_FEATURES"] = ""
        baked = _code(kernels)
        from tradestream.indicators.library import INDICATORS, address
        from tradestream.kernels.image import find

        for name in INDICATORS:
            address(name)
        new, image = _code(kernels) - baked, find()
    print(f"{len(INDICATORS)} indicators: {len(baked)} files baked, {len(new)} new")
    print(f"without the compiler: {image}")
    return 1 if new or not baked or image is None else 0


def _code(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
