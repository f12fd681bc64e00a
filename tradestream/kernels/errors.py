"""What can be wrong with machine code."""

from tradestream.errors import TradeStreamError


class MachineCodeError(TradeStreamError):
    """Raised when compiled code is of another kind than what can be linked here."""
