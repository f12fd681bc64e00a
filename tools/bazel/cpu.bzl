"""Which processor the kernels of images are compiled for."""

# Any of the architecture, since nodes differ from the machine that builds; as LLVM
# names it, e.g. x86-64-v3, where all of yours are alike.
CPU = "generic"
