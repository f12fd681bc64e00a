"""Running the engine without its compiler, where its kernels are baked."""

import sys

from tradestream.kernels.image import find


def use_baked_kernels() -> bool:
    """Let the engine, not imported yet, use machine code that was baked.

    Where none was, as after an edit, the engine compiles, or takes from Numba's
    cache, what it needs: the same code, at the cost of some 100 MiB.

    Returns:
        Whether it is baked.
    """
    if "numba" in sys.modules or sys.platform != "linux":
        return False
    image = find()
    if image is None:
        return False
    from tradestream.kernels.stand_in import install

    install(image)
    return True
