"""The sizes of a stack: which there are, and which one lies in a folder."""

from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local.layout import Layout
from tradestream.local.stack import Stack

SIZES = ("small", "full")


def open_stack(root: Path, size: str | None = None) -> Stack:
    """Return the stack of a folder, of the size that it was started with.

    Args:
        root: Its data folder.
        size: Size of a new stack; None: that of the folder, or small.

    Raises:
        ConfigurationError: If the folder holds a stack of another size, or one
            that we do not know.
    """
    layout = Layout(root.expanduser().absolute())
    found = _remembered(layout)
    if found is not None and size not in (None, found):
        raise ConfigurationError(
            f"a stack of size {size} is required in {layout.root}, was {found};"
            " name another folder with --data_dir"
        )
    return of_size(root, size or found or "small")


def of_size(root: Path, size: str) -> Stack:
    """Return a stack of a size, whatever lies in its folder."""
    if size == "small":
        return Stack(root)
    from tradestream.local.full_size.stack import FullStack

    return FullStack(root)


def _remembered(layout: Layout) -> str | None:
    if not layout.size.exists():
        # Stacks are small that were made when there was no other size.
        return "small" if layout.ports.exists() else None
    found = layout.size.read_text().strip()
    if found not in SIZES:
        raise ConfigurationError(
            f"{' or '.join(SIZES)} is required in {layout.size}, was {found!r}"
        )
    return found
