"""Running the engine without its compiler, where its kernels are baked."""

import sys

from tradestream.kernels.image import find

_baked = False


def use_baked_kernels() -> bool:
    """Let the engine, if not imported yet, use machine code that was baked.

    Where none was, as after an edit, the engine compiles, or takes from Numba's
    cache, what it needs: the same code, at the cost of some 100 MiB. To be called
    before each first import of the engine; again, it does nothing.

    Returns:
        Whether it is baked.
    """
    global _baked
    if not _baked and "numba" not in sys.modules and sys.platform == "linux":
        image = find()
        if image is not None:
            from tradestream.kernels.stand_in import install

            install(image)
            _baked = True
    return _baked
